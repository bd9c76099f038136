import { describe } from "@effect/vitest"
import { CodeRepairStep, TestRepairPrompt, TestRepairStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("TestRepairPrompt", () => {
  itIsSound({
    ...TestRepairPrompt,
    parser: TestRepairStep.parser,
    output: CodeRepairStep.Repair,
    labels: { path: "path/to/new.ext", content: "the whole content", search: "SEARCH", replace: "REPLACE" }
  })
})
