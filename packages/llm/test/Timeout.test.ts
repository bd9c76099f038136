import { assert, describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { Timeout } from "@stepwright/llm"
import { request } from "./support/request.ts"

const reply: LlmReply = { text: "done", finishReason: "stop", usage: {} }

/** A model whose reply, or each of the three parts of its stream, takes that long; `log` has what was interrupted. */
const slow = (duration: Duration.Input, options: Timeout.Options) => {
  const log: Array<string> = []
  const interrupted = Effect.onInterrupt(() => Effect.sync(() => void log.push("interrupted")))
  const parts: ReadonlyArray<LlmClient.StreamPart> = [
    { _tag: "Delta", text: "do" },
    { _tag: "Delta", text: "ne" },
    { _tag: "Finished", reply }
  ]
  const client = LlmClient.make(
    () => Effect.delay(Effect.succeed(reply), duration).pipe(interrupted),
    () =>
      Stream.mapEffect(Stream.fromIterable(parts).pipe(Stream.rechunk(1)), (part) =>
        Effect.delay(Effect.succeed(part), duration).pipe(interrupted)
      )
  )
  return { client: Timeout.make(options)(client), log }
}

const read = (client: LlmClient.Service) => Stream.runCollect(client.stream(request("a")))

/** How work that takes a while ended, and the second. */
const timed = Effect.fnUntraced(function* <A, E>(work: Effect.Effect<A, E>) {
  const fiber = yield* Effect.forkChild(Effect.timed(Effect.result(work)))
  yield* TestClock.adjust("1 hour")
  const [took, result] = yield* Fiber.join(fiber)
  return { seconds: Duration.toSeconds(took), result }
})

const timedOut = Effect.fnUntraced(function* <A, E extends { readonly reason: { readonly _tag: string } }>(
  work: Effect.Effect<A, E>
) {
  const { result, seconds } = yield* timed(work)
  assert(result._tag === "Failure")
  expect(result.failure.reason._tag).toBe("TimedOut")
  return { seconds, error: result.failure }
})

describe("Timeout", () => {
  describe("total", () => {
    it.effect("interrupts a call that takes longer", () =>
      Effect.gen(function* () {
        const { client, log } = slow("11 seconds", { total: "10 seconds" })
        const { error, seconds } = yield* timedOut(client.generate(request("a")))
        expect(seconds).toBe(10)
        expect(error.message).toBe("timed out after 10s: no whole reply came in time")
        expect(error.isRetryable).toBe(true)
        expect(log).toEqual(["interrupted"])
      })
    )

    it.effect("interrupts a stream that takes longer, whatever came of it", () =>
      Effect.gen(function* () {
        const { client, log } = slow("4 seconds", { total: "10 seconds", idle: "5 seconds" })
        const { error, seconds } = yield* timedOut(read(client))
        expect(seconds).toBe(10)
        expect(error.isRetryable).toBe(true)
        expect(log).toEqual(["interrupted"])
      })
    )

    it.effect("leaves alone what comes in time", () =>
      Effect.gen(function* () {
        const { client } = slow("3 seconds", { total: "10 seconds", idle: "4 seconds" })
        expect((yield* timed(client.generate(request("a")))).result).toMatchObject({ success: reply })
        const { result, seconds } = yield* timed(read(client))
        expect([seconds, result._tag]).toEqual([9, "Success"])
      })
    )
  })

  describe("idle", () => {
    it.effect("gives up a stream whose next part takes longer, which is worth one more request", () =>
      Effect.gen(function* () {
        const { client, log } = slow("6 seconds", { total: "10 seconds", idle: "5 seconds" })
        const { error, seconds } = yield* timedOut(read(client))
        expect(seconds).toBe(5)
        expect([error.isRetryable, error.mostRequests]).toEqual([true, 2])
        expect(log).toEqual(["interrupted"])
      })
    )

    it.effect("does not count the time of a slow reader", () =>
      Effect.gen(function* () {
        const { client } = slow("1 seconds", { idle: "5 seconds" })
        const slowly = Stream.runForEach(client.stream(request("a")), () => Effect.sleep("1 minute"))
        expect((yield* timed(slowly)).seconds).toBe(183)
      })
    )
  })
})
