import { assert, describe, it } from "@effect/vitest"
import { Engine, Journal, LlmClient, PromptTemplate, Step, Workflow, type WorkflowEvent } from "@stepwright/core"
import { Attempts, type Prices } from "@stepwright/llm"
import { Effect, Layer, Schema } from "effect"
import * as usedUp from "../../../src/cli/run/usedUp.ts"
import { answered, failed, initialized, requested, started } from "../../support/events.ts"

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

const prices: Prices.Prices = { date: "2026-01-01", models: { small: { input: 1, output: 2, tiers: { flex: 0.5 } } } }

const options = { isRelay: false, model: "small", prices }

/** What the events in a journal add up to. */
const usedUpIn = (run: string, isRelay = false) =>
  Effect.gen(function* () {
    const journal = yield* Journal.Journal
    const used = yield* usedUp.of(run, yield* journal.load(run), { ...options, isRelay, isExact: true })
    return { ...used.spent(), cost: used.cost() }
  })

const usedUpWith = (client: Layer.Layer<LlmClient.LlmClient>, isRelay: boolean) =>
  Effect.gen(function* () {
    const { state } = yield* Engine.run(asking, yield* Engine.initialize(asking, "hello"))
    return yield* usedUpIn(state.run, isRelay)
  }).pipe(Effect.provide([client, Journal.layerMemory]))

/** What a journal with these events adds up to. */
const usedUpAfter = (...events: ReadonlyArray<WorkflowEvent.WorkflowEvent>) =>
  Effect.gen(function* () {
    const journal = yield* Journal.Journal
    for (const event of [initialized, ...events]) yield* journal.append("r", event)
    return yield* usedUpIn("r")
  }).pipe(Effect.provide(Journal.layerMemory))

const start = (request: number) => requested("first", request)
const end = (request: number, fields: Parameters<typeof answered>[2]) => answered("first", request, fields)
const usage = { input: 100, output: 10 }
const failure = failed("first", "no")

describe("usedUp", () => {
  it.effect("counts what providers answered", () =>
    Effect.gen(function* () {
      const used = yield* usedUpWith(model(usage, true), false)
      assert.deepStrictEqual(used, { calls: 2, tokens: 220, usd: 240 / 1e6, cost: 240 / 1e6 })
    })
  )

  it.effect("knows no cost where the table has no price for the model that answered", () =>
    Effect.gen(function* () {
      const used = yield* usedUpWith(model(usage, true, { model: "large" }), false)
      // a cap counts it as the model that was asked
      assert.deepStrictEqual(used, { calls: 2, tokens: 220, usd: 240 / 1e6, cost: undefined })
      const dated = yield* usedUpWith(model(usage, true, { model: "small-2026-01-01" }), false)
      assert.strictEqual(dated.cost, 240 / 1e6)
    })
  )

  it.effect("counts a request that failed: by its usage, by its bound, or not where no provider bills it", () =>
    Effect.gen(function* () {
      const cut = yield* usedUpAfter(start(1), end(1, { usage, error: "InvalidResponse" }), failure)
      assert.deepStrictEqual(cut, { calls: 1, tokens: 110, usd: 120 / 1e6, cost: 120 / 1e6 })
      const broken = yield* usedUpAfter(start(1), end(1, { error: "NetworkFailure" }), failure)
      assert.deepStrictEqual(broken, { calls: 1, tokens: 800, usd: 1300 / 1e6, cost: undefined })
      const half = yield* usedUpAfter(start(1), end(1, { usage: { input: 5000 }, error: "NetworkFailure" }), failure)
      assert.deepStrictEqual(half, { calls: 1, tokens: 5500, usd: 6000 / 1e6, cost: undefined })
      const refused = yield* usedUpAfter(start(1), end(1, { error: "RateLimited" }), failure)
      assert.deepStrictEqual(refused, { calls: 1, tokens: 0, usd: 0, cost: 0 })
    })
  )

  it.effect(
    "counts what was written to a cache, and the service tier, and knows no cost of a tier without a price",
    () =>
      Effect.gen(function* () {
        const written = yield* usedUpAfter(start(1), end(1, { usage: { ...usage, cacheWrite: 100 } }), failure)
        assert.deepStrictEqual(written, { calls: 1, tokens: 110, usd: 145 / 1e6, cost: 145 / 1e6 })
        const flex = yield* usedUpAfter(start(1), end(1, { usage: { ...usage, serviceTier: "flex" } }), failure)
        assert.deepStrictEqual(flex, { calls: 1, tokens: 110, usd: 60 / 1e6, cost: 60 / 1e6 })
        const scale = yield* usedUpAfter(start(1), end(1, { usage: { ...usage, serviceTier: "scale" } }), failure)
        assert.deepStrictEqual(scale, { calls: 1, tokens: 110, cost: undefined })
      })
  )

  it.effect("counts a request that was given up, and one that was on its way when the process ended", () =>
    Effect.gen(function* () {
      const atMost = { calls: 1, tokens: 800, usd: 1300 / 1e6, cost: undefined }
      assert.deepStrictEqual(yield* usedUpAfter(start(1), end(1, {})), atMost)
      assert.deepStrictEqual(yield* usedUpAfter(start(1)), atMost)
    })
  )

  it.effect("counts a reply that came to no record", () =>
    Effect.gen(function* () {
      const said = { calls: 1, tokens: 110, usd: 120 / 1e6, cost: 120 / 1e6 }
      assert.deepStrictEqual(yield* usedUpAfter(start(1), end(1, { usage, model: "small" })), said)
      const unsaid = yield* usedUpAfter(start(1), end(1, { usage: { input: 100 } }))
      assert.deepStrictEqual(unsaid, { calls: 1, tokens: 600, usd: 1100 / 1e6, cost: undefined })
    })
  )

  it.effect("counts a call once, whatever retries it took, and the next attempt as another", () =>
    Effect.gen(function* () {
      const retried = [start(1), end(1, { error: "RateLimited" }), start(2), end(2, { error: "RateLimited" }), failure]
      assert.strictEqual((yield* usedUpAfter(...retried)).calls, 1)
      const again = [started("first"), start(3)]
      assert.strictEqual((yield* usedUpAfter(...retried, ...again)).calls, 2)
    })
  )

  it.effect("counts what nobody said by its reply, and never as nothing", () =>
    Effect.gen(function* () {
      const real = yield* usedUpWith(model({}, true), false)
      assert.strictEqual(real.calls, 2)
      assert.isAbove(real.tokens, 30)
      assert.isBelow(real.tokens, 200)
      assert.isUndefined(real.cost)
      const relayed = yield* usedUpWith(model({}, false), true)
      assert.deepStrictEqual(relayed, { calls: 2, tokens: real.tokens, usd: 0, cost: 0 })
    })
  )

  it.effect("counts nothing for what a cassette answered", () =>
    Effect.gen(function* () {
      const used = yield* usedUpWith(model(usage, false), false)
      assert.deepStrictEqual(used, { calls: 0, tokens: 0, usd: 0, cost: 0 })
    })
  )
})
