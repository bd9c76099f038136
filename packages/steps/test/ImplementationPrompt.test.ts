import { describe } from "@effect/vitest"
import { ImplementationPrompt, ImplementationStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("ImplementationPrompt", () => {
  itIsSound({
    ...ImplementationPrompt,
    parser: ImplementationStep.parser,
    output: ImplementationStep.Implementation
  })
})
