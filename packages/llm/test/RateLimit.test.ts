import { assert, describe, expect, it } from "@effect/vitest"
import { Cause, Clock, Duration, Effect, Exit, Fiber, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, NetworkFailure, RateLimited } from "@stepwright/core/LlmError"
import type { Usage } from "@stepwright/core/Usage"
import { RateLimit, Retry } from "@stepwright/llm"
import { request } from "./support/request.ts"

interface Served {
  readonly path: string
  /** In seconds. */
  readonly at: number
}

/** A model under a limit that takes ten seconds, unless `answer` says otherwise, and the requests that it got. */
const limited = Effect.fnUntraced(function* (
  options: RateLimit.Options,
  answer: (count: number) => Effect.Effect<Usage, LlmError> = () => Effect.delay(Effect.succeed({}), "10 seconds")
) {
  const served: Array<Served> = []
  const wrap = yield* RateLimit.make(options)
  const client = wrap(
    LlmClient.make((request) =>
      Effect.gen(function* () {
        served.push({ path: request.metadata.path, at: (yield* Clock.currentTimeMillis) / 1000 })
        const usage = yield* answer(served.length)
        return { text: "", finishReason: "stop" as const, usage }
      })
    )
  )
  return { client, served }
})

/** Asks for so many replies at once, in order. */
const askAll = (client: LlmClient.Service, count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) => Effect.forkChild(client.generate(small(`${index}`)), { startImmediately: true })
  )

/** A request of 8 characters: at most 12 input tokens, 88 output tokens. */
const small = (path: string) => request(path, "12345678", { parameters: { maxOutputTokens: 88 } })

const instant = () => Effect.succeed<Usage>({ input: 1, output: 1 })
const failing = (fields: { readonly retryAfter?: Duration.Duration } = {}) =>
  Effect.fail(new LlmError({ reason: new RateLimited({ detail: "slow_down", ...fields }) }))

const times = (served: ReadonlyArray<Served>) => served.map(({ at }) => at)

describe("RateLimit", () => {
  describe("make", () => {
    it.effect("refuses limits that let nothing go, or everything", () =>
      Effect.gen(function* () {
        for (const name of ["requestsPerMinute", "tokensPerMinute", "concurrency", "estimatedOutputTokens"]) {
          for (const value of [0, -1, NaN]) {
            const exit = yield* Effect.exit(RateLimit.make({ [name]: value }))
            assert(Exit.isFailure(exit))
            const message = `${name}: must be a number, 1 or more, and is ${value}`
            expect(String(Cause.squash(exit.cause))).toBe(`DefinitionError: ${message}`)
          }
        }
        yield* RateLimit.make({ requestsPerMinute: Infinity, tokensPerMinute: Infinity, concurrency: Infinity })
      })
    )
  })

  describe("concurrency", () => {
    it.effect("lets so many go at a time, first come first served", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({ concurrency: 2 })
        yield* askAll(client, 5)
        yield* TestClock.adjust("1 minute")
        expect(served.map(({ path, at }) => `${path} at ${at}`)).toEqual([
          "0 at 0",
          "1 at 0",
          "2 at 10",
          "3 at 10",
          "4 at 20"
        ])
      })
    )

    it.effect("lets the next go when one is interrupted, in flight or waiting", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({ concurrency: 1 }, () => Effect.never)
        const [first, second] = yield* askAll(client, 3)
        assert(first !== undefined && second !== undefined)
        yield* Fiber.interrupt(second)
        yield* Fiber.interrupt(first)
        yield* TestClock.adjust("1 millis")
        expect(served.map(({ path }) => path)).toEqual(["0", "2"])
      })
    )

    it.effect("holds the place of a stream until its reply is whole, or its reader leaves", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({ concurrency: 1 })
        const read = (path: string) => Stream.runDrain(Stream.take(client.stream(small(path)), 1))
        yield* Effect.forkChild(Effect.all(["a", "b", "c"].map(read), { concurrency: "unbounded" }))
        yield* TestClock.adjust("1 minute")
        expect(times(served)).toEqual([0, 10, 20])
      })
    )

    it.effect("frees the place of a stream that failed before it is asked for again", () =>
      Effect.gen(function* () {
        const network = new LlmError({ reason: new NetworkFailure({ detail: "reset" }) })
        const { client, served } = yield* limited({ concurrency: 1 }, (count) =>
          count === 1 ? Effect.fail(network) : Effect.succeed({})
        )
        const fiber = yield* Effect.forkChild(Stream.runDrain(Retry.make()(client).stream(small("a"))))
        yield* TestClock.adjust("1 minute")
        expect(Exit.isSuccess(yield* Fiber.await(fiber))).toBe(true)
        expect(served.length).toBe(2)
      })
    )
  })

  describe("requestsPerMinute", () => {
    it.effect("lets the next go a minute after the one that it replaces", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({ requestsPerMinute: 2 }, instant)
        yield* askAll(client, 1)
        yield* TestClock.adjust("30 seconds")
        yield* askAll(client, 4)
        yield* TestClock.adjust("5 minutes")
        expect(times(served)).toEqual([0, 30, 60, 90, 120])
      })
    )
  })

  describe("tokensPerMinute", () => {
    it.effect("counts an estimate before a request and its usage after", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({ tokensPerMinute: 250 }, () =>
          Effect.delay(Effect.succeed({ input: 10, output: 15 }), "10 seconds")
        )
        yield* askAll(client, 4)
        yield* TestClock.adjust("5 minutes")
        expect(times(served)).toEqual([0, 0, 10, 10])
      })
    )

    it.effect("keeps the estimate where the usage is unknown", () =>
      Effect.gen(function* () {
        const network = new LlmError({ reason: new NetworkFailure({ detail: "reset" }) })
        const { client, served } = yield* limited({ tokensPerMinute: 250 }, () => Effect.fail(network))
        yield* askAll(client, 3)
        yield* TestClock.adjust("5 minutes")
        expect(times(served)).toEqual([0, 0, 60])
      })
    )

    it.effect("refuses a call that alone may take more, and says what to change", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({ tokensPerMinute: 99 })
        const { reason } = yield* Effect.flip(client.generate(small("a")))
        expect(reason._tag).toBe("InvalidRequest")
        expect(reason.detail).toBe(
          "the call may take 100 tokens, and tokensPerMinute is 99: give the step a smaller maxOutputTokens or a shorter input"
        )
        expect(served).toEqual([])
      })
    )
  })

  describe("when the provider says RateLimited", () => {
    it.effect("lets all wait as long as it demands", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({ concurrency: 1 }, (count) =>
          count === 1 ? failing({ retryAfter: Duration.seconds(42) }) : instant()
        )
        yield* askAll(client, 2)
        yield* TestClock.adjust("5 minutes")
        expect(times(served)).toEqual([0, 42])
      })
    )

    it.effect("asks again after a day, whatever it demands", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({}, (count) =>
          count === 1 ? failing({ retryAfter: Duration.infinity }) : instant()
        )
        yield* Effect.flip(client.generate(small("a")))
        yield* TestClock.adjust("23 hours")
        expect((yield* Effect.flip(client.generate(small("b")))).reason._tag).toBe("RateLimited")
        yield* TestClock.adjust("1 hour")
        yield* client.generate(small("c"))
        expect(times(served)).toEqual([0, 24 * 3600])
      })
    )

    it.effect("fails, with what is left of the wait, while it demands one of more than ten minutes", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({}, (count) =>
          count === 1 ? failing({ retryAfter: Duration.hours(2) }) : instant()
        )
        yield* Effect.flip(client.generate(small("a")))
        yield* TestClock.adjust("1 hour")
        const { reason } = yield* Effect.flip(client.generate(small("b")))
        assert(reason._tag === "RateLimited" && reason.retryAfter !== undefined)
        expect(Duration.toMinutes(reason.retryAfter)).toBe(60)
        yield* TestClock.adjust("51 minutes")
        yield* askAll(client, 1)
        yield* TestClock.adjust("9 minutes")
        expect(times(served)).toEqual([0, 7200])
      })
    )

    it.effect("halves what was in flight, once for all that were in flight together, and recovers in a minute", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({}, (count) =>
          count <= 4 ? Effect.delay(failing(), "1 seconds") : Effect.delay(Effect.succeed({}), "20 seconds")
        )
        yield* askAll(client, 4)
        yield* TestClock.adjust("1 seconds")
        yield* askAll(client, 10)
        yield* TestClock.adjust("5 minutes")
        expect(times(served)).toEqual([0, 0, 0, 0, 1, 1, 21, 21, 41, 41, 61, 61, 61, 61])
      })
    )

    it.effect("halves requests and tokens per minute, and again while it goes on", () =>
      Effect.gen(function* () {
        const { client, served } = yield* limited({ requestsPerMinute: 8, tokensPerMinute: 400 }, (count) =>
          count <= 2 ? failing() : instant()
        )
        yield* askAll(client, 1)
        yield* askAll(client, 1)
        yield* askAll(client, 3)
        yield* TestClock.adjust("5 minutes")
        // 100 tokens of 100 a minute are used up at first; after a minute all of 200, each request having cost 2.
        expect(times(served)).toEqual([0, 0, 60, 60, 60])
      })
    )
  })

  const Call = Schema.Struct({
    after: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3000 })),
    takes: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 90_000 })),
    maxOutputTokens: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 })),
    percent: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })),
    outcome: Schema.Literals(["known", "known", "unknown", "limited", "failed", "left"])
  })

  it.effect.prop(
    "is never above its limits in any minute, whatever the calls cost, and serves them all",
    {
      requestsPerMinute: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 })),
      tokensPerMinute: Schema.Int.check(Schema.isBetween({ minimum: 212, maximum: 1000 })),
      concurrency: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })),
      calls: Schema.Array(Call).check(Schema.isMinLength(20), Schema.isMaxLength(60))
    },
    ({ calls, ...limits }) =>
      Effect.gen(function* () {
        const began: Array<{ readonly at: number; readonly tokens: number }> = []
        let active = 0
        let most = 0
        const wrap = yield* RateLimit.make(limits)
        const client = wrap(
          LlmClient.make(({ metadata: { turn } }) =>
            Effect.gen(function* () {
              const { maxOutputTokens, outcome, percent, takes } = calls[turn] ?? assert.fail()
              const output = Math.floor(maxOutputTokens * (percent / 100))
              began.push({ at: yield* Clock.currentTimeMillis, tokens: 12 + output })
              most = Math.max(most, ++active)
              yield* Effect.ensuring(
                Effect.sleep(takes),
                Effect.sync(() => active--)
              )
              if (outcome === "limited") return yield* failing({ retryAfter: Duration.millis(takes) })
              if (outcome === "failed") return yield* new LlmError({ reason: new NetworkFailure({ detail: "…" }) })
              const usage = outcome === "known" ? { input: 12, output } : {}
              return { text: "…".repeat(Math.ceil(output / 2)), finishReason: "stop" as const, usage }
            })
          )
        )
        let start = 0
        const fiber = yield* Effect.forEach(
          calls.map((call, turn) => ({ ...call, turn, start: (start += call.after) })),
          ({ maxOutputTokens, outcome, start, turn }) => {
            const asked = request("a", "12345678", { parameters: { maxOutputTokens } }, { turn })
            const ask = turn % 2 === 0 ? Effect.asVoid(client.generate(asked)) : Stream.runDrain(client.stream(asked))
            return Effect.exit(Effect.delay(outcome === "left" ? Effect.timeoutOption(ask, "5 seconds") : ask, start))
          },
          { concurrency: "unbounded" }
        ).pipe(Effect.forkChild)
        yield* TestClock.adjust("1 day")
        expect(fiber.pollUnsafe()).toBeDefined()

        expect(most).toBeLessThanOrEqual(limits.concurrency)
        for (const { at } of began) {
          const inMinute = began.filter((other) => other.at >= at && other.at < at + 60_000)
          expect(inMinute.length).toBeLessThanOrEqual(limits.requestsPerMinute)
          expect(inMinute.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(limits.tokensPerMinute)
        }
        const mustCome = calls.filter(({ outcome }) => outcome !== "left").length
        expect(began.length).toBeGreaterThanOrEqual(mustCome)
      })
  )
})
