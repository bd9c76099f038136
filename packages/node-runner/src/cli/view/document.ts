import * as Spending from "@stepwright/core/Spending"
import { Undecided } from "@stepwright/core/WorkflowError"
import type { StepResult, WorkflowState } from "@stepwright/core/WorkflowState"
import type { Result } from "../../RunLine.ts"
import { inFlags } from "../base/told.ts"
import * as gates from "../gate/gates.ts"
import type { Standing } from "./standing.ts"
import { statusLabel } from "./statusLabel.ts"
import { type EndedRun, finished } from "./summary.ts"
import type { Row } from "./tree.ts"

/** What a script reads of a run that came to an end. */
export const ofEnded = (self: EndedRun): Result => {
  const { durationMillis, run, settings, state } = self
  return {
    run,
    workflow: state.workflow,
    status: state.status,
    ...(state.status === "COMPLETED" && {
      output: Object.fromEntries(finished(self).map(({ output, path }) => [path, output])),
      ...(self.output !== undefined && { workflowOutput: self.output })
    }),
    ...facts(self, settings.out),
    ...(self.unused !== undefined && { unusedReplies: self.unused }),
    durationMillis
  }
}

/** What a script reads of a run at any time; `out` is not known of a run that no command made. */
export const ofStanding = (self: Standing & Pick<EndedRun, "again" | "goOn">, out: string | undefined) => {
  const { isLive, rows, state } = self
  const { config, createdAt, origin, run, updatedAt, workflow } = state
  return {
    run,
    ...(origin !== undefined && { origin }),
    workflow,
    status: statusLabel(state, isLive),
    ...facts(self, out),
    ...(config !== undefined && { config }),
    createdAt,
    updatedAt,
    steps: rows.filter(({ isStep }) => isStep).map(step)
  }
}

/** An error of a run as a script reads it, with what to do to go on. */
export const ofError = (error: NonNullable<WorkflowState["error"]>, fix: string) => {
  const { message, path, tag } = error
  return { severity: "error", code: tag, message: inFlags(message), target: path, fix, path } as const
}

/** The error of a run that waits, as it does now: once all is decided, nothing is wrong. */
const ofWaiting = ([first, ...others]: ReadonlyArray<{ readonly path: string; readonly fix: string }>) => {
  if (first === undefined) return undefined
  const { _tag: tag, message } = new Undecided({ gates: [first.path, ...others.map(({ path }) => path)] })
  return ofError({ path: first.path, tag, message }, first.fix)
}

type Facts = Pick<EndedRun, "again" | "goOn" | "result" | "state" | "undecided" | "usd">

const facts = ({ again, goOn, result, state, undecided, usd }: Facts, out: string | undefined) => {
  const { replies, usage } = Spending.of(state)
  const { error } = state
  const waiting = undecided.map((gate) => ({ ...gate, fix: gates.command(again, state.run, gate.path) }))
  const told = error?.tag === "Undecided" ? ofWaiting(waiting) : error && ofError(error, goOn)
  return {
    ...(told !== undefined && { error: told }),
    ...(waiting.length > 0 && { undecided: waiting }),
    out: out ?? null,
    files: result.files,
    changed: result.changed,
    tests: result.tests ?? null,
    red: result.red,
    notes: result.notes,
    replies,
    tokens: usage,
    usd: usd ?? null
  }
}

const madeBy = ({ by, cache, who }: StepResult) => ({
  by,
  ...(who !== undefined && { who }),
  ...(by === "cache" && cache?.run !== undefined && { madeFor: cache.run })
})

const step = ({ look, path, record, why }: Row) => ({
  path,
  status: look,
  ...(why !== undefined && { why }),
  attempts: record?.attempts ?? 0,
  replies: record?.replies ?? 0,
  tokens: record?.usage ?? {},
  durationMillis: record?.durationMillis ?? null,
  ...(record?.error !== undefined && { error: inFlags(record.error.message) }),
  ...(record?.result !== undefined && record.same === undefined && madeBy(record.result))
})
