import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { Brief } from "./BriefStep.ts"
import * as ImplementationPrompt from "./ImplementationPrompt.ts"
import * as SamplesStep from "./SamplesStep.ts"

/** The whole text of the one file that a task owns; its path is the task's. */
export const Implementation = Schema.String.annotate({ description: "the whole text of the file" })
export type Implementation = typeof Implementation.Type

export const Input = Schema.Struct({ brief: Brief })

/** The file's text alone: its path is the task's, so no reply can get it wrong. */
export const parser = OutputParser.codeBlock()

/** Writes the file of one task. */
export const step = Step.make("implementation", {
  input: Input,
  output: Implementation,
  parser,
  prompt: ImplementationPrompt.template,
  variables: ({ brief: { samples, ...brief } }) => ({
    ...brief,
    samples: SamplesStep.print(samples),
    example: parser.print(ImplementationPrompt.example)
  })
})
