import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { Project } from "./Project.ts"
import * as RequirementReviewStep from "./RequirementReviewStep.ts"
import { Specification, trace } from "./TraceStep.ts"

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  specification: Specification,
  review: RequirementReviewStep.RequirementReview
})

/** Puts into a specification what its review corrects, and traces it again. */
export const step = Step.effect("revision", {
  input: Input,
  output: Specification,
  run: ({ documents, review, specification }) =>
    Effect.sync(() => trace(RequirementReviewStep.apply(specification.requirement, review), documents))
})
