import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type Note, Noted } from "@stepwright/core/Note"
import type { Produces } from "@stepwright/core/Step"
import * as StepPath from "@stepwright/core/StepPath"
import { TestCounts } from "@stepwright/core/TestRunner"
import * as Workflow from "@stepwright/core/Workflow"
import { resultAt, type StepFailure, type WorkflowState } from "@stepwright/core/WorkflowState"
import { Delivered, type Written } from "@stepwright/core/Workspace"

/** A verification that passed has counted no failures. */
const Tests = Schema.Struct({
  ...TestCounts.fields,
  failed: Schema.optionalKey(TestCounts.fields.failed),
  errors: Schema.optionalKey(TestCounts.fields.errors)
})

/** A test that did not pass, and why: messages and traces, whole. */
const Problem = Schema.Struct({ test: Schema.String, kind: Schema.String, detail: Schema.String })
export type Problem = typeof Problem.Type

const Failure = Schema.Struct({
  reason: Schema.Struct({ ...Tests.fields, problems: Schema.optionalKey(Schema.Array(Problem)) })
})

const filesOf = Schema.decodeUnknownOption(Delivered)
const testsOf = Schema.decodeUnknownOption(Tests)
const notesOf = Schema.decodeUnknownOption(Noted)
const failureOf = Schema.decodeUnknownOption(Failure)

/** The tests that did not pass, by the error of a step; `undefined` for one that says nothing of tests. */
export const redIn = (error: StepFailure | undefined): ReadonlyArray<Problem> | undefined =>
  Option.getOrUndefined(failureOf(error?.value))?.reason.problems

const counts = ({
  errors = 0,
  expectedFailures,
  failed = 0,
  passed,
  run,
  skipped,
  unsupported
}: typeof Tests.Type) => ({
  run,
  passed,
  failed,
  errors,
  skipped,
  expectedFailures,
  unsupported
})

/** What a run came to, as the records of the steps show it that deliver files or run tests. */
export interface RecordedResult {
  readonly files: ReadonlyArray<Written>
  /** The step that delivered them last. */
  readonly delivery: string | undefined
  readonly tests: TestCounts | undefined
  /** The tests that did not pass, and the step that says so. */
  readonly red: ReadonlyArray<Problem>
  readonly judged: string | undefined
  /** What a person should know, or decide. */
  readonly notes: ReadonlyArray<Note>
  /** The step that gave them last. */
  readonly noted: string | undefined
}

/** What the step at a path of a run produces, as its definition says; nothing is known without a workflow. */
const producedAt = (workflow: Workflow.Any | undefined) => {
  const steps = workflow === undefined ? [] : Workflow.steps(workflow)
  return (path: string): Produces | undefined =>
    steps.find((known) => StepPath.matches(known.path, path))?.step.produces
}

/** Which paths count. */
export interface Counts {
  /** Whether the run comes by a path. */
  readonly has: (path: string) => boolean
  /** Whether its result would be reused; tests of one that would not show nothing of now. */
  readonly holds: (path: string) => boolean
}

export const of = (
  workflow: Workflow.Any | undefined,
  state: WorkflowState,
  { has, holds }: Counts
): RecordedResult => {
  const produces = producedAt(workflow)
  const endedAt = state.status === "FAILED" ? state.error?.path : undefined
  const files: Array<Written> = []
  let delivery: string | undefined
  let tests: TestCounts | undefined
  let red: ReadonlyArray<Problem> = []
  let judged: string | undefined
  const notes: Array<Note> = []
  let noted: string | undefined
  for (const [path, { error }] of Object.entries(state.records)) {
    if (state.orphaned.includes(path) || !has(path)) continue
    const result = resultAt(state, path)
    if (produces(path) === "files") {
      const delivered = Option.getOrUndefined(filesOf(result?.output))
      if (delivered === undefined) continue
      files.push(...delivered.files)
      delivery = path
    }
    const told = produces(path) === "notes" ? Option.getOrUndefined(notesOf(result?.output)) : undefined
    if (told !== undefined) {
      notes.push(...told.notes)
      noted = path
    }
    if (produces(path) === "tests" && (path === endedAt || holds(path))) {
      const failure = Option.getOrUndefined(failureOf(error?.value))?.reason
      const found = failure ?? (error === undefined ? Option.getOrUndefined(testsOf(result?.output)) : undefined)
      if (found === undefined) continue
      tests = counts(found)
      red = failure?.problems ?? []
      judged = path
    }
  }
  return { files, delivery, tests, red, judged, notes, noted }
}
