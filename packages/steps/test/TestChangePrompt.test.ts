import { describe } from "@effect/vitest"
import { CodeRepairStep, TestChangePrompt, TestChangeStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("TestChangePrompt", () => {
  itIsSound({
    ...TestChangePrompt,
    parser: TestChangeStep.parser,
    output: CodeRepairStep.Repair,
    labels: { path: "path/to/new.ext", content: "the whole content", search: "SEARCH", replace: "REPLACE" }
  })
})
