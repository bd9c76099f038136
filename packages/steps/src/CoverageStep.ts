import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { Coverage, TestRunner } from "@stepwright/core/TestRunner"
import { Attempt } from "./Attempt.ts"
import * as files from "./internal/files.ts"

/** Of each Python file that is no test how many lines can run, and which did not; nothing where that is not known. */
export const LineCoverage = Schema.Record(Schema.String, Coverage)
export type LineCoverage = typeof LineCoverage.Type

export const Input = Schema.Struct({ attempt: Attempt })

/**
 * Runs the tests once more and counts the lines that run. That makes them slower, so it is done apart from any run that
 * gives a verdict; what goes over a limit in it is not known.
 */
export const step = Step.effect("coverage", {
  input: Input,
  output: LineCoverage,
  key: () => Effect.map(TestRunner, ({ identity }) => identity),
  heavy: true,
  run: ({ attempt: { acceptance, code, tests, verification } }) =>
    Effect.gen(function* () {
      const { run } = yield* TestRunner
      if (verification.counts.run === 0) return {}
      const { packages = [] } = verification
      const report = run(files.ofPackage(code, [...tests, ...acceptance]), { coverage: true, packages })
      return yield* Effect.match(report, { onSuccess: ({ coverage = {} }) => coverage, onFailure: () => ({}) })
    })
})
