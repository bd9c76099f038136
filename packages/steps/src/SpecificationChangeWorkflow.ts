import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import * as Workflow from "@stepwright/core/Workflow"
import { DocumentDelta } from "./DocumentDeltaStep.ts"
import { Project } from "./Project.ts"
import * as RequirementChangeStep from "./RequirementChangeStep.ts"
import * as RevisionStep from "./RevisionStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import { Specification } from "./TraceStep.ts"

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  samples: SamplesStep.Shown,
  /** As it is so far. */
  specification: Specification,
  delta: DocumentDelta
})

/** Makes a specification say what its documents say now; what the change does not touch keeps number and words. */
export const workflow = Workflow.make("specification-change", { input: Input }).pipe(
  Workflow.bind("change", RequirementChangeStep.step, "input"),
  Workflow.bind("specification", RevisionStep.step, {
    documents: "input.documents",
    specification: "input.specification",
    review: "change"
  })
)

/** Changes a specification, or leaves it as it is. */
export const cases = {
  true: workflow,
  false: Step.effect("kept", {
    input: Schema.Struct({ specification: Specification }),
    output: Schema.Struct({ specification: Specification }),
    run: Effect.succeed
  })
}
