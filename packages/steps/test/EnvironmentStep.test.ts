import { assert, describe, it } from "@effect/vitest"
import { Step, TestRunner } from "@stepwright/core"
import { EnvironmentStep } from "@stepwright/steps"
import { Effect, Result } from "effect"

const dependencies = [{ name: "six" }, { name: "json" }]

/** What comes of it where a program gives this, and what that was given. */
const found = Effect.fnUntraced(function* (
  needed: typeof dependencies,
  output: Effect.Effect<Readonly<Record<string, string>>, TestRunner.TestRunnerError>
) {
  const asked: Array<readonly unknown[]> = []
  const result = yield* Effect.result(Step.run(EnvironmentStep.step, { dependencies: needed })).pipe(
    Effect.provideService(TestRunner.TestRunner, {
      identity: "memory",
      hasPytest: false,
      run: () => Effect.die("nothing to run"),
      evaluate: (_, ...given) => {
        asked.push(given)
        return output
      }
    })
  )
  return { asked, result }
})

describe("EnvironmentStep", () => {
  it.effect("gives the versions of what a design needs, where that is to be there", () =>
    Effect.gen(function* () {
      const { asked, result } = yield* found(dependencies, Effect.succeed({ six: "1.17.0" }))
      assert.deepStrictEqual(Result.getOrThrow(result), { six: "1.17.0" })
      assert.deepStrictEqual(asked, [[["six", "json"], { packages: ["six", "json"] }]])
    })
  )

  it.effect("needs no sandbox where nothing is needed", () =>
    Effect.gen(function* () {
      const { asked, result } = yield* found([], Effect.die("no sandbox"))
      assert.deepStrictEqual(Result.getOrThrow(result), {})
      assert.deepStrictEqual(asked, [])
    })
  )

  it.effect("ends a run early where packages are lacking", () =>
    Effect.gen(function* () {
      const lacking = new TestRunner.TestRunnerError({ reason: "Unavailable", detail: "python lacks six" })
      const { result } = yield* found(dependencies, Effect.fail(lacking))
      assert.strictEqual(Result.getOrThrow(Result.flip(result)), lacking)
    })
  )
})
