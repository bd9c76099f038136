import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as Schema from "effect/Schema"
import { Files } from "./Implementation.ts"
import { printFiles } from "./internal/printFiles.ts"
import * as Requirement from "./Requirement.ts"
import { TestGeneration } from "./TestGeneration.ts"
import * as TestGenerationPrompt from "./TestGenerationPrompt.ts"

export const Input = Schema.Struct({
  requirement: Requirement.Requirement,
  /** The whole package as it was written. */
  code: Files
})

export const parser = OutputParser.files

/** Writes tests of the code against the criteria of the requirement. */
export const step = Step.make("test-generation", {
  input: Input,
  output: TestGeneration,
  parser,
  prompt: TestGenerationPrompt.template,
  variables: ({ code, requirement }) => ({
    requirement: Requirement.toMarkdown(requirement),
    code: printFiles(code),
    example: parser.print(TestGenerationPrompt.example)
  })
})
