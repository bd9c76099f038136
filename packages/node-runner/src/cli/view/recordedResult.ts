import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { TestCounts } from "@stepwright/core/TestRunner"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { Written } from "@stepwright/core/Workspace"
import * as figures from "../base/format.ts"

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

const counts = (tests: typeof Tests.Type): TestCounts => ({ failed: 0, errors: 0, ...tests })

/** What a run came to, as the records show it: a step that delivers files or runs tests is known by its output. */
export interface Outcome {
  readonly files: ReadonlyArray<Written>
  /** The step that delivered them last. */
  readonly delivery: string | undefined
  readonly tests: TestCounts | undefined
}

/** `holds`: whether what is recorded at a path is what a run would come to now. */
export const of = (state: WorkflowState, holds: (path: string) => boolean): Outcome => {
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

export const describeTests = ({ errors, failed, passed, skipped }: TestCounts): string =>
  [
    `${passed} passed`,
    `${failed} failed`,
    ...(errors > 0 ? [figures.count(errors, "error")] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : [])
  ].join(", ")
