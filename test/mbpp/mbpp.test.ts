import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { emptied, expected, needsOf, sample, sandboxes, verdicts } from "./mbpp.ts"

describe.each(Object.entries(sandboxes))("fifty problems of MBPP in %s", (_, sandbox) => {
  it.live(
    "are green where the solution is right",
    () =>
      Effect.gen(function* () {
        assert.lengthOf(sample(), 50)
        assert.deepStrictEqual(yield* verdicts(sample()), expected(sample(), sandbox))
      }).pipe(Effect.provide(sandbox.layer)),
    needsOf(sandbox)
  )

  it.live(
    "are red where it does nothing",
    () =>
      Effect.gen(function* () {
        const some = sample().filter((_, n) => n % 5 === 0)
        const found = yield* verdicts(yield* emptied(some))
        assert.deepStrictEqual(found, Object.fromEntries(some.map(({ task_id }) => [task_id, "red"])))
      }).pipe(Effect.provide(sandbox.layer)),
    needsOf(sandbox)
  )
})
