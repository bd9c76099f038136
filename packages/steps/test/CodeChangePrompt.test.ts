import { describe } from "@effect/vitest"
import { CodeChangePrompt, CodeChangeStep, CodeRepairStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("CodeChangePrompt", () => {
  itIsSound({
    ...CodeChangePrompt,
    parser: CodeChangeStep.parser,
    output: CodeRepairStep.Repair,
    labels: { path: "path/to/new.ext", content: "the whole content", search: "SEARCH", replace: "REPLACE" }
  })
})
