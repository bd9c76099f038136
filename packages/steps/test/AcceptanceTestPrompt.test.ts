import { describe } from "@effect/vitest"
import { AcceptanceTestPrompt, AcceptanceTestStep, TestGenerationStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("AcceptanceTestPrompt", () => {
  itIsSound({
    ...AcceptanceTestPrompt,
    parser: AcceptanceTestStep.parser,
    output: TestGenerationStep.TestGeneration,
    labels: { path: "path/to/file.ext", content: "the whole content" }
  })
})
