import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as Schema from "effect/Schema"
import { ArchitectureDesign } from "./ArchitectureDesign.ts"
import * as ArchitectureDesignPrompt from "./ArchitectureDesignPrompt.ts"
import * as Requirement from "./Requirement.ts"

export const Input = Schema.Struct({ requirement: Requirement.Requirement })

export const parser = OutputParser.json(ArchitectureDesign)

/** Designs the modules that meet a requirement. */
export const step = Step.make("architecture-design", {
  input: Input,
  output: ArchitectureDesign,
  parser,
  prompt: ArchitectureDesignPrompt.template,
  variables: ({ requirement }) => ({
    requirement: Requirement.toMarkdown(requirement),
    example: parser.print(ArchitectureDesignPrompt.example)
  })
})
