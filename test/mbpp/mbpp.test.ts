import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { sandboxes } from "../hostile/sandboxes.ts"
import { emptied, expected, needing, sample, verdicts } from "./mbpp.ts"

/** What pytest makes of them takes as long again: that is for `npm run soak`. */
const some = Object.entries(sandboxes).filter(([name]) => !name.includes("pytest"))

/** Twenty-five problems; where each starts a Python anew, and takes half a second for it, nine: the soak has all. */
const sampleFor = (sandbox: string) => sample().filter((_, n) => n % (sandbox === "pyodide" ? 6 : 2) === 0)

describe.each(some)("problems of MBPP in %s", (sandbox, { needs, of }) => {
  const problems = sampleFor(sandbox)
  it.live(
    "are green where the solution is right",
    () =>
      Effect.gen(function* () {
        assert.isAtLeast(problems.length, 9)
        assert.deepStrictEqual(yield* verdicts(problems), expected(problems, sandbox))
      }).pipe(Effect.provide(of({ timeout: "1 minute" }))),
    needing(needs)
  )

  it.live(
    "are red where it does nothing",
    () =>
      Effect.gen(function* () {
        const few = problems.filter((_, n) => n % 5 === 0)
        const found = yield* verdicts(yield* emptied(few))
        assert.deepStrictEqual(found, Object.fromEntries(few.map(({ task_id }) => [task_id, "red"])))
      }).pipe(Effect.provide(of({ timeout: "1 minute" }))),
    needing(needs)
  )
})
