// What the mistakes are made with.
import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"

export const one = Step.effect("one", {
  input: Schema.String,
  output: Schema.Struct({ b: Schema.Finite }),
  run: ({ length }) => Effect.succeed({ b: length })
})

export const two = Step.effect("two", {
  input: Schema.Struct({ a: Schema.String }),
  output: Schema.String,
  run: ({ a }) => Effect.succeed(a)
})

/** Its scope is `input`, a text, and `one`. */
export const base = Workflow.make("base", { input: Schema.String }).pipe(Workflow.bind("one", one, "input"))

const Task = Schema.Struct({
  id: Schema.String,
  size: Schema.Finite,
  needs: Schema.Array(Schema.String),
  title: Schema.optionalKey(Schema.String)
})

export const lists = Workflow.make("lists", {
  input: Schema.Struct({ count: Schema.Finite, tasks: Schema.Array(Task) })
})

export const outline = Step.make("outline", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) }),
  prompt: PromptTemplate.make("Outline {{topic}}."),
  variables: ({ topic }) => ({ topic })
})

export const draft = Step.make("draft", {
  input: Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) }),
  output: Schema.String,
  prompt: PromptTemplate.make("Write {{title}}:\n{{points}}"),
  variables: ({ title, points }) => ({ title, points: points.join("\n") })
})

export const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("outline", outline, "input"),
  Workflow.bind("draft", draft, "outline")
)
