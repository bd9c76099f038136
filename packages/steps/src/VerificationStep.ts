import * as Step from "@stepwright/core/Step"
import { isGreen, type TestReport, TestRunner } from "@stepwright/core/TestRunner"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Files } from "./Implementation.ts"
import { packageFiles } from "./internal/packageFiles.ts"
import { TestGeneration } from "./TestGeneration.ts"
import { Empty, Red, Verification, VerificationError } from "./Verification.ts"

export const Input = Schema.Struct({ code: Files, tests: TestGeneration })

/**
 * Runs the tests in the sandbox. Its result is one of that sandbox: another runs them again.
 *
 * **Fails with** `VerificationError`: `Red`, `Empty`, or the `TestRunnerError` of a sandbox that gave no verdict.
 */
export const step = Step.effect("verification", {
  input: Input,
  output: Verification,
  error: VerificationError,
  key: () => Effect.map(TestRunner, ({ identity }) => identity),
  run: ({ code, tests }) =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const report = yield* Effect.mapError(
        runner.run(packageFiles(code, tests)),
        (reason) => new VerificationError({ reason })
      )
      if (!isGreen(report)) return yield* new VerificationError({ reason: verdict(report) })
      const { passed, run, skipped } = report
      return { run, passed, skipped }
    })
})

/** How many problems an error carries. */
const most = 10

const verdict = ({ errors, failed, passed, problems, run, skipped }: TestReport) =>
  failed + errors === 0
    ? new Empty({ skipped })
    : new Red({ run, passed, failed, errors, skipped, problems: problems.slice(0, most) })
