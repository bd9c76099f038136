// A step of your own, without a model, with an error of its own: the error keeps its type up to `execute`.
import assert from "node:assert/strict"
import { Effect, Schema } from "effect"
import { Engine, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

class TooLong extends Schema.TaggedError<TooLong>()("TooLong", { length: Schema.Int, limit: Schema.Int }) {
  override get message() {
    return `${this.length} characters, ${this.limit} are allowed`
  }
}

const write = Step.make("write", {
  input: Schema.Struct({ product: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("A slogan for {{product}}, at most 20 characters."),
  variables: ({ product }) => ({ product })
})

const check = Step.effect("check", {
  input: Schema.String,
  output: Schema.String,
  error: TooLong,
  run: (slogan) =>
    slogan.length > 20 ? Effect.fail(new TooLong({ length: slogan.length, limit: 20 })) : Effect.succeed(slogan)
})

export const slogan = Workflow.make("slogan", { input: Schema.Struct({ product: Schema.String }) }).pipe(
  Workflow.bind("text", write, "input"),
  Workflow.bind("checked", check, "text")
)

const talkative = MockLlm.layer([{ step: "write", reply: "The best umbrella that anybody ever held" }])

const error = await Effect.runPromise(
  Engine.execute(slogan, { product: "an umbrella" }).pipe(Effect.flip, Effect.provide(talkative))
)
assert.equal(error.path, "checked")
assert.ok(error.reason instanceof TooLong)
console.log(error.message)
