import { assert, describe, it } from "@effect/vitest"
import { Step, TestRunner, Workflow } from "@stepwright/core"
import { VerdictStep } from "@stepwright/steps"
import { Effect, Schema } from "effect"
import { program } from "../../support/asking.ts"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"

const Text = { input: Schema.Struct({ text: Schema.String }), output: Schema.Struct({ text: Schema.String }) }

const verification = (outcome: "green" | "failed") => {
  const tests: ReadonlyArray<TestRunner.TestResult> = [
    { test: "a.test_a", outcome: outcome === "green" ? "passed" : outcome, asserts: true, detail: "1 != 2" }
  ]
  const counts = TestRunner.counts({ tests })
  return { outcome: outcome === "green" ? outcome : ("red" as const), counts, tests, doubts: [] }
}

/** `version`: of a step before the verdict. */
const tested = (outcome: "green" | "failed", version = 1) =>
  program(
    Workflow.make("tested", { input: Schema.Struct({ text: Schema.String }) }).pipe(
      Workflow.bind("before", Step.effect("before", { ...Text, version, run: Effect.succeed }), "input"),
      Workflow.bind("verdict", VerdictStep.step, () => ({ verification: verification(outcome) }))
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
