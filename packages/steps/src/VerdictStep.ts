import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { type Outcome, TestCounts, TestRunnerError } from "@stepwright/core/TestRunner"
import { told } from "./internal/told.ts"
import { Verification } from "./VerificationStep.ts"

const { passed, run, skipped } = TestCounts.fields

/** One test that did not pass: a failed assertion, an error that was raised, or what the sandbox cannot run, and why. */
export const Problem = Schema.Struct({
  test: Schema.String,
  kind: Schema.Literals(["failure", "error", "unsupported"]),
  detail: Schema.String
})
export type Problem = typeof Problem.Type

/** The proof that the tests ran and none failed. `skipped`: also those that were expected to fail. */
export class Verified extends Schema.Opaque<Verified>()(Schema.Struct({ run, passed, skipped })) {}

/** Tests that failed, with their counts and what went wrong with each. */
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

/** Tests that the sandbox cannot run, while none failed: no verdict, with what each lacks. */
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

export const Input = Schema.Struct({ verification: Verification })

/**
 * Lets pass what is green.
 *
 * **Fails with** `VerificationError`: `Red`, `Unsupported`, `Empty`, or the `TestRunnerError` of tests that went over a limit.
 */
export const step = Step.effect("verdict", {
  input: Input,
  output: Verified,
  error: VerificationError,
  produces: "tests",
  run: ({ verification }) => {
    const { counts, noVerdict, outcome } = verification
    if (noVerdict !== undefined) return Effect.fail(new VerificationError({ reason: new TestRunnerError(noVerdict) }))
    if (outcome !== "green") return Effect.fail(new VerificationError({ reason: reasonOf(verification) }))
    return Effect.succeed({ run: counts.run, passed: counts.passed, skipped: counts.skipped + counts.expectedFailures })
  }
})

const kinds: Readonly<Partial<Record<Outcome, Problem["kind"]>>> = {
  failed: "failure",
  error: "error",
  unsupported: "unsupported"
}

/** What speaks against a verdict counts as an error, though it is no test's own. */
const reasonOf = ({ counts: count, doubts, tests }: Verification) => {
  const problems = [
    ...doubts.map((detail): Problem => ({ test: "the run of the tests", kind: "error", detail })),
    ...tests.flatMap(({ detail = "", outcome, test }): ReadonlyArray<Problem> => {
      const kind = kinds[outcome]
      return kind === undefined ? [] : [{ test, kind, detail }]
    })
  ]
  // what is wrong with the code comes first
  const sorted = problems.toSorted((a, b) => Number(a.kind === "unsupported") - Number(b.kind === "unsupported"))
  const errors = count.errors + doubts.length
  const figures = { ...count, errors, problems: sorted }
  if (count.failed + errors > 0) return new Red(figures)
  return count.unsupported > 0
    ? new Unsupported(figures)
    : new Empty({ skipped: count.skipped + count.expectedFailures })
}

const withFirst = (counts: string, problems: ReadonlyArray<Problem>) =>
  [counts, ...problems.slice(0, 2).map(({ detail, test }) => `${test}: ${sayingIn(detail)}`)].join("\n")

/** The line in which a test says what is wrong: below it there may be a difference of many lines. */
const sayingIn = (detail: string) => {
  const lines = detail.trimEnd().split("\n")
  return (lines.findLast((line) => /^(?:[\w.]*(?:Error|Exception)\b|E {3})/u.test(line)) ?? lines.at(-1)!).trim()
}
