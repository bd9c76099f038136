import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Predicate } from "effect"
import { TestClock } from "effect/testing"
import * as LlmClient from "@stepwright/core/LlmClient"
import { InvalidRequest, LlmError, NetworkFailure } from "@stepwright/core/LlmError"
import type { Usage } from "@stepwright/core/Usage"
import { Attempts, Budget, Limits, RateLimit, Retry } from "@stepwright/llm"
import { request } from "./support/request.ts"

/** Counts that are kept elsewhere: what they were told, and the answers that they give in turn, then grants. */
const elsewhere = (answers: ReadonlyArray<Limits.Refused | Limits.Later> = []) => {
  const told: Array<unknown> = []
  const left = [...answers]
  const counts = <Otherwise>(name: string): Limits.Counts<Otherwise> => ({
    reserve: ({ metadata }, atMost) =>
      Effect.sync(() => {
        const answer = left.shift()
        if (answer !== undefined) return answer as Otherwise
        told.push({ name, path: metadata.path, ...atMost })
        return { _tag: "Granted", settle: ({ error: _, ...cost }) => Effect.sync(() => void told.push(cost)) }
      })
  })
  const limits: Limits.Service = {
    spending: (name, caps) => Effect.sync(() => (told.push(caps), counts(name))),
    pace: (name, rates) => Effect.sync(() => (told.push(rates), counts(name)))
  }
  return { told, provided: Effect.provideService(Limits.Limits, limits) }
}

/** A model whose requests fail with the errors in turn, and then cost this. */
const model = (usage: Usage, errors: ReadonlyArray<LlmError> = []) => {
  const left = [...errors]
  return Attempts.make(
    LlmClient.make(() =>
      Effect.suspend(() => {
        const error = left.shift()
        return error === undefined
          ? Effect.succeed({ text: "12345678", finishReason: "stop" as const, usage })
          : Effect.fail(error)
      })
    )
  )
}

const asked = request("draft", "12345678", { parameters: { maxOutputTokens: 88 } })

describe("Limits", () => {
  it.effect("keep what a budget of a name reserves for each request, and what that came to", () =>
    Effect.gen(function* () {
      const { provided, told } = elsewhere()
      const wrap = yield* provided(Budget.make({ name: "team", maxTokens: 1000 }))
      const network = new LlmError({ reason: new NetworkFailure({ detail: "reset" }) })
      const below = (usage: Usage, errors: ReadonlyArray<LlmError>) =>
        wrap(Retry.make({ baseDelay: 0 })(model(usage, errors)))
      const refused = new LlmError({ reason: new InvalidRequest({ detail: "…" }) })
      yield* below({ input: 11, output: 7 }, [network]).generate(asked)
      yield* Effect.flip(below({}, [refused]).generate(asked))
      yield* below({ input: 11 }, []).generate(asked)
      const held = { name: "team", path: "draft", tokens: 100, usd: 0 }
      expect(told).toEqual([
        { maxCalls: Infinity, maxTokens: 1000, maxUsd: Infinity },
        { ...held, calls: 1 },
        // it broke off, so that nobody knows
        { tokens: 100, usd: 0, isUnclear: true },
        { ...held, calls: 0 },
        { tokens: 18, usd: 0, isUnclear: false },
        { ...held, calls: 1 },
        { tokens: 0, usd: 0, isUnclear: false },
        { ...held, calls: 1 },
        // its output is estimated
        { tokens: 15, usd: 0, isUnclear: true }
      ])
    })
  )

  it.effect("are told of what was counted at the dearest price that it may have that it is unclear", () =>
    Effect.gen(function* () {
      const { provided, told } = elsewhere()
      const prices = {
        date: "2026-01-01",
        models: { large: { input: 10, output: 100 }, small: { input: 1, output: 10 } }
      }
      const options = { name: "team", maxUsd: 1, prices, models: { default: ["large", "small"], one: "small" } }
      const wrap = yield* provided(Budget.make(options))
      const client = wrap(model({ input: 10, output: 10 }))
      yield* client.generate(asked)
      yield* client.generate({ ...asked, model: "one" })
      expect(told.filter((cost) => Predicate.hasProperty(cost, "isUnclear"))).toEqual([
        { tokens: 20, usd: 0.0011, isUnclear: true },
        { tokens: 20, usd: 0.00011, isUnclear: false }
      ])
    })
  )

  it.effect("tell a budget why a request does not fit, and what of that is unclear", () =>
    Effect.gen(function* () {
      const refusal = { cap: "maxUsd", limit: 10, spent: 9, unclear: 2, inFlight: 0, asked: 1.5 } as const
      const { provided } = elsewhere([{ _tag: "Refused", refusal }])
      const wrap = yield* provided(Budget.make({ name: "team", maxUsd: 10, models: { default: "gpt-5.1" } }))
      const { reason } = yield* Effect.flip(wrap(model({})).generate(asked))
      assert(reason._tag === "BudgetExceeded")
      expect(reason.detail).toContain("maxUsd is $10.00, $9.00 is spent (of which $2.00 perhaps, as nobody said), and")
    })
  )

  it.effect("let requests of a rate limit wait as long as they say", () =>
    Effect.gen(function* () {
      const { provided, told } = elsewhere([{ _tag: "Later", wait: Effect.sleep("5 seconds"), demanded: 0 }])
      const wrap = yield* provided(RateLimit.make({ name: "account", concurrency: 2 }))
      const fiber = yield* Effect.forkChild(wrap(model({ input: 11, output: 7 })).generate(asked))
      yield* TestClock.adjust("4 seconds")
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.join(fiber)
      expect(told).toEqual([
        { requestsPerMinute: Infinity, tokensPerMinute: Infinity, concurrency: 2 },
        { name: "account", path: "draft", calls: 1, tokens: 100, usd: 0 },
        { tokens: 18, usd: 0, isUnclear: false }
      ])
    })
  )

  it.effect("keep nothing of a limit without a name", () =>
    Effect.gen(function* () {
      const { provided, told } = elsewhere()
      const budget = yield* provided(Budget.make({ maxCalls: 1 }))
      const rate = yield* provided(RateLimit.make({ concurrency: 1 }))
      yield* budget(rate(model({}))).generate(asked)
      expect(told).toEqual([])
    })
  )
})
