import { describe } from "@effect/vitest"
import { RequirementChangePrompt, RequirementChangeStep, RequirementReviewStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("RequirementChangePrompt", () => {
  itIsSound({
    ...RequirementChangePrompt,
    parser: RequirementChangeStep.parser,
    output: RequirementReviewStep.RequirementReview
  })
})
