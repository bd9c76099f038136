import { Problem, TestRunnerError } from "@stepwright/core/TestRunner"
import * as Schema from "effect/Schema"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** The proof that the tests ran and none failed. */
export const Verification = Schema.Struct({ run: Count, passed: Count, skipped: Count })
export type Verification = typeof Verification.Type

/** Tests that failed, with their counts and the first of what went wrong. */
export class Red extends Schema.TaggedError<Red>()("Red", {
  run: Count,
  passed: Count,
  failed: Count,
  errors: Count,
  skipped: Count,
  problems: Schema.Array(Problem)
}) {
  override get message() {
    const counts = `${this.failed} failed, ${this.errors} with errors, ${this.passed} passed of ${this.run} tests`
    return [counts, ...this.problems.slice(0, 2).map(({ detail, test }) => `${test}: ${lastLine(detail)}`)].join("\n")
  }
}

/** No test passed, since there was none, or all of them were skipped. */
export class Empty extends Schema.TaggedError<Empty>()("Empty", { skipped: Count }) {
  override get message() {
    return this.skipped === 0 ? "no test was found" : `no test ran: all ${this.skipped} were skipped`
  }
}

/** Why a package counts as not verified. */
export const Reason = Schema.Union([Red, Empty, TestRunnerError])
export type Reason = typeof Reason.Type

/** The package is not verified; `reason` says why, with the figures. */
export class VerificationError extends Schema.TaggedError<VerificationError>()("VerificationError", {
  reason: Reason
}) {
  override get message() {
    return this.reason.message
  }
}

const lastLine = (detail: string) => detail.trimEnd().split("\n").at(-1)!.trim()
