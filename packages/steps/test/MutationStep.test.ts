import { assert, describe, it } from "@effect/vitest"
import { Step, TestRunner } from "@stepwright/core"
import { MutationStep } from "@stepwright/steps"
import { Effect } from "effect"
import { specification } from "./support/playlist.ts"

const passed = { tests: [{ test: "tests.test_a.test_r1_1", outcome: "passed", asserts: true }] } as const
const failed = { tests: [{ test: "tests.test_a.test_r1_1", outcome: "failed", asserts: true, detail: "no" }] } as const

const verification = { outcome: "green", counts: TestRunner.counts(passed), ...passed, doubts: [] } as const

const input: typeof MutationStep.Input.Type = {
  attempt: {
    specification,
    code: { "a.py": "a = 1\n", "a.txt": "1\n" },
    tests: [{ path: "tests/test_a.py", content: "" }],
    acceptance: [],
    verification
  },
  count: 3,
  seed: 7
}

const mutant = (line: number, content: string) => {
  return { path: "a.py", line, operator: "number", before: "1", after: "2", content }
}

const run = (of: (content: string) => TestRunner.TestReport | TestRunner.TestRunnerError) => {
  let given: unknown
  const runner = TestRunner.layerMemory(
    (files) => of(files.find(({ path }) => path === "a.py")!.content),
    (_, input) => {
      given = input
      return [mutant(1, "noticed"), mutant(2, "survives"), mutant(3, "hangs")]
    }
  )
  return Effect.map(Effect.result(Step.run(MutationStep.step, input).pipe(Effect.provide(runner))), (result) => ({
    result,
    given
  }))
}

const report = (tests: typeof passed | typeof failed) => ({ ...tests, doubts: [], output: "", durationMillis: 1 })

describe("MutationStep", () => {
  it.effect("says of each mutant whether the tests noticed it; one that never ends is noticed", () =>
    Effect.gen(function* () {
      const { given, result } = yield* run((content) =>
        content === "hangs"
          ? new TestRunner.TestRunnerError({ reason: "TimedOut", detail: "a minute" })
          : report(content === "survives" ? passed : failed)
      )
      assert.deepStrictEqual(given, { files: { "a.py": "a = 1\n" }, count: 3, seed: 7 })
      assert.isTrue(result._tag === "Success")
      if (result._tag !== "Success") return
      assert.strictEqual(result.success.noticed, 2)
      assert.deepStrictEqual(
        result.success.mutants.map(({ isNoticed, line }) => [line, isNoticed]),
        [
          [1, true],
          [2, false],
          [3, true]
        ]
      )
    })
  )

  it.effect("fails where there is no sandbox", () =>
    Effect.gen(function* () {
      const { result } = yield* run(() => new TestRunner.TestRunnerError({ reason: "Unavailable", detail: "none" }))
      assert.strictEqual(result._tag, "Failure")
    })
  )
})
