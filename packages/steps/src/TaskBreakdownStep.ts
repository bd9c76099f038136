import * as Step from "@stepwright/core/Step"
import * as Schema from "effect/Schema"
import * as ArchitectureDesign from "./ArchitectureDesign.ts"
import { taskParser } from "./internal/taskParser.ts"
import * as Requirement from "./Requirement.ts"
import { TaskBreakdown } from "./TaskBreakdown.ts"
import * as TaskBreakdownPrompt from "./TaskBreakdownPrompt.ts"

export const Input = Schema.Struct({
  requirement: Requirement.Requirement,
  design: ArchitectureDesign.ArchitectureDesign
})

export const parser = taskParser

/** Breaks a design into tasks of one file each. */
export const step = Step.make("task-breakdown", {
  input: Input,
  output: TaskBreakdown,
  parser,
  prompt: TaskBreakdownPrompt.template,
  variables: ({ design, requirement }) => ({
    documentation: `${Requirement.toMarkdown(requirement)}\n\n${ArchitectureDesign.toMarkdown(design)}`,
    example: parser.print(TaskBreakdownPrompt.example)
  })
})
