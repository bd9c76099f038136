import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as ArchitectureDesignStep from "./ArchitectureDesignStep.ts"
import * as ImplementationPrompt from "./ImplementationPrompt.ts"
import * as files from "./internal/files.ts"
import * as taskText from "./internal/taskText.ts"
import * as RequirementStep from "./RequirementStep.ts"
import { Task } from "./TaskBreakdownStep.ts"

/** The whole text of the one file that a task owns; its path is the task's. */
export const Implementation = Schema.String.annotate({ description: "the whole text of the file" })
export type Implementation = typeof Implementation.Type

/** Files by their paths. */
export const Files = Schema.Record(Schema.String, Implementation)
export type Files = typeof Files.Type

export const Input = Schema.Struct({
  task: Task,
  requirement: RequirementStep.Requirement,
  design: ArchitectureDesignStep.ArchitectureDesign,
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
    requirement: RequirementStep.toMarkdown(requirement),
    design: ArchitectureDesignStep.toMarkdown(design),
    dependencies: files.print(dependencies),
    task: taskText.print(task),
    example: parser.print(ImplementationPrompt.example)
  })
})
