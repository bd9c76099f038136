import { assert, describe, it } from "@effect/vitest"
import { Step, TestRunner, Workflow } from "@stepwright/core"
import { VerdictStep } from "@stepwright/steps"
import { Effect, Schema } from "effect"
import { program } from "../../support/asking.ts"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"

const Text = { input: Schema.Struct({ text: Schema.String }), output: Schema.Struct({ text: Schema.String }) }

/** What a test says whose assertion has several lines. */
const detailOf = (i: number) =>
  `Traceback (most recent call last):\n  File "test_a.py", line ${i}, in test_${i}\n    self.assertEqual(a, b)\nAssertionError: 'a${i}' != 'b${i}'\n- a${i}\n+ b${i}`

const verification = (outcome: "green" | "failed", count: number) => {
  const tests = Array.from({ length: count }, (_, i): TestRunner.TestResult => {
    return {
      test: `a.test_${i}`,
      outcome: outcome === "green" ? "passed" : outcome,
      asserts: true,
      detail: detailOf(i)
    }
  })
  const counts = TestRunner.counts({ tests })
  return { outcome: outcome === "green" ? outcome : ("red" as const), counts, tests, doubts: [] }
}

/** `version`: of a step before the verdict. */
const tested = (outcome: "green" | "failed", version = 1, count = 1) =>
  program(
    Workflow.make("tested", { input: Schema.Struct({ text: Schema.String }) }).pipe(
      Workflow.bind("before", Step.effect("before", { ...Text, version, run: Effect.succeed }), "input"),
      Workflow.bind("verdict", VerdictStep.step, () => ({ verification: verification(outcome, count) }))
    )
  )

describe("a run whose tests are red", () => {
  it.effect("says what can be done, since going on comes to the same, and so does a resume", () =>
    inFolder(
      Effect.gen(function* () {
        const run = yield* startedWith(tested("failed"))
        const resumed = yield* call(["resume", run], tested("failed"))
        assert.strictEqual(resumed.status, 1)
        assert.include(resumed.out, "tests: 0 passed, 1 failed")
        assert.include(resumed.err, "failed at verdict: 1 failed")
        const shown = yield* call(["status", run], tested("failed"))
        for (const text of [resumed.err, shown.out]) {
          for (const next of [`fork ${run} PATH`, `set ${run} PATH FILE`]) assert.include(text, next)
          assert.notInclude(text, "go on with")
        }
        for (const command of ["resume", "status"]) {
          const { out } = yield* call([command, run, "--json"], tested("failed"))
          assert.match(JSON.parse(out).error.fix, /fork \S+ PATH$/)
        }
      })
    )
  )

  it.effect("tells what each test says: of a hundred the first few, and how all of them are seen whole", () =>
    inFolder(
      Effect.gen(function* () {
        const hundred = tested("failed", 1, 100)
        const run = yield* startedWith(hundred)
        const resumed = yield* call(["resume", run], hundred)
        assert.include(resumed.err, "failed at verdict: 100 failed, 0 with errors, 0 passed of 100 tests\nlook with")
        const shown = yield* call(["status", run], hundred)
        for (const { out } of [resumed, shown]) {
          assert.include(out, "failed: a.test_4\n    AssertionError: 'a4' != 'b4'\n    - a4\n    + b4\n")
          assert.notMatch(out, /test_5|Traceback/)
          assert.match(out, new RegExp(`95 more; see all of them whole with \`.* show ${run} verdict\``))
        }
        const whole = yield* call(["show", run, "verdict"], hundred)
        assert.strictEqual(whole.status, 1, whole.err)
        for (const i of [0, 5, 99]) {
          const inside = detailOf(i).replaceAll(/^/gm, "  ")
          assert.include(whole.out, `failed: a.test_${i}\n${inside}\n`)
        }
        for (const args of [["resume"], ["status"], ["show", run, "verdict"]]) {
          const { red } = JSON.parse((yield* call([...args, "--json"], hundred)).out)
          assert.deepStrictEqual(
            [red.length, red[99]],
            [100, { test: "a.test_99", kind: "failure", detail: detailOf(99) }]
          )
        }
      })
    )
  )

  it.effect("is one to go on with once a step would run anew", () =>
    inFolder(
      Effect.gen(function* () {
        const run = yield* startedWith(tested("failed"))
        const { out } = yield* call(["status", run], tested("failed", 2))
        assert.include(out, `resume ${run}`)
        assert.notInclude(out, "comes to the same")
      })
    )
  )
})

describe("--mutants", () => {
  it.effect("is refused where the input of the workflow has no place for it", () =>
    inFolder(
      Effect.gen(function* () {
        const run = yield* startedWith(tested("green"))
        for (const args of [
          ["run", "doc.md", "--mutants", "3"],
          ["resume", run, "--mutants", "3"]
        ]) {
          const { err, status } = yield* call(args, tested("green"))
          assert.strictEqual(status, 2)
          assert.include(err, "the workflow's input has no mutants")
        }
      })
    )
  )
})
