import { Effect, Schema } from "effect"
import { Engine, Note, OutputParser, PromptTemplate, Step } from "@stepwright/core"
import { article } from "../parts.ts"

const base = { input: Schema.String, output: Schema.Finite }

const noted = { input: Schema.String, output: Note.Noted }

const asks = {
  ...base,
  prompt: PromptTemplate.make("Count {{text}}."),
  variables: (text: string) => ({ text })
}

export const steps = [
  // run: → is not assignable to type '(input: string) => Effect<number, never, never>'
  Step.effect("size", { ...base, run: Effect.succeed(1) }),
  // produces: → its output has neither files, nor counts of tests, nor notes
  Step.effect("size", { ...base, produces: "files", run: ({ length }) => Effect.succeed(length) }),
  // produces: → its output has neither files, nor counts of tests, nor notes
  Step.effect("size", { ...base, produces: "notes", run: ({ length }) => Effect.succeed(length) }),
  // produces: → '"files"' is not assignable to type '"notes"'
  Step.effect("report", { ...noted, produces: "files", run: () => Effect.succeed({ notes: [] }) }),
  // parser: → Type 'OutputParser<string>' is not assignable to type 'OutputParser<number>'
  Step.make("size", { ...asks, parser: OutputParser.text }),
  // text.length → Type 'number' is not assignable to type 'Effect<number, never, never>'
  Step.effect("size", { ...base, run: (text) => text.length }),
  // Effect.succeed → Type 'Effect<string, never, never>' is not assignable to type 'Effect<number, never, never>'
  Step.effect("size", { ...base, run: (text) => Effect.succeed(text) }),
  // text.length → Type 'Promise<number>' is missing the following properties from type 'Effect<number, never, never>'
  Step.effect("size", { ...base, run: async (text) => text.length })
]

const state = Engine.initialize(article, { topic: "Effect" })
// state) → Argument of type 'Effect<WorkflowState, WorkflowError<never>, never>' is not assignable to parameter of type 'WorkflowState'
export const forgotten = Engine.run(article, state)

// Engine.execute → Type 'LlmClient' is not assignable to type 'never'
export const done = Effect.runPromise(Engine.execute(article, { topic: "Effect" }))

// topics: → 'topics' does not exist in type '{ readonly topic: string; }'
export const other = Engine.execute(article, { topics: "Effect" })
