import { describe } from "@effect/vitest"
import { RequirementPrompt, RequirementStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("RequirementPrompt", () => {
  itIsSound({
    ...RequirementPrompt,
    parser: RequirementStep.parser,
    output: RequirementStep.Requirement
  })
})
