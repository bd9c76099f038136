import { assert, describe, it } from "@effect/vitest"
import { Step, TestRunner } from "@stepwright/core"
import { CoverageStep } from "@stepwright/steps"
import { Effect } from "effect"
import { specification } from "./support/playlist.ts"

const passed = { tests: [{ test: "tests.test_a.test_r1_1", outcome: "passed", asserts: true }], doubts: [] } as const
const coverage = { "a.py": { lines: 2, missed: [2] } }

const covered = (
  tests: TestRunner.TestReport["tests"],
  run: Effect.Effect<TestRunner.TestReport, TestRunner.TestRunnerError>
) => {
  const asked: Array<TestRunner.RunOptions | undefined> = []
  return Step.run(CoverageStep.step, {
    attempt: {
      specification,
      code: { "a.py": "a = 1\nb = 2\n" },
      tests: [{ path: "tests/test_a.py", content: "" }],
      acceptance: [],
      verification: { outcome: "green", counts: TestRunner.counts({ tests }), tests, doubts: [], packages: ["six"] }
    }
  }).pipe(
    Effect.provideService(TestRunner.TestRunner, {
      identity: "memory",
      hasPytest: false,
      run: (_, options) => {
        asked.push(options)
        return run
      },
      evaluate: () => Effect.succeed(null)
    }),
    Effect.map((lines) => ({ asked, lines }))
  )
}

const report = { ...passed, coverage, output: "", durationMillis: 1 }

describe("CoverageStep", () => {
  it.effect("gives the lines that did not run, of each file", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* covered(passed.tests, Effect.succeed(report)), {
        asked: [{ coverage: true, packages: ["six"] }],
        lines: coverage
      })
    })
  )

  it.effect("gives nothing where no test could run, or where they go over a limit now", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* covered([], Effect.succeed(report)), { asked: [], lines: {} })
      const late = new TestRunner.TestRunnerError({ reason: "TimedOut", detail: "a minute" })
      assert.deepStrictEqual((yield* covered(passed.tests, Effect.fail(late))).lines, {})
    })
  )
})
