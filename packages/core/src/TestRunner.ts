import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { SourceFile } from "./Workspace.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * Counts of tests. `skipped`: also those that are expected to fail. `unsupported`: those that need what the sandbox has
 * not, or that it cannot run; they say nothing of the code. `run` is the sum of all.
 */
export const TestCounts = Schema.Struct({
  run: Count,
  passed: Count,
  failed: Count,
  errors: Count,
  skipped: Count,
  unsupported: Schema.optionalKey(Count)
})
export type TestCounts = typeof TestCounts.Type

/** One test that did not pass: a failed assertion, an error that was raised, or what the sandbox cannot run, and why. */
export const Problem = Schema.Struct({
  test: Schema.String,
  kind: Schema.Literals(["failure", "error", "unsupported"]),
  detail: Schema.String
})
export type Problem = typeof Problem.Type

/** What a run of tests showed, from a report that the host owns. */
export const TestReport = Schema.Struct({
  ...TestCounts.fields,
  problems: Schema.Array(Problem),
  /** What the tests printed, cut off at the runner's limit. */
  output: Schema.String,
  /** **Units** milliseconds. */
  durationMillis: Schema.Finite
})
export type TestReport = typeof TestReport.Type

/** Whether at least one test passed, and none failed or could not be run. */
export const isGreen = ({ errors, failed, passed, unsupported = 0 }: TestReport): boolean =>
  passed > 0 && failed + errors + unsupported === 0

/** No verdict: the sandbox is not there, died, or ran out of time. Never the same as failed tests. */
export class TestRunnerError extends Schema.TaggedError<TestRunnerError>()("TestRunnerError", {
  reason: Schema.Literals(["Unavailable", "TimedOut", "Crashed"]),
  detail: Schema.String
}) {
  override get message() {
    return `tests could not be run (${this.reason}): ${this.detail}`
  }
}

/** Runs the tests among a set of files, apart from everything else. */
export class TestRunner extends Context.Service<
  TestRunner,
  {
    /** Names the sandbox and its versions: a verdict is one of this sandbox. */
    readonly identity: string
    readonly run: (files: ReadonlyArray<SourceFile>) => Effect.Effect<TestReport, TestRunnerError>
  }
>()("@stepwright/core/TestRunner") {}

/** A runner from a function, for tests. */
export const layerMemory = (
  run: (files: ReadonlyArray<SourceFile>) => TestReport | TestRunnerError
): Layer.Layer<TestRunner> =>
  Layer.succeed(TestRunner, {
    identity: "memory",
    run: (files) =>
      Effect.suspend(() => {
        const report = run(files)
        return report instanceof TestRunnerError ? Effect.fail(report) : Effect.succeed(report)
      })
  })
