import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import {
  counts,
  isGreen,
  TestCounts,
  type TestReport,
  TestResult,
  TestRunner,
  TestRunnerError
} from "@stepwright/core/TestRunner"
import type { SourceFile } from "@stepwright/core/Workspace"
import { moduleName } from "./internal/moduleName.ts"
import * as testNames from "./internal/testNames.ts"
import * as files from "./internal/files.ts"
import { Files } from "./Project.ts"
import { TestGeneration } from "./TestGenerationStep.ts"

/**
 * What came of the tests together. `unsupported`: none failed, and some need what the sandbox has not; `empty`: none
 * passed, and none failed; `no-verdict`: they went over a limit of the sandbox; `unavailable`: there is no sandbox.
 */
export const Outcome = Schema.Literals(["green", "red", "unsupported", "empty", "no-verdict", "unavailable"])
export type Outcome = typeof Outcome.Type

/** What a run of the tests showed. */
export class Verification extends Schema.Opaque<Verification>()(
  Schema.Struct({
    outcome: Outcome,
    counts: TestCounts,
    tests: Schema.Array(TestResult),
    /** What speaks against any verdict. */
    doubts: Schema.Array(Schema.String),
    /** Which limit the tests went over, or why there is no sandbox, so that nothing is known of them. */
    noVerdict: Schema.optionalKey(Schema.Struct({ reason: TestRunnerError.fields.reason, detail: Schema.String })),
    /** The third-party packages that they had, where they need some. */
    packages: Schema.optionalKey(Schema.Array(Schema.String))
  })
) {}

const outcomeOf = (report: Pick<TestReport, "tests" | "doubts">): Outcome => {
  if (isGreen(report)) return "green"
  const { errors, failed, unsupported } = counts(report)
  if (failed + errors + report.doubts.length > 0) return "red"
  return unsupported > 0 ? "unsupported" : "empty"
}

/**
 * What speaks against a report of the tests in some files: its own doubts, or else the tests that stand in the files and
 * of which it does not speak, whoever kept them from it.
 */
export const doubtsOf = (
  files: ReadonlyArray<SourceFile>,
  { doubts, tests }: Pick<TestReport, "doubts" | "tests">
): ReadonlyArray<string> => {
  if (doubts.length > 0) return doubts
  const reported = new Set(tests.map(({ test }) => testNames.functionOf(test)))
  // a test that a class has from another is reported as that class's
  const inherited = new Set(
    [...reported].flatMap((name) => testNames.partsOf(name).map((part) => `${part} ${testNames.lastOf(name)}`))
  )
  return files.flatMap(({ content, path }) => {
    if (reported.has(path)) return []
    const module = moduleName(path)
    return testNames.of(content).flatMap(({ fullName, name }) => {
      const test = `${module}.${fullName}`
      const isReported =
        testNames.partsOf(test).some((part) => reported.has(part)) || inherited.has(`${module} ${name}`)
      return isReported ? [] : [`${test} did not run, and nothing says why`]
    })
  })
}

const none = { tests: [], doubts: [] }

export const Input = Schema.Struct({
  code: Files,
  tests: TestGeneration,
  acceptance: TestGeneration,
  /** Third-party packages that the code needs. */
  dependencies: Schema.optionalKey(Schema.Array(Schema.Struct({ name: Schema.String })))
})

/**
 * Runs the tests in the sandbox. Its result is one of that sandbox: another runs them again, and so does the same one
 * that was not there.
 */
export const step = Step.effect("verification", {
  input: Input,
  output: Verification,
  key: () => Effect.map(TestRunner, ({ identity }) => identity),
  heavy: true,
  run: ({ acceptance, code, dependencies = [], tests: written }) =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const needed = dependencies.length === 0 ? {} : { packages: dependencies.map(({ name }) => name) }
      return yield* runner.run(files.ofPackage(code, [...written, ...acceptance]), needed).pipe(
        Effect.map((report): Verification => {
          const doubts = doubtsOf([...written, ...acceptance], report)
          const { tests } = report
          return { outcome: outcomeOf({ tests, doubts }), counts: counts(report), doubts, tests, ...needed }
        }),
        Effect.catch(({ detail, reason }) =>
          Effect.succeed<Verification>({
            outcome: reason === "Unavailable" ? "unavailable" : "no-verdict",
            counts: counts(none),
            ...none,
            noVerdict: { reason, detail },
            ...needed
          })
        )
      )
    }),
  isCurrent: ({ outcome }) => Effect.succeed(outcome !== "unavailable")
})
