import { describe } from "@effect/vitest"
import { RequirementReviewPrompt, RequirementReviewStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("RequirementReviewPrompt", () => {
  itIsSound({
    ...RequirementReviewPrompt,
    parser: RequirementReviewStep.parser,
    output: RequirementReviewStep.RequirementReview
  })
})
