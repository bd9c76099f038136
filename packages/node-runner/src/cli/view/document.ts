import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { inFlags } from "../base/told.ts"
import type { Result } from "./result.ts"
import type { Standing } from "./standing.ts"
import { statusLabel } from "./statusLabel.ts"
import { type EndedRun, finished } from "./summary.ts"
import { totals } from "./totals.ts"
import type { Row } from "./tree.ts"

/** What a script reads of a run that came to an end. */
export const ofEnded = (self: EndedRun) => {
  const { durationMillis, run, settings, state } = self
  return {
    run,
    workflow: state.workflow,
    status: state.status,
    ...(state.status === "COMPLETED" && {
      output: Object.fromEntries(finished(self).map(({ output, path }) => [path, output]))
    }),
    ...facts(state, settings.out, self.result, self.usd, self.goOn),
    ...(self.unused !== undefined && { unusedReplies: self.unused }),
    durationMillis
  }
}

/** What a script reads of a run at any time; `out` is not known of a run that no command made. */
export const ofStanding = ({ isLive, result, rows, state, usd }: Standing, out: string | undefined, goOn: string) => {
  const { createdAt, origin, run, updatedAt, workflow } = state
  return {
    run,
    ...(origin !== undefined && { origin }),
    workflow,
    status: statusLabel(state, isLive),
    ...facts(state, out, result, usd, goOn),
    createdAt,
    updatedAt,
    steps: rows.filter(({ isStep }) => isStep).map(step)
  }
}

/** An error of a run as a script reads it, with what to do to go on. */
export const ofError = (error: NonNullable<WorkflowState["error"]>, fix: string) => {
  const { message, path, tag } = error
  return { severity: "error", code: tag, message: inFlags(message), target: path, fix, path }
}

const facts = (state: WorkflowState, out: string | undefined, result: Result, usd: number | undefined, fix: string) => {
  const { replies, usage } = totals(state)
  return {
    ...(state.error !== undefined && { error: ofError(state.error, fix) }),
    out: out ?? null,
    files: result.files,
    changed: result.changed,
    tests: result.tests ?? null,
    replies,
    tokens: usage,
    usd: usd ?? null
  }
}

const step = ({ look, path, record, why }: Row) => ({
  path,
  status: look,
  ...(why !== undefined && { why }),
  attempts: record?.attempts ?? 0,
  replies: record?.replies ?? 0,
  tokens: record?.usage ?? {},
  durationMillis: record?.durationMillis ?? null,
  ...(record?.error !== undefined && { error: inFlags(record.error.message) }),
  ...(record?.result !== undefined && { by: record.result.by })
})
