import { Schema } from "effect"
import { PromptTemplate, Step } from "@stepwright/core"

export const outline = Step.make("outline", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("Outline {{topic}}."),
  variables: ({ topic }) => ({ topic, count: 3 })
})
