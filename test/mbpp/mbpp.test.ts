import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { sandboxes } from "../hostile/sandboxes.ts"
import { emptied, expected, needing, sample, verdicts } from "./mbpp.ts"

/** What pytest makes of them takes as long again: that is for `npm run soak`. */
const some = Object.entries(sandboxes).filter(([name]) => !name.includes("pytest"))

describe.each(some)("fifty problems of MBPP in %s", (sandbox, { needs, of }) => {
  it.live(
    "are green where the solution is right",
    () =>
      Effect.gen(function* () {
        assert.lengthOf(sample(), 50)
        assert.deepStrictEqual(yield* verdicts(sample()), expected(sample(), sandbox))
      }).pipe(Effect.provide(of({ timeout: "1 minute" }))),
    needing(needs)
  )

  it.live(
    "are red where it does nothing",
    () =>
      Effect.gen(function* () {
        const few = sample().filter((_, n) => n % 5 === 0)
        const found = yield* verdicts(yield* emptied(few))
        assert.deepStrictEqual(found, Object.fromEntries(few.map(({ task_id }) => [task_id, "red"])))
      }).pipe(Effect.provide(of({ timeout: "1 minute" }))),
    needing(needs)
  )
})
