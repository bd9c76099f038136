import * as StepPath from "@stepwright/core/StepPath"
import type { DescribedNode, Description } from "@stepwright/core/Workflow"
import type { StepRecord } from "@stepwright/core/WorkflowState"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as format from "../base/format.ts"
import { paint, visible } from "../base/terminal.ts"

/** `stopped`: it was running when its process ended. `stale`: its result would not be reused. */
export type Look = "waiting" | "running" | "stopped" | "stale" | "done" | "failed"

/** A line of the tree: a step with its record, or a group with the look of what is in it. */
export interface Row {
  readonly depth: number
  readonly name: string
  readonly path: string
  readonly look: Look
  readonly isStep: boolean
  readonly record: StepRecord | undefined
  /** Why its result is stale. */
  readonly why?: string | undefined
}

interface Place {
  readonly pattern: string
  readonly path: string
}

const root: Place = { pattern: "", path: "" }

/** The steps of a definition in order, with the items that a state knows; what only the state has comes last. */
export const rows = (
  definition: Description | undefined,
  state: WorkflowState,
  isLive: boolean,
  stale: ReadonlyMap<string, string> = new Map()
): ReadonlyArray<Row> => {
  const context = { state, isLive, stale }
  const known = definition === undefined ? [] : ofNodes(definition.nodes, root, 0, context)
  const shown = new Set(known.map(({ path }) => path))
  const others = Object.keys(state.records).filter((path) => !shown.has(path))
  return [...known, ...others.map((path) => stepRow(path, path, 0, context))]
}

interface Context {
  readonly state: WorkflowState
  readonly isLive: boolean
  readonly stale: ReadonlyMap<string, string>
}

const lookOf = (record: StepRecord | undefined, isLive: boolean): Look => {
  if (record === undefined) return "waiting"
  if (record.pending !== undefined) return isLive ? "running" : "stopped"
  return record.error === undefined ? (record.result === undefined ? "waiting" : "done") : "failed"
}

const stepRow = (name: string, path: string, depth: number, { isLive, stale, state }: Context): Row => {
  const record = state.records[path]
  const look = lookOf(record, isLive)
  const why = stale.get(path)
  if (look === "done" && why !== undefined) return { depth, name, path, look: "stale", isStep: true, record, why }
  return { depth, name, path, look, isStep: true, record }
}

const groupRow = (name: string, path: string, depth: number, inside: ReadonlyArray<Row>): Row => {
  const looks = inside.filter(({ isStep }) => isStep).map(({ look }) => look)
  const worst = (["failed", "running", "stopped", "stale"] as const).find((look) => looks.includes(look))
  const look = worst ?? (looks.length > 0 && looks.every((look) => look === "done") ? "done" : "waiting")
  return { depth, name, path, look, isStep: false, record: undefined }
}

const last = (path: string) => path.slice(path.lastIndexOf("/") + 1)

const ofNodes = (nodes: ReadonlyArray<DescribedNode>, at: Place, depth: number, context: Context): ReadonlyArray<Row> =>
  nodes.flatMap((node): ReadonlyArray<Row> => {
    if (node.parts !== undefined) return node.parts.flatMap((part) => ofNodes(part, at, depth, context))
    if (node.kind === "let") return []
    const path = at.path + node.path.slice(at.pattern.length)
    return node.each === undefined
      ? ofBody(node, last(path), path, depth, context)
      : ofItems(node, path.slice(0, -2), depth, context)
  })

const ofBody = (node: DescribedNode, name: string, path: string, depth: number, context: Context) => {
  if (node.nodes === undefined) return [stepRow(name, path, depth, context)]
  const inside = ofNodes(node.nodes, { pattern: node.path, path }, depth + 1, context)
  return [groupRow(name, path, depth, inside), ...inside]
}

const ofItems = (node: DescribedNode, path: string, depth: number, context: Context) => {
  const keys = new Set<string>()
  for (const recorded of Object.keys(context.state.records)) {
    if (recorded.startsWith(`${path}/`)) keys.add(recorded.slice(path.length + 1).split("/", 1)[0]!)
  }
  const inside = [...keys].flatMap((key) => ofBody(node, StepPath.decodeKey(key), `${path}/${key}`, depth + 1, context))
  return [groupRow(last(path), path, depth, inside), ...inside]
}

/** A sign, the same in ASCII, and a colour. */
const marks: Readonly<Record<Look, readonly [string, string, Parameters<typeof paint>[0]]>> = {
  waiting: ["·", ".", "gray"],
  running: ["▶", ">", "cyan"],
  stopped: ["■", "#", "yellow"],
  stale: ["~", "~", "yellow"],
  done: ["✔", "+", "green"],
  failed: ["✘", "x", "red"]
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u

/** A text cut to a number of columns, with `…`, or `~` in ASCII, where something is missing. */
export const fit = (text: string, columns: number, isAscii = false): string => {
  let width = 0
  let end = 0
  let room = 0
  for (const char of text) {
    width += /[\p{Mark}\p{Format}]/u.test(char) ? 0 : wide.test(char) ? 2 : 1
    end += char.length
    if (width < columns) room = end
    if (width > columns) return columns < 1 ? "" : `${text.slice(0, room)}${isAscii ? "~" : "…"}`
  }
  return text
}

export interface Style {
  readonly columns: number
  readonly hasColour: boolean
  /** Whether its own signs are ASCII. */
  readonly isAscii?: boolean
  /** The present, for how long something runs. **Units** milliseconds since 1970. */
  readonly now: number | undefined
  /** From how many attempts on they are shown; 2 unless given. */
  readonly fewestAttempts?: number
  /** What is there of the replies that are still coming, by path. */
  readonly coming?: ReadonlyMap<string, string>
  /** What stands for a step that runs, in place of the usual mark. */
  readonly running?: string
}

/** A row as one line that fits the columns; the figures go first where there is no room. */
export const line = (row: Row, nameWidth: number, style: Style): string => {
  const [sign, ascii, colour] = marks[row.look]
  const cut = (text: string, columns: number) => fit(text, columns, style.isAscii)
  const mark = style.isAscii ? ascii : sign
  const shown = row.look === "running" && style.running !== undefined ? style.running : mark
  // a key of an item may hold anything, and a row is one line
  const name = visible(row.name).replaceAll(/[\n\t]/g, " ")
  const indent = "  ".repeat(Math.min(row.depth, Math.floor(style.columns / 8)))
  const room = Math.max(1, style.columns - 2 - indent.length)
  const details = row.record === undefined ? "" : detailsOf(row, row.record, style)
  const width = Math.max(1, nameWidth - indent.length)
  const padded = details === "" ? name : (style.columns === Infinity ? name : cut(name, width)).padEnd(width)
  const text = padded.length + 2 < room && details !== "" ? cut(`${padded}  ${details}`, room) : cut(name, room)
  if (!style.hasColour) return `${indent}${shown} ${text}`
  return row.isStep
    ? `${indent}${paint(colour, shown)} ${row.look === "waiting" ? paint("gray", text) : text}`
    : `${indent}${paint(colour, shown)} ${paint("bold", text)}`
}

const detailsOf = ({ path, why }: Row, record: StepRecord, { coming, fewestAttempts, now }: Style) => {
  if (why !== undefined) return `stale: ${why}`
  const soFar = coming?.get(path)
  return `${format.ofRecord(record, now, fewestAttempts)}${soFar === undefined ? "" : `, ${soFar}`}`
}

/** The width that lines the figures of all rows up, and leaves them half of the columns. */
export const nameWidth = (all: ReadonlyArray<Row>, columns: number): number =>
  Math.min(48, Math.floor(columns / 2), Math.max(0, ...all.map(({ depth, name }) => 2 * depth + name.length)))

/** At most `height` rows: finished groups closed first, then those that are furthest from what runs left out. */
export const clip = (all: ReadonlyArray<Row>, height: number): ReadonlyArray<Row> => {
  if (all.length <= height) return all
  const open: Array<Row> = []
  let closed = Infinity
  for (const row of all) {
    if (row.depth > closed) continue
    closed = !row.isStep && row.look === "done" ? row.depth : Infinity
    open.push(row)
  }
  if (open.length <= height) return open
  const busy = open.findLastIndex(({ look }) => look === "running" || look === "failed")
  const start = Math.min(Math.max(0, busy - Math.floor(height / 2)), open.length - height)
  return open.slice(start, start + height)
}
