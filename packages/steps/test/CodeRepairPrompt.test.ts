import { describe } from "@effect/vitest"
import { CodeRepairPrompt, CodeRepairStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("CodeRepairPrompt", () => {
  itIsSound({
    ...CodeRepairPrompt,
    parser: CodeRepairStep.parser,
    output: CodeRepairStep.Repair,
    labels: { path: "path/to/new.ext", content: "the whole content", search: "SEARCH", replace: "REPLACE" }
  })
})
