import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { outcomes } from "./erring.ts"

describe("repair, a thousand times", () => {
  it.effect("mends what a model does wrong now and then, with a few more calls", () =>
    Effect.gen(function* () {
      const { calls, callsWithout, green, greenWithout } = yield* outcomes(1000)
      console.log({ green, greenWithout, calls: calls / callsWithout })
      assert.isAtMost(greenWithout, 0.08)
      assert.isAtLeast(green, 0.96)
      assert.isAtMost(calls / callsWithout, 2.2)
    })
  )
})
