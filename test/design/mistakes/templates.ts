import { Schema } from "effect"
import { PromptTemplate, Step } from "@stepwright/core"

const base = {
  input: Schema.Struct({ topic: Schema.String, points: Schema.Array(Schema.String) }),
  output: Schema.String
}

export const templates = [
  // "Say → "first name" is no name for a hole: letters, digits and _ only; write \{{ for literal braces
  PromptTemplate.make("Say {{first name}}."),
  // "Say → {{ is not closed by }}; write \{{ for literal braces
  PromptTemplate.make("Say {{open."),
  // "Say → a hole needs a name between {{ and }}
  PromptTemplate.make("Say {{ }}."),
  // "Say → "1st" is no name for a hole: letters, digits and _ only; write \{{ for literal braces
  PromptTemplate.make("Say \\{{so it is}} {{name}} {{1st}}.")
]

export const steps = [
  Step.make("outline", {
    ...base,
    prompt: PromptTemplate.make("Outline {{topic}}."),
    // variables: → is not assignable to type '(input: { readonly topic: string; readonly points: readonly string[]; }) => { readonly topic: string | number | boolean; }'
    variables: ({ topic }) => {
      void { topic }
    }
  }),
  Step.make("outline", {
    ...base,
    prompt: PromptTemplate.make("Outline {{topic}} in {{count}} points."),
    // ({ topic, cuont → Property 'count' is missing in type '{ topic: string; cuont: number; }'
    variables: ({ topic }) => ({ topic, cuont: 3 })
  }),
  Step.make("outline", {
    ...base,
    prompt: PromptTemplate.make("Outline {{topic}} in {{count}} points."),
    // ({ topic: → Property 'count' is missing in type '{ topic: string; }'
    variables: (input) => ({ topic: input.topic })
  }),
  Step.make("outline", {
    ...base,
    // prompt: → the prompt has no hole {{count}}
    prompt: PromptTemplate.make("Outline {{topic}}."),
    variables: ({ topic }) => ({ topic, count: 3 })
  }),
  Step.make("outline", {
    ...base,
    prompt: PromptTemplate.make("Outline {{topic}}: {{points}}."),
    // points }) → Type 'readonly string[]' is not assignable to type 'string | number | boolean'
    variables: ({ points, topic }) => ({ topic, points })
  })
]

// one: → Type 'string[]' is not assignable to type 'string | number | boolean'
PromptTemplate.render(PromptTemplate.make("{{one}}"), { one: ["a"] })
