import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { outOfTime } from "../../../src/internal/sandbox/bounds.ts"

describe("outOfTime", () => {
  it.effect("ends what keeps its sandbox from ending it a second after the limit, which counts from its start", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(Effect.flip(outOfTime("a sandbox", started, "2 minutes", "30 seconds")))
      yield* TestClock.adjust("100 seconds")
      yield* Deferred.succeed(started, undefined)
      yield* TestClock.adjust("30900 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("100 millis")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason, "TimedOut")
      assert.include(error.message, "did not end within 30s")
    })
  )

  it.effect("is no verdict where a sandbox does not start", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(Effect.flip(outOfTime("a sandbox", started, "2 minutes", "30 seconds")))
      yield* TestClock.adjust("2 minutes")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason, "Unavailable")
      assert.include(error.message, "a sandbox did not start within 2m")
    })
  )
})
