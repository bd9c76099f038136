import { assert, describe, it } from "@effect/vitest"
import { Engine, Journal, LlmClient, PromptTemplate, Step, Workflow, WorkflowEvent } from "@stepwright/core"
import { Attempts, type Prices } from "@stepwright/llm"
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
const model = (
  usage: { readonly input?: number; readonly output?: number },
  isReal: boolean,
  named: { readonly model?: string } = {}
) => {
  const reply = { text: "x".repeat(30), finishReason: "stop", usage, ...named } as const
  const client = LlmClient.make(() => Effect.succeed(reply))
  return Layer.succeed(LlmClient.LlmClient, isReal ? Attempts.make(client) : client)
}

const prices: Prices.Prices = { date: "2026-01-01", models: { small: { input: 1, output: 2 } } }

const spentWith = (client: Layer.Layer<LlmClient.LlmClient>, isRelay: boolean) =>
  Effect.gen(function* () {
    const state = yield* Engine.run(asking, yield* Engine.initialize(asking, "hello"))
    return yield* spent(state, { isRelay, model: "small", prices })
  }).pipe(Effect.provide([client, Journal.layerMemory]))

describe("spent", () => {
  it.effect("counts what providers answered", () =>
    Effect.gen(function* () {
      const used = yield* spentWith(model({ input: 100, output: 10 }, true), false)
      assert.deepStrictEqual(used, { calls: 2, tokens: 220, usd: 240 / 1e6 })
    })
  )

  it.effect("knows no cost where the table has no price for the model that answered", () =>
    Effect.gen(function* () {
      const used = yield* spentWith(model({ input: 100, output: 10 }, true, { model: "large" }), false)
      assert.deepStrictEqual(used, { calls: 2, tokens: 220 })
      const dated = yield* spentWith(model({ input: 100, output: 10 }, true, { model: "small-2026-01-01" }), false)
      assert.strictEqual(dated.usd, 240 / 1e6)
    })
  )

  it.effect("counts what a request cost that failed, and knows no cost of one whose end nobody saw", () =>
    Effect.gen(function* () {
      yield* Engine.initialize(asking, "hello", { run: "r" })
      const journal = yield* Journal.Journal
      const at = { path: "first", at: 1 }
      const cut = { request: 1, usage: { input: 100, output: 10 }, error: "InvalidResponse" }
      yield* journal.append("r", { _tag: "RequestStarted", ...at, request: 1, model: "default" })
      yield* journal.append("r", { _tag: "RequestEnded", ...at, ...cut })
      const options = { isRelay: false, model: "small", prices }
      const failed = WorkflowEvent.fold(yield* journal.load("r"))!
      assert.deepStrictEqual(yield* spent(failed, options), { calls: 0, tokens: 110, usd: 120 / 1e6 })
      yield* journal.append("r", { _tag: "RequestStarted", ...at, request: 2, model: "default" })
      const unclear = WorkflowEvent.fold(yield* journal.load("r"))!
      assert.deepStrictEqual(yield* spent(unclear, options), { calls: 1, tokens: 110 })
    }).pipe(Effect.provide(Journal.layerMemory))
  )

  it.effect("estimates what nobody said, and never counts it as nothing", () =>
    Effect.gen(function* () {
      const real = yield* spentWith(model({}, true), false)
      assert.strictEqual(real.calls, 2)
      assert.isAbove(real.tokens, 20)
      assert.isUndefined(real.usd)
      assert.deepStrictEqual(yield* spentWith(model({}, false), true), { ...real, usd: 0 })
    })
  )

  it.effect("counts nothing for what a cassette answered", () =>
    Effect.gen(function* () {
      const used = yield* spentWith(model({ input: 100, output: 10 }, false), false)
      assert.deepStrictEqual(used, { calls: 0, tokens: 0, usd: 0 })
    })
  )
})
