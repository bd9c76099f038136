import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type { PlanEntry } from "@stepwright/core/Engine"
import * as Spending from "@stepwright/core/Spending"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { inFlags } from "../base/told.ts"
import * as format from "../base/format.ts"
import type { Screen } from "../base/terminal.ts"
import * as gates from "../gate/gates.ts"
import type { Session } from "../run/session.ts"
import { costOf } from "../run/setUp.ts"
import { originsOf } from "./event.ts"
import * as result from "../result/result.ts"
import { resultLines } from "../result/resultLines.ts"
import { statusLabel } from "./statusLabel.ts"
import { cost } from "./cost.ts"
import * as tree from "./tree.ts"

/** How a run stands, whether a process works on it or not. */
export interface Standing {
  readonly state: WorkflowState
  readonly isLive: boolean
  readonly rows: ReadonlyArray<tree.Row>
  readonly result: result.Result
  /** The gates that wait for a decision. */
  readonly undecided: ReadonlyArray<gates.Gate>
  readonly definition: Workflow.Any | undefined
  /** What the run's requests to providers cost so far, where that is known. */
  readonly usd: number | undefined
}

/** How a run stood after these of its events. `plan`: what it would do now, where that is known. */
export const of = Effect.fnUntraced(function* ({
  isLive,
  loaded,
  plan,
  ...run
}: Omit<Session, "loaded" | "kept"> & {
  readonly loaded: Session["loaded"] | undefined
  readonly isLive: boolean
  readonly plan: ReadonlyArray<PlanEntry> | undefined
}): Effect.fn.Return<Standing, never, FileSystem.FileSystem> {
  const { events, settings, state } = run
  const definition = loaded?.workflow
  const rows = tree.rows(definition && Workflow.describe(definition), state, isLive, {
    plan,
    origins: originsOf(events)
  })
  const looks = new Map(rows.map(({ look, path }) => [path, look]))
  const open = rows.flatMap(({ isStep, look, path }) => (isStep && look === "undecided" ? [path] : []))
  return {
    state,
    isLive,
    definition,
    rows,
    undecided: plan === undefined ? yield* gates.of(state, open, definition) : gates.inPlan(plan),
    result: yield* result.of(definition, state, settings.out, {
      has: (path) => looks.get(path) !== "skipped",
      holds: (path) => (plan === undefined ? state.status === "COMPLETED" : looks.get(path) !== "stale")
    }),
    usd: yield* costOf(run)
  }
})

/** What a person reads of it: every step, its error in four lines, the figures, the files. */
export const text = (
  { definition, isLive, result, rows, state, undecided, usd }: Standing,
  screen: Screen,
  now: number | undefined,
  out: string,
  again: string
): string => {
  const { hasColour, isAscii } = screen
  const columns = screen.isTerminal ? screen.columns() : Infinity
  const width = tree.nameWidth(rows, columns)
  const { replies, usage } = Spending.of(state)
  const orphaned = state.orphaned.filter((path) => rows.some((row) => row.path === path))
  return [
    `${state.run}  ${state.workflow}  ${statusLabel(state, isLive)}`,
    ...rows.flatMap((row) => [
      tree.line(row, width, { columns, hasColour, isAscii, now, fewestAttempts: 1 }),
      ...errorOf(row, result)
    ]),
    ...(orphaned.length === 0 ? [] : [`no longer part of the workflow: ${orphaned.join(", ")}`]),
    ...(replies === 0
      ? []
      : [[format.count(replies, "reply", "replies"), ...format.tokens(usage), ...cost(state, usd)].join(", ")]),
    ...resultLines(result, state.run, out, again),
    ...(isLive ? [] : gates.lines(undecided, definition, state.run, again))
  ].join("\n")
}

const errorOf = (
  { depth, look, path, record }: tree.Row,
  { judged, red }: Pick<result.Result, "judged" | "red">
): ReadonlyArray<string> => {
  if (look === "skipped") return []
  // what the tests say is told below
  const isTold = path === judged && red.length > 0
  const lines = inFlags(record?.error?.message ?? "")
    .trimEnd()
    .split("\n")
    .slice(0, isTold ? 1 : 4)
  return record?.error === undefined ? [] : lines.map((text) => `${"  ".repeat(depth + 2)}${text}`)
}
