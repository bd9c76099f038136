import { describe } from "@effect/vitest"
import { TestGenerationPrompt, TestGenerationStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("TestGenerationPrompt", () => {
  itIsSound({
    ...TestGenerationPrompt,
    parser: TestGenerationStep.parser,
    output: TestGenerationStep.TestGeneration,
    labels: { path: "path/to/file.ext", content: "the whole content" }
  })
})
