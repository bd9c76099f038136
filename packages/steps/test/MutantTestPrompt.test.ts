import { describe } from "@effect/vitest"
import { MutantTestPrompt, MutantTestStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("MutantTestPrompt", () => {
  itIsSound({
    ...MutantTestPrompt,
    parser: MutantTestStep.parser,
    output: MutantTestStep.More,
    labels: { path: "path/to/file.ext", content: "the whole content" }
  })
})
