import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as purse from "../../../src/cli/act/purse.ts"

const codeOf = <A>(begun: Effect.Effect<A, { readonly code: string }>) =>
  Effect.match(begun, { onFailure: ({ code }) => code, onSuccess: (cap) => cap })

describe("purse", () => {
  it.effect("gives a run what it wants of the budget, or all that is left, and takes back what it did not spend", () =>
    Effect.gen(function* () {
      const { begin, end } = purse.make({ maxUsd: 5, starts: 100 }, () => 0)
      assert.strictEqual(yield* codeOf(begin("a", 2)), 2)
      assert.strictEqual(yield* codeOf(begin("b", 4)), "BudgetExceeded")
      assert.strictEqual(yield* codeOf(begin("b", undefined)), 3)
      assert.strictEqual(yield* codeOf(begin("c", undefined)), "BudgetExceeded")
      end("a", 1.5)
      assert.strictEqual(yield* codeOf(begin("c", undefined)), 0.5)
      end("b", 3)
      end("c", 0.5)
      assert.strictEqual(yield* codeOf(begin("d", undefined)), "BudgetExceeded")
    })
  )

  it.effect("counts all that a run had where nobody knows what it spent", () =>
    Effect.gen(function* () {
      const { begin, end } = purse.make({ maxUsd: 5, starts: 100 }, () => 0)
      yield* codeOf(begin("a", 2))
      end("a", undefined)
      assert.strictEqual(yield* codeOf(begin("b", 4)), "BudgetExceeded")
      assert.strictEqual(yield* codeOf(begin("b", undefined)), 3)
    })
  )

  it.effect("lets so many begin within a minute", () =>
    Effect.gen(function* () {
      let now = 0
      const { begin, start } = purse.make({ maxUsd: undefined, starts: 2 }, () => now)
      assert.deepStrictEqual([yield* codeOf(begin("a", undefined)), yield* codeOf(begin("b", 3))], [undefined, 3])
      now = 59_999
      assert.strictEqual(yield* codeOf(begin("c", undefined)), "TooManyStarts")
      assert.strictEqual(yield* codeOf(start), "TooManyStarts")
      now = 60_000
      yield* start
      assert.strictEqual(yield* codeOf(begin("c", undefined)), undefined)
    })
  )
})
