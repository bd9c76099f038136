import { assert, describe, it } from "@effect/vitest"
import { TestRunner, Workflow } from "@stepwright/core"
import { VerdictStep } from "@stepwright/steps"
import { Effect, Schema } from "effect"
import { program } from "../../support/asking.ts"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"

const verification = (outcome: "green" | "failed") => {
  const tests: ReadonlyArray<TestRunner.TestResult> = [
    { test: "a.test_a", outcome: outcome === "green" ? "passed" : outcome, asserts: true, detail: "1 != 2" }
  ]
  const counts = TestRunner.counts({ tests })
  return { outcome: outcome === "green" ? outcome : ("red" as const), counts, tests, doubts: [] }
}

const tested = (outcome: "green" | "failed") =>
  program(
    Workflow.make("tested", { input: Schema.Struct({ text: Schema.String }) }).pipe(
      Workflow.bind("verdict", VerdictStep.step, () => ({ verification: verification(outcome) }))
    )
  )

describe("a run whose tests are red", () => {
  it.effect("says what can be done, since going on comes to the same, and so does a resume", () =>
    inFolder(
      Effect.gen(function* () {
        const run = yield* startedWith(tested("failed"))
        const { err, out, status } = yield* call(["resume", run], tested("failed"))
        assert.strictEqual(status, 1)
        assert.include(out, "tests: 0 passed, 1 failed")
        assert.include(err, "failed at verdict: 1 failed")
        for (const next of [`fork ${run} PATH`, `set ${run} PATH FILE`]) assert.include(err, next)
        assert.notInclude(err, "go on with")
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
