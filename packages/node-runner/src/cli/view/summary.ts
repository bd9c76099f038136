import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as figures from "../base/format.ts"
import type { Session } from "../run/session.ts"
import * as standing from "./result.ts"
import * as tree from "./tree.ts"

/** A run that came to an end, whatever end that is. */
export interface Ended extends Session {
  /** The state from which this process went on. */
  readonly before: WorkflowState
  readonly durationMillis: number
  readonly standing: standing.Standing
  /** What the run's requests to providers cost so far, where that is known. */
  readonly usd: number | undefined
  /** How the command line is called. */
  readonly again: string
}

/** Whether a step was executed after a state. */
export const ranSince = (before: WorkflowState, { records }: WorkflowState, path: string): boolean =>
  records[path]?.attempts !== (before.records[path]?.attempts ?? 0)

/** The steps that have a result, in the order of the definition. */
const finished = ({ loaded, state }: Ended) =>
  tree
    .rows(Workflow.describe(loaded.workflow), state, false)
    .flatMap(({ path, record }) =>
      record?.result === undefined || state.orphaned.includes(path) ? [] : [{ path, output: record.result.output }]
    )

/** What a script reads. */
export const document = (self: Ended) => {
  const { durationMillis, run, settings, standing, state, usd } = self
  const { changed, files, tests } = standing
  const { replies, usage } = figures.totals(state)
  return {
    run,
    workflow: state.workflow,
    status: state.status,
    ...(state.status === "COMPLETED" && {
      output: Object.fromEntries(finished(self).map(({ output, path }) => [path, output]))
    }),
    ...(state.error !== undefined && { error: state.error }),
    out: settings.out,
    files,
    changed,
    tests: tests ?? null,
    replies,
    tokens: usage,
    usd: usd ?? null,
    durationMillis
  }
}

/** What a person reads: figures, where the files are, how many tests passed; without files what the last step made. */
export const summary = (self: Ended): string => {
  const { again, before, durationMillis, run, settings, state, usd } = self
  const { replies, usage } = figures.totals(state)
  const isNew = (path: string) => ranSince(before, state, path)
  const results = finished(self)
  const reused = results.filter(({ path }) => !isNew(path)).length
  const isComplete = state.status === "COMPLETED"
  return [
    [
      `${state.status} in ${figures.time(durationMillis)}: ${figures.count(Object.keys(state.records).filter(isNew).length, "step")} run`,
      ...(isComplete ? [`${reused} reused`] : []),
      ...(replies === 0 ? [] : [`${figures.count(replies, "reply", "replies")} and ${figures.tokens(usage)} in all`]),
      ...figures.cost(state, usd)
    ].join(", "),
    ...standing.lines(self.standing, run, settings.out, again),
    ...(self.standing.files.length === 0 && isComplete
      ? results.slice(-1).flatMap(({ output, path }) => [`${path}:`, show(output)])
      : [])
  ].join("\n")
}

const show = (output: unknown) => (typeof output === "string" ? output : JSON.stringify(output, null, 2))
