import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { TestReport } from "@stepwright/core/TestRunner"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { Written } from "@stepwright/core/Workspace"

const Files = Schema.Struct({ files: Schema.Array(Written) })

/** A verification that passed has counted no failures. */
const Tests = Schema.Struct({
  ...TestCounts.fields,
  failed: Schema.optionalKey(TestCounts.fields.failed),
  errors: Schema.optionalKey(TestCounts.fields.errors)
})

const Failure = Schema.Struct({ reason: Tests })

const filesOf = Schema.decodeUnknownOption(Files)
const testsOf = Schema.decodeUnknownOption(Tests)
const failureOf = Schema.decodeUnknownOption(Failure)

/** Counts of tests; what passed, failed, was an error or skipped makes up `run`. */
export type TestCounts = Pick<TestReport, "run" | "passed" | "failed" | "errors" | "skipped">

const counts = ({ errors = 0, failed = 0, passed, run, skipped }: typeof Tests.Type): TestCounts => ({
  run,
  passed,
  failed,
  errors,
  skipped
})

/** What a run came to, as the records show it: a step that delivers files or runs tests is known by its output. */
export interface RecordedResult {
  readonly files: ReadonlyArray<Written>
  /** The step that delivered them last. */
  readonly delivery: string | undefined
  readonly tests: TestCounts | undefined
}

/** `holds` says whether the result of a path would be reused; tests of one that would not show nothing of now. */
export const of = (state: WorkflowState, holds: (path: string) => boolean): RecordedResult => {
  const endedAt = state.status === "FAILED" ? state.error?.path : undefined
  const files: Array<Written> = []
  let delivery: string | undefined
  let tests: TestCounts | undefined
  for (const [path, { error, result }] of Object.entries(state.records)) {
    if (state.orphaned.includes(path)) continue
    const delivered = Option.getOrUndefined(filesOf(result?.output))
    if (delivered !== undefined) {
      files.push(...delivered.files)
      delivery = path
    }
    if (path !== endedAt && !holds(path)) continue
    const red = Option.getOrUndefined(failureOf(error?.value))
    const green = error === undefined ? Option.getOrUndefined(testsOf(result?.output)) : undefined
    if (red !== undefined) tests = counts(red.reason)
    if (green !== undefined) tests = counts(green)
  }
  return { files, delivery, tests }
}
