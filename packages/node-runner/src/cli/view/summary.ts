import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as format from "../base/format.ts"
import type { Session } from "../run/session.ts"
import type { Result } from "./result.ts"
import { resultLines } from "./resultLines.ts"
import { cost, totals } from "./totals.ts"
import * as tree from "./tree.ts"

/** A run that ended: completed, failed, or suspended at a cap. */
export interface EndedRun extends Session {
  /** The state from which this process went on. */
  readonly before: WorkflowState
  readonly durationMillis: number
  readonly result: Result
  /** What the run's requests to providers cost so far, where that is known. */
  readonly usd: number | undefined
  /** How the command line is called. */
  readonly again: string
}

/** Whether a step was executed after a state. */
export const ranSince = (before: WorkflowState, { records }: WorkflowState, path: string): boolean =>
  records[path]?.attempts !== (before.records[path]?.attempts ?? 0)

/** The steps that have a result, in the order of the definition. */
export const finished = ({ loaded, state }: EndedRun) =>
  tree
    .rows(Workflow.describe(loaded.workflow), state, false)
    .flatMap(({ path, record }) =>
      record?.result === undefined || state.orphaned.includes(path) ? [] : [{ path, output: record.result.output }]
    )

/** What a person reads: figures, where the files are, how many tests passed; without files what the last step made. */
export const summary = (self: EndedRun): string => {
  const { again, before, durationMillis, result, run, settings, state, usd } = self
  const { replies, usage } = totals(state)
  const isNew = (path: string) => ranSince(before, state, path)
  const results = finished(self)
  const reused = results.filter(({ path }) => !isNew(path)).length
  const isComplete = state.status === "COMPLETED"
  return [
    [
      `${state.status} in ${format.time(durationMillis)}: ${format.count(Object.keys(state.records).filter(isNew).length, "step")} run`,
      ...(isComplete ? [`${reused} reused`] : []),
      ...(replies === 0 ? [] : [`${format.count(replies, "reply", "replies")} and ${format.tokens(usage)} in all`]),
      ...cost(state, usd)
    ].join(", "),
    ...resultLines(result, run, settings.out, again),
    ...(result.files.length === 0 && isComplete
      ? results.slice(-1).flatMap(({ output, path }) => [`${path}:`, format.output(output)])
      : [])
  ].join("\n")
}
