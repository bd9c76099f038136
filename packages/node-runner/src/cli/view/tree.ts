import * as format from "../base/format.ts"
import { fit, paint, visible } from "../base/terminal.ts"
import type { Look, Row } from "./rows.ts"

export { fit } from "../base/terminal.ts"
export { type Row, rows } from "./rows.ts"

/** A sign, the same in ASCII, and a colour. */
const marks: Readonly<Record<Look, readonly [string, string, Parameters<typeof paint>[0]]>> = {
  waiting: ["·", ".", "gray"],
  running: ["▶", ">", "cyan"],
  stopped: ["■", "#", "yellow"],
  stale: ["~", "~", "yellow"],
  undecided: ["?", "?", "yellow"],
  suspended: ["‖", "=", "yellow"],
  done: ["✔", "+", "green"],
  takenOver: ["↷", "/", "yellow"],
  skipped: ["-", "-", "gray"],
  failed: ["✘", "x", "red"]
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
  const details = detailsOf(row, style)
  const width = Math.max(1, nameWidth - indent.length)
  const padded = details === "" ? name : (style.columns === Infinity ? name : cut(name, width)).padEnd(width)
  const text = padded.length + 2 < room && details !== "" ? cut(`${padded}  ${details}`, room) : cut(name, room)
  if (!style.hasColour) return `${indent}${shown} ${text}`
  return row.isStep
    ? `${indent}${paint(colour, shown)} ${row.look === "waiting" || row.look === "skipped" ? paint("gray", text) : text}`
    : `${indent}${paint(colour, shown)} ${paint("bold", text)}`
}

const detailsOf = ({ look, path, record, why = "" }: Row, { coming, fewestAttempts, now }: Style): string => {
  // its figures say nothing of what will be
  if (look === "stale") return `stale: ${why}`
  if (record === undefined || look === "skipped" || look === "undecided") return why
  const figures = format.ofRecord(record, now, fewestAttempts)
  return [why, figures, coming?.get(path)].filter((part) => part !== undefined && part !== "").join(", ")
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
