import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import {
  counts,
  isGreen,
  type Outcome,
  TestCounts,
  type TestReport,
  TestRunner,
  TestRunnerError
} from "@stepwright/core/TestRunner"
import { Files } from "./ImplementationStep.ts"
import * as files from "./internal/files.ts"
import { told } from "./internal/told.ts"
import { TestGeneration } from "./TestGenerationStep.ts"

const { passed, run, skipped } = TestCounts.fields

/** One test that did not pass: a failed assertion, an error that was raised, or what the sandbox cannot run, and why. */
export const Problem = Schema.Struct({
  test: Schema.String,
  kind: Schema.Literals(["failure", "error", "unsupported"]),
  detail: Schema.String
})
export type Problem = typeof Problem.Type

/** The proof that the tests ran and none failed. `skipped`: also those that were expected to fail. */
export class Verification extends Schema.Opaque<Verification>()(Schema.Struct({ run, passed, skipped })) {}

/** Tests that failed, with their counts and the first of what went wrong. */
export class Red extends Schema.TaggedError<Red>()("Red", {
  ...TestCounts.fields,
  problems: Schema.Array(Problem)
}) {
  override get message() {
    const { errors, failed, passed, run, unsupported } = this
    const notHere = unsupported === 0 ? "" : `${unsupported} that cannot be run here, `
    return withFirst(
      `${failed} failed, ${errors} with errors, ${notHere}${passed} passed of ${run} tests`,
      this.problems
    )
  }
}

/** Tests that the sandbox cannot run, while none failed: no verdict, with the first of what is missing. */
export class Unsupported extends Schema.TaggedError<Unsupported>()("Unsupported", {
  ...TestCounts.fields,
  problems: Schema.Array(Problem)
}) {
  override get message() {
    const { passed, run, unsupported } = this
    return withFirst(
      `${passed} passed, and ${unsupported} of ${run} tests cannot be run in this sandbox, which says nothing of the code`,
      this.problems
    )
  }
}

/** No test passed, since there was none, or all of them were skipped or expected to fail. */
export class Empty extends Schema.TaggedError<Empty>()("Empty", { skipped }) {
  override get message() {
    return this.skipped === 0
      ? "no test was found"
      : `no test passed: all ${this.skipped} were skipped, or expected to fail`
  }
}

/** Why a package counts as not verified. */
export const Reason = Schema.Union([Red, Unsupported, Empty, TestRunnerError])
export type Reason = typeof Reason.Type

/** The package is not verified; `reason` says why, with the figures. */
export class VerificationError extends told(
  Schema.TaggedError<VerificationError>()("VerificationError", { reason: Reason }),
  "reason"
) {
  override get message() {
    return this.reason.message
  }
}

export const Input = Schema.Struct({ code: Files, tests: TestGeneration })

/**
 * Runs the tests in the sandbox. Its result is one of that sandbox: another runs them again.
 *
 * **Fails with** `VerificationError`: `Red`, `Unsupported`, `Empty`, or the `TestRunnerError` of a sandbox that gave no verdict.
 */
export const step = Step.effect("verification", {
  input: Input,
  output: Verification,
  error: VerificationError,
  produces: "tests",
  key: () => Effect.map(TestRunner, ({ identity }) => identity),
  run: ({ code, tests }) =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const report = yield* Effect.mapError(
        runner.run(files.ofPackage(code, tests)),
        (reason) => new VerificationError({ reason })
      )
      if (!isGreen(report)) return yield* new VerificationError({ reason: verdict(report) })
      const { expectedFailures, passed, run, skipped } = counts(report)
      return { run, passed, skipped: skipped + expectedFailures }
    })
})

/** How many problems an error carries. */
const most = 10

const kinds: Readonly<Partial<Record<Outcome, Problem["kind"]>>> = {
  failed: "failure",
  error: "error",
  unsupported: "unsupported"
}

/** What speaks against a verdict counts as an error, though it is no test's own. */
const verdict = ({ doubts, tests }: TestReport) => {
  const problems = [
    ...doubts.map((detail): Problem => ({ test: "the run of the tests", kind: "error", detail })),
    ...tests.flatMap(({ detail = "", outcome, test }): ReadonlyArray<Problem> => {
      const kind = kinds[outcome]
      return kind === undefined ? [] : [{ test, kind, detail }]
    })
  ]
  // what is wrong with the code comes first
  const sorted = problems.toSorted((a, b) => Number(a.kind === "unsupported") - Number(b.kind === "unsupported"))
  const count = counts({ tests })
  const errors = count.errors + doubts.length
  const figures = { ...count, errors, problems: sorted.slice(0, most) }
  if (count.failed + errors > 0) return new Red(figures)
  return count.unsupported > 0
    ? new Unsupported(figures)
    : new Empty({ skipped: count.skipped + count.expectedFailures })
}

const withFirst = (counts: string, problems: ReadonlyArray<Problem>) =>
  [counts, ...problems.slice(0, 2).map(({ detail, test }) => `${test}: ${lastLine(detail)}`)].join("\n")

const lastLine = (detail: string) => detail.trimEnd().split("\n").at(-1)!.trim()
