import { assert, describe, it } from "@effect/vitest"
import { Engine, Journal, LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Attempts } from "@stepwright/llm"
import { Effect, Layer, Schema } from "effect"
import { spent } from "../src/internal/spent.ts"

const ask = Step.make("ask", {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make("{{text}}"),
  variables: (text) => ({ text })
})
const asking = Workflow.make("asking", { input: Schema.String }).pipe(
  Workflow.bind("first", ask, "input"),
  Workflow.bind("second", ask, "first")
)

/** A client whose replies have 30 characters and a usage. */
const model = (usage: { readonly input?: number; readonly output?: number }, isReal: boolean) => {
  const client = LlmClient.make(() => Effect.succeed({ text: "x".repeat(30), finishReason: "stop", usage }))
  return Layer.succeed(LlmClient.LlmClient, isReal ? Attempts.make(client) : client)
}

const spentWith = (client: Layer.Layer<LlmClient.LlmClient>, isRelay: boolean) =>
  Effect.gen(function* () {
    const state = yield* Engine.run(asking, yield* Engine.initialize(asking, "hello"))
    return yield* spent(state, isRelay)
  }).pipe(Effect.provide([client, Journal.layerMemory]))

describe("spent", () => {
  it.effect("counts what providers answered", () =>
    Effect.gen(function* () {
      const used = yield* spentWith(model({ input: 100, output: 10 }, true), false)
      assert.deepStrictEqual(used, { calls: 2, tokens: 220 })
    })
  )

  it.effect("estimates what nobody said, and never counts it as nothing", () =>
    Effect.gen(function* () {
      const real = yield* spentWith(model({}, true), false)
      assert.strictEqual(real.calls, 2)
      assert.isAbove(real.tokens, 20)
      assert.deepStrictEqual(yield* spentWith(model({}, false), true), real)
    })
  )

  it.effect("counts nothing for what a cassette answered", () =>
    Effect.gen(function* () {
      const used = yield* spentWith(model({ input: 100, output: 10 }, false), false)
      assert.deepStrictEqual(used, { calls: 0, tokens: 0 })
    })
  )
})
