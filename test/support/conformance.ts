import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { TestCase } from "@stepwright/core/testing"
import type { TestOptions } from "vitest"

/** A test for each case of a suite, by the clock of the machine: some call servers, others start processes. */
export const conforms = (suite: ReadonlyArray<TestCase.TestCase>, options: TestOptions = {}) => {
  for (const { name, run } of suite) it.live(name, () => run, options)
}

/** Why cases of a suite fail, by their names. */
const failures = (suite: ReadonlyArray<TestCase.TestCase>) =>
  Effect.gen(function* () {
    const failed = new Map<string, string>()
    for (const { name, run } of suite) {
      const exit = yield* Effect.result(run)
      if (exit._tag === "Failure") failed.set(name, exit.failure.message)
    }
    return failed
  })

/** Each of these implementations is broken, and is refused by the case that says why. */
export const refuses = (
  broken: Readonly<Record<string, readonly [suite: ReadonlyArray<TestCase.TestCase>, by: RegExp]>>
) =>
  it.live.each(Object.entries(broken))("refuses one that %s", ([, [suite, by]]) =>
    Effect.gen(function* () {
      const failed = yield* failures(suite)
      const [name = "none", message = ""] = [...failed].find(([name]) => by.test(name)) ?? []
      assert.match(name, by, `failed: ${[...failed.keys()].join("; ")}`)
      assert.match(message, /expected .*, found /s)
    })
  )
