import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { inFlags } from "../base/told.ts"
import * as format from "../base/format.ts"
import type { Screen } from "../base/terminal.ts"
import type { Session } from "../run/session.ts"
import { costOf } from "../run/setUp.ts"
import * as result from "./result.ts"
import { resultLines } from "./resultLines.ts"
import { statusLabel } from "./statusLabel.ts"
import { cost, totals } from "./totals.ts"
import * as tree from "./tree.ts"

/** How a run stands, whether a process works on it or not. */
export interface Standing {
  readonly state: WorkflowState
  readonly isLive: boolean
  readonly rows: ReadonlyArray<tree.Row>
  readonly result: result.Result
  /** What the run's requests to providers cost so far, where that is known. */
  readonly usd: number | undefined
}

/** How a run stood after these of its events. `gone`: the paths whose results would not be reused, where that is known. */
export const of = Effect.fnUntraced(function* ({
  gone,
  isLive,
  loaded,
  ...run
}: Omit<Session, "loaded"> & {
  readonly loaded: Session["loaded"] | undefined
  readonly isLive: boolean
  readonly gone: ReadonlyMap<string, string> | undefined
}): Effect.fn.Return<Standing, never, FileSystem.FileSystem> {
  const { settings, state } = run
  return {
    state,
    isLive,
    rows: tree.rows(loaded && Workflow.describe(loaded.workflow), state, isLive, gone),
    result: yield* result.of(loaded?.workflow, state, settings.out, (path) =>
      gone === undefined ? state.status === "COMPLETED" : !gone.has(path)
    ),
    usd: yield* costOf(run)
  }
})

/** What a person reads of it: every step, its error in four lines, the figures, the files. */
export const text = (
  { isLive, result, rows, state, usd }: Standing,
  screen: Screen,
  now: number | undefined,
  out: string,
  again: string
): string => {
  const { hasColour, isAscii } = screen
  const columns = screen.isTerminal ? screen.columns() : Infinity
  const width = tree.nameWidth(rows, columns)
  const { replies, usage } = totals(state)
  return [
    `${state.run}  ${state.workflow}  ${statusLabel(state, isLive)}`,
    ...rows.flatMap((row) => [
      tree.line(row, width, { columns, hasColour, isAscii, now, fewestAttempts: 1 }),
      ...errorOf(row)
    ]),
    ...(state.orphaned.length === 0 ? [] : [`no longer part of the workflow: ${state.orphaned.join(", ")}`]),
    ...(replies === 0
      ? []
      : [[format.count(replies, "reply", "replies"), ...format.tokens(usage), ...cost(state, usd)].join(", ")]),
    ...resultLines(result, state.run, out, again)
  ].join("\n")
}

const errorOf = ({ depth, record }: tree.Row): ReadonlyArray<string> => {
  const lines = inFlags(record?.error?.message ?? "")
    .trimEnd()
    .split("\n")
    .slice(0, 4)
  return record?.error === undefined ? [] : lines.map((text) => `${"  ".repeat(depth + 2)}${text}`)
}
