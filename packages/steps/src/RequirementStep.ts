import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as Schema from "effect/Schema"
import { Requirement } from "./Requirement.ts"
import * as RequirementPrompt from "./RequirementPrompt.ts"

export const Input = Schema.Struct({ document: Schema.String })

export const parser = OutputParser.json(Requirement)

/** Turns a requirement document into a numbered specification. */
export const step = Step.make("requirement", {
  input: Input,
  output: Requirement,
  parser,
  prompt: RequirementPrompt.template,
  variables: ({ document }) => ({ document, example: parser.print(RequirementPrompt.example) })
})
