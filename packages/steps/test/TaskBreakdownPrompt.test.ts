import { describe } from "@effect/vitest"
import { TaskBreakdownPrompt, TaskBreakdownStep } from "@stepwright/steps"
import { itIsSound } from "./support/prompt.ts"

describe("TaskBreakdownPrompt", () => {
  itIsSound({
    ...TaskBreakdownPrompt,
    parser: TaskBreakdownStep.parser,
    output: TaskBreakdownStep.TaskBreakdown,
    labels: {
      number: "Task N:",
      title: "Title",
      objective: "**Objective**",
      file: "**File Specification**",
      functionality: "**Functionality Details**",
      integration: "**Integration Points**",
      dependsOn: "**Depends on**"
    }
  })
})
