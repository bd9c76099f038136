import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import * as LlmClient from "@stepwright/core/LlmClient"
import { Budget, MockLlm, type Prices } from "@stepwright/llm"
import { request } from "./support/request.ts"

const prices: Prices.Prices = {
  date: "2026-01-01",
  models: { asked: { input: 0, output: 1000 }, cheap: { input: 0, output: 1 } }
}

/** What is logged while two calls are made to a model that answers under a name, and what a third fails with. */
const served = (model: string, options: Budget.Options = { maxUsd: 2.5, prices }) => {
  const said: Array<unknown> = []
  const reply = MockLlm.reply({ text: "…", usage: { input: 1, output: 1000 }, model })
  const asked = { ...request("draft", "…", { parameters: { maxOutputTokens: 1000 } }), model: "asked" }
  return Effect.gen(function* () {
    const client = yield* LlmClient.LlmClient
    yield* client.generate(asked)
    yield* client.generate(asked)
    const third = yield* Effect.result(client.generate(asked))
    return { said, isRefused: third._tag === "Failure" && third.failure.reason._tag === "BudgetExceeded" }
  }).pipe(
    Effect.provide(Layer.provide(Layer.orDie(Budget.layer(options)), MockLlm.layer([{ reply }]))),
    Effect.provideService(Logger.CurrentLoggers, new Set([Logger.make(({ message }) => void said.push(message))]))
  )
}

describe("Budget", () => {
  describe("of a model that answers under another name", () => {
    it.effect("counts a name without a price as the model that was asked, and says so once", () =>
      Effect.gen(function* () {
        const { isRefused, said } = yield* served("alien")
        assert.isTrue(isRefused)
        expect(said).toHaveLength(1)
        expect(String(said[0])).toMatch(/alien has no price.*counted as asked/u)
      })
    )

    it.effect("counts a name with a price by that, and says nothing", () =>
      Effect.gen(function* () {
        expect(yield* served("cheap")).toEqual({ said: [], isRefused: false })
        expect(yield* served("cheap-2026-01-01")).toEqual({ said: [], isRefused: false })
      })
    )

    it.effect("says nothing where no cap is in USD", () =>
      Effect.gen(function* () {
        expect((yield* served("alien", { maxTokens: 1e6, prices })).said).toEqual([])
        expect((yield* served("alien", {})).said).toEqual([])
      })
    )

    it.effect("names the dearest that may have answered", () =>
      Effect.gen(function* () {
        const { isRefused, said } = yield* served("alien", {
          maxUsd: 2.5,
          prices,
          models: { asked: ["cheap", "asked"] }
        })
        assert.isTrue(isRefused)
        expect(String(said[0])).toMatch(/counted as the dearest of cheap, asked/u)
      })
    )
  })
})
