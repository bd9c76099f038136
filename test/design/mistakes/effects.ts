import { Effect, Schema } from "effect"
import { Engine, Step } from "@stepwright/core"
import { article } from "../parts.ts"

const base = { input: Schema.String, output: Schema.Finite }

export const steps = [
  // text.length → Type 'number' is not assignable to type 'Effect<number, never, never>'
  Step.effect("size", { ...base, run: (text) => text.length }),
  // Effect.succeed → Type 'Effect<string, never, never>' is not assignable to type 'Effect<number, never, never>'
  Step.effect("size", { ...base, run: (text) => Effect.succeed(text) }),
  // text.length → Type 'Promise<number>' is missing the following properties from type 'Effect<number, never, never>'
  Step.effect("size", { ...base, run: async (text) => text.length })
]

// Engine.execute → Type 'LlmClient' is not assignable to type 'never'
export const done = Effect.runPromise(Engine.execute(article, { topic: "Effect" }))

// topics: → 'topics' does not exist in type '{ readonly topic: string; }'
export const other = Engine.execute(article, { topics: "Effect" })
