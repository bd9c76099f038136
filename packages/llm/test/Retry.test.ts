import { assert, describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer, Random, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Client from "@stepwright/core/LlmClient"
import { LlmClient, type StreamPart } from "@stepwright/core/LlmClient"
import {
  ContentRefused,
  InvalidResponse,
  LlmError,
  NetworkFailure,
  ProviderUnavailable,
  QuotaExhausted,
  RateLimited,
  TimedOut,
  Unauthenticated,
  type LlmErrorReason
} from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { MockLlm, Retry } from "@stepwright/llm"
import { request } from "./support/request.ts"

const ask = Effect.flatMap(LlmClient, (client) => client.generate(request("draft")))
const count = Effect.map(MockLlm.calls, (requests) => requests.length)

/** A model under retry that fails with the reasons in turn, then answers. */
const faulty = (reasons: ReadonlyArray<LlmErrorReason>, options?: Retry.Options) =>
  Layer.provideMerge(Retry.layer(options), MockLlm.layer([{ reply: [...reasons, "done"] }]))

const repeated = (reason: LlmErrorReason) => [reason, reason, reason, reason]

const done: LlmReply = { text: "done", finishReason: "stop", usage: {} }

/** A model under retry whose streams break off for the reasons in turn, then go to their end. */
const breaking = (reasons: ReadonlyArray<LlmErrorReason>, options?: Retry.Options) => {
  let count = 0
  const delta = (text: string): StreamPart => ({ _tag: "Delta", text })
  return Retry.make(options)(
    Client.make(
      () => Effect.succeed(done),
      () =>
        Stream.suspend(() => {
          const reason = reasons[count++]
          const rest =
            reason === undefined
              ? Stream.make(delta("ne"), { _tag: "Finished" as const, reply: done })
              : Stream.fail(new LlmError({ reason }))
          return Stream.concat(Stream.make(delta("do")), rest)
        })
    )
  )
}

const network = new NetworkFailure({ detail: "reset" })
const detail = "…"

describe("Retry", () => {
  describe("layer", () => {
    const rows: ReadonlyArray<[reason: LlmErrorReason, requests: number]> = [
      [new RateLimited({ detail }), 3],
      [new ProviderUnavailable({ detail }), 3],
      [network, 3],
      [new TimedOut({ detail, after: Duration.seconds(1) }), 3],
      [new TimedOut({ detail, after: Duration.seconds(1), once: true }), 2],
      [new TimedOut({ detail, after: Duration.seconds(1), permanent: true }), 1],
      [new NetworkFailure({ detail, once: true }), 2],
      [new NetworkFailure({ detail, permanent: true }), 1],
      [new InvalidResponse({ detail }), 2],
      [new InvalidResponse({ detail, permanent: true }), 1],
      [new QuotaExhausted({ detail }), 1],
      [new Unauthenticated({ detail }), 1],
      [new ContentRefused({ detail }), 1]
    ]
    for (const [reason, requests] of rows) {
      it.effect(`makes ${requests} requests in all while ${JSON.stringify(reason)} lasts`, () =>
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(Effect.flip(ask))
          yield* TestClock.adjust("1 minute")
          expect((yield* Fiber.join(fiber)).reason).toBe(reason)
          expect(yield* count).toBe(requests)
        }).pipe(Effect.provide(faulty(repeated(reason))))
      )
    }

    it.effect("makes 2 requests when the fault goes away after the first", () =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(ask)
        yield* TestClock.adjust("1 minute")
        expect((yield* Fiber.join(fiber)).text).toBe("done")
        expect(yield* count).toBe(2)
      }).pipe(Effect.provide(faulty([network])))
    )

    for (const [random, share] of [
      [0, 0.5],
      [1, 1]
    ] as const) {
      it.effect(`waits ${share} of a delay that doubles up to its limit when the random number is ${random}`, () =>
        Effect.gen(function* () {
          yield* Effect.forkChild(Effect.flip(ask), { startImmediately: true })
          for (const [index, delay] of [1000, 2000, 3000, 3000].entries()) {
            yield* TestClock.adjust(delay * share - 1)
            expect(yield* count).toBe(index + 1)
            yield* TestClock.adjust(1)
            expect(yield* count).toBe(index + 2)
          }
        }).pipe(
          Effect.provide(
            faulty([network, network, network, network, network], {
              maxRequests: 5,
              baseDelay: "1 second",
              maxDelay: "3 seconds"
            })
          ),
          Effect.provideService(Random.Random, { nextDoubleUnsafe: () => random, nextIntUnsafe: () => 0 })
        )
      )
    }

    it.effect("waits at least as long as the server demands, two minutes too", () =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(ask)
        yield* TestClock.adjust("2 minutes")
        expect(yield* count).toBe(1)
        yield* TestClock.adjust("500 millis")
        expect((yield* Fiber.join(fiber)).text).toBe("done")
        expect(yield* count).toBe(2)
      }).pipe(Effect.provide(faulty([new RateLimited({ detail, retryAfter: Duration.minutes(2) })])))
    )

    it.effect("tells of each wait once, before it begins, and of none that it does not begin", () => {
      const told: Array<string> = []
      const onWait = ({ reason }: LlmError, wait: Duration.Duration) =>
        Effect.sync(() => void told.push(`${reason._tag} ${Math.round(Duration.toSeconds(wait))}`))
      const limited = new RateLimited({ detail: "full", retryAfter: Duration.seconds(50) })
      const stalled = new TimedOut({ detail: "the stream stalls", after: Duration.minutes(2), once: true })
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(ask)
        yield* TestClock.adjust(0)
        expect(told).toEqual(["RateLimited 50"])
        yield* TestClock.adjust("2 minutes")
        expect(yield* Fiber.join(fiber)).toEqual(expect.objectContaining({ text: "done" }))
        const stream = breaking([stalled, stalled], { onWait })
        const streaming = yield* Effect.forkChild(Effect.exit(Stream.runDrain(stream.stream(request("draft")))))
        yield* TestClock.adjust("2 minutes")
        assert.isTrue(Exit.isFailure(yield* Fiber.join(streaming)))
        expect(told).toEqual(["RateLimited 50", expect.stringMatching(/^TimedOut [01]$/u)])
      }).pipe(Effect.provide(faulty([limited], { onWait })))
    })

    it.effect("fails at once, and says so, when the wait that the server demands cannot fit", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(ask)
        assert(reason._tag === "RateLimited")
        expect(reason.retryAfter && Duration.toHours(reason.retryAfter)).toBe(2)
        expect(reason.detail).toMatch(
          /^… \(no retry: it needs a wait of 2h .*, and 10m are left of the 10m for a call\)$/u
        )
        expect(yield* count).toBe(1)
      }).pipe(Effect.provide(faulty([new RateLimited({ detail, retryAfter: Duration.hours(2) })])))
    )

    it.effect("counts the time of the requests before against the total", () =>
      Effect.gen(function* () {
        const slow = MockLlm.layer(() => Effect.delay(Effect.succeed(network), "40 seconds"))
        yield* Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(Effect.exit(ask))
          yield* TestClock.adjust("10 minutes")
          expect(Exit.isFailure(yield* Fiber.join(fiber))).toBe(true)
          expect(yield* count).toBe(2)
        }).pipe(Effect.provide(Layer.provideMerge(Retry.layer({ maxRequests: 9, maxTotalTime: "1 minute" }), slow)))
      })
    )

    it.effect("stops waiting when interrupted", () =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(ask, { startImmediately: true })
        yield* Fiber.interrupt(fiber)
        yield* TestClock.adjust("1 minute")
        expect(yield* count).toBe(1)
      }).pipe(Effect.provide(faulty([network])))
    )

    it.effect("voids what a stream gave before it failed, and streams again", () =>
      Effect.gen(function* () {
        const parts = yield* Effect.forkChild(Stream.runCollect(breaking([network]).stream(request("draft"))))
        yield* TestClock.adjust("1 minute")
        expect(yield* Fiber.join(parts)).toEqual([
          { _tag: "Delta", text: "do" },
          { _tag: "Discarded" },
          { _tag: "Delta", text: "do" },
          { _tag: "Delta", text: "ne" },
          { _tag: "Finished", reply: done }
        ])
      })
    )

    it.effect("streams no more than three times, and voids the last part too", () =>
      Effect.gen(function* () {
        const tags: Array<string> = []
        const fiber = yield* breaking(repeated(network))
          .stream(request("draft"))
          .pipe(
            Stream.runForEach(({ _tag }) => Effect.sync(() => void tags.push(_tag))),
            Effect.flip,
            Effect.forkChild
          )
        yield* TestClock.adjust("1 minute")
        expect((yield* Fiber.join(fiber)).reason).toBe(network)
        expect(tags).toEqual(["Delta", "Discarded", "Delta", "Discarded", "Delta", "Discarded"])
      })
    )
  })
})
