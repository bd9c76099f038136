import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { sandboxes } from "../hostile/sandboxes.ts"
import { emptied, expected, needing, problems, verdicts } from "./mbpp.ts"

describe.each(Object.entries(sandboxes))("the problems of MBPP in %s", (sandbox, { needs, of }) => {
  it.live(
    "are green where the solution is right",
    () =>
      Effect.gen(function* () {
        assert.lengthOf(problems(), 974)
        assert.deepStrictEqual(yield* verdicts(problems()), expected(problems(), sandbox))
      }).pipe(Effect.provide(of({ timeout: "1 minute" }))),
    needing(needs)
  )

  it.live(
    "are red where it does nothing",
    () =>
      Effect.gen(function* () {
        const found = yield* verdicts(yield* emptied(problems()))
        assert.deepStrictEqual(found, Object.fromEntries(problems().map(({ task_id }) => [task_id, "red"])))
      }).pipe(Effect.provide(of({ timeout: "1 minute" }))),
    needing(needs)
  )
})
