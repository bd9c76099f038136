import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as Schema from "effect/Schema"
import * as ArchitectureDesign from "./ArchitectureDesign.ts"
import { Files, Implementation } from "./Implementation.ts"
import * as ImplementationPrompt from "./ImplementationPrompt.ts"
import { printFiles } from "./internal/printFiles.ts"
import * as Requirement from "./Requirement.ts"
import { Task } from "./TaskBreakdown.ts"
import { printTask } from "./internal/taskParser.ts"

export const Input = Schema.Struct({
  task: Task,
  requirement: Requirement.Requirement,
  design: ArchitectureDesign.ArchitectureDesign,
  /** What the task depends on, as it was written. */
  dependencies: Files
})

/** The file's text alone: its path is the task's, so no reply can get it wrong. */
export const parser = OutputParser.codeBlock("python")

/** Writes the file of one task. */
export const step = Step.make("implementation", {
  input: Input,
  output: Implementation,
  parser,
  prompt: ImplementationPrompt.template,
  variables: ({ dependencies, design, requirement, task }) => ({
    file: task.file,
    requirement: Requirement.toMarkdown(requirement),
    design: ArchitectureDesign.toMarkdown(design),
    dependencies: printFiles(dependencies),
    task: printTask(task),
    example: parser.print(ImplementationPrompt.example)
  })
})
