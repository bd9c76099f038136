import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Logger } from "effect"
import { Live, layer } from "../../../src/cli/act/live.ts"

describe("live", () => {
  it.effect("answers with what goes wrong before the work is on its way, and logs what goes wrong after", () =>
    Effect.gen(function* () {
      const logged = yield* Deferred.make<unknown>()
      const log = Logger.layer([Logger.make(({ cause }) => void Deferred.doneUnsafe(logged, Effect.succeed(cause)))])
      yield* Effect.gen(function* () {
        const { begin } = yield* Live
        assert.strictEqual(yield* Effect.flip(begin(() => Effect.fail("no input"))), "no input")
        const said = yield* begin((isOnItsWay) => Effect.andThen(isOnItsWay("RUNNING"), Effect.fail("no space")))
        assert.strictEqual(said, "RUNNING")
        assert.include(JSON.stringify(yield* Deferred.await(logged)), "no space")
      }).pipe(Effect.provide(Layer.merge(layer, log)))
    })
  )
})
