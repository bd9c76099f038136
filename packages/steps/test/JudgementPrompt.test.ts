import { describe } from "@effect/vitest"
import { JudgementPrompt, JudgementStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("JudgementPrompt", () => {
  itIsSound({
    ...JudgementPrompt,
    parser: JudgementStep.parser,
    output: JudgementStep.Judgements
  })
})
