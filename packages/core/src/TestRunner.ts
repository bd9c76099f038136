import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { SourceFile } from "./Workspace.ts"

/**
 * What came of a test. `skipped` and `expected-failure` say nothing of the code. `unsupported`: it needs what the
 * sandbox has not, or that it cannot run.
 */
export const Outcome = Schema.Literals(["passed", "failed", "error", "skipped", "expected-failure", "unsupported"])
export type Outcome = typeof Outcome.Type

/** One test by its full name, such as `tests.test_cart.CartTest.test_r1_2_empty`. */
export const TestResult = Schema.Struct({
  test: Schema.String,
  outcome: Outcome,
  /** Whether its source, or what it calls in the tests, holds an assertion: without one it shows nothing. */
  asserts: Schema.Boolean,
  /** Why it did not pass: messages and traces, whole. */
  detail: Schema.optionalKey(Schema.String)
})
export type TestResult = typeof TestResult.Type

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** How many lines of a file can run, and the numbers of those that did not, and that did, where a runner says these. */
export const Coverage = Schema.Struct({
  lines: Count,
  missed: Schema.Array(Count),
  ran: Schema.optionalKey(Schema.Array(Count))
})
export type Coverage = typeof Coverage.Type

/** What a run of tests showed, from a report that the host owns. */
export const TestReport = Schema.Struct({
  tests: Schema.Array(TestResult),
  /** What speaks against any verdict: changed files, a changed `unittest`, tests that were found and never ran. */
  doubts: Schema.Array(Schema.String),
  /** Of each Python file that is no test, where it was asked for. */
  coverage: Schema.optionalKey(Schema.Record(Schema.String, Coverage)),
  /** What the tests printed, cut off at the runner's limit. */
  output: Schema.String,
  /** **Units** milliseconds. */
  durationMillis: Schema.Finite
})
export type TestReport = typeof TestReport.Type

/** A count that records of earlier versions lack. */
const LaterCount = Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0)))

/** How many tests came to each outcome, and how many there were. */
export const TestCounts = Schema.Struct({
  run: Count,
  passed: Count,
  failed: Count,
  errors: Count,
  skipped: Count,
  expectedFailures: LaterCount,
  unsupported: LaterCount
})
export type TestCounts = typeof TestCounts.Type

export const counts = ({ tests }: Pick<TestReport, "tests">): TestCounts => {
  const of = (outcome: Outcome) => tests.filter((test) => test.outcome === outcome).length
  return {
    run: tests.length,
    passed: of("passed"),
    failed: of("failed"),
    errors: of("error"),
    skipped: of("skipped"),
    expectedFailures: of("expected-failure"),
    unsupported: of("unsupported")
  }
}

/** Whether at least one test passed, none failed or could not be run, and nothing speaks against that. */
export const isGreen = (report: Pick<TestReport, "tests" | "doubts">): boolean => {
  const { errors, failed, passed, unsupported } = counts(report)
  return passed > 0 && failed + errors + unsupported + report.doubts.length === 0
}

/**
 * No verdict. `Unavailable`: the sandbox is not there, did not start, or lacks packages; `TimedOut`, `OutOfMemory`, `OutOfProcesses`,
 * `FileTooLarge`: the tests went over that limit, and nothing is known of the rest; `Crashed`: the process that ran them
 * ended without a report. Never the same as failed tests.
 */
export class TestRunnerError extends Schema.TaggedError<TestRunnerError>()("TestRunnerError", {
  reason: Schema.Literals(["Unavailable", "TimedOut", "OutOfMemory", "OutOfProcesses", "FileTooLarge", "Crashed"]),
  detail: Schema.String
}) {
  override get message() {
    return `tests could not be run (${this.reason}): ${this.detail}`
  }
}

/** Whether a word is the name of a package, by PEP 508: no version, option, address or path. */
export const isPackage = (word: string): boolean => /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(word)

export interface ProgramOptions {
  /** Third-party packages that are to be there. **Fails with** `Unavailable` where they are not. */
  readonly packages?: ReadonlyArray<string>
}

export interface RunOptions extends ProgramOptions {
  /** Whether the lines that run are counted, which takes longer. */
  readonly coverage?: boolean
}

/** Runs Python apart from everything else. */
export class TestRunner extends Context.Service<
  TestRunner,
  {
    /** Names the sandbox and its versions: a verdict is one of this sandbox. */
    readonly identity: string
    /** Whether tests may be written for pytest, which runs them then. */
    readonly hasPytest: boolean
    /** Runs the tests among a set of files, in a process that ran nothing before. */
    readonly run: (files: ReadonlyArray<SourceFile>, options?: RunOptions) => Effect.Effect<TestReport, TestRunnerError>
    /**
     * Runs a Python program of the caller's own, with the standard library and the packages that are named: it defines
     * `main(input)`, which takes and returns what JSON holds.
     */
    readonly evaluate: (
      program: string,
      input: Schema.Json,
      options?: ProgramOptions
    ) => Effect.Effect<Schema.Json, TestRunnerError>
  }
>()("@stepwright/core/TestRunner") {}

/** A runner from functions, for tests. */
export const layerMemory = (
  run: (files: ReadonlyArray<SourceFile>) => TestReport | TestRunnerError,
  evaluate: (program: string, input: Schema.Json) => Schema.Json = () => null
): Layer.Layer<TestRunner> =>
  Layer.succeed(TestRunner, {
    identity: "memory",
    hasPytest: false,
    run: (files) =>
      Effect.suspend(() => {
        const report = run(files)
        return report instanceof TestRunnerError ? Effect.fail(report) : Effect.succeed(report)
      }),
    evaluate: (program, input) => Effect.sync(() => evaluate(program, input))
  })
