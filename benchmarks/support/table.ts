// What a benchmark says: Markdown, and each line that it missed once more to `main`.
import { withoutRivals } from "./options.ts"

/** A table whose first column is words and whose others are figures. */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) => {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]!.length)))
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`))
  console.log([line(head), line(rule), ...rows.map(line), ""].join("\n"))
}

export interface Line {
  readonly says: string
  /** `undefined`: it could not be measured, which is a line that is missed. */
  readonly measured: number | undefined
  /** The goal; without it the line is reported only. */
  readonly atMost?: number
  /** Whether it needs what `--without-rivals` leaves out. */
  readonly isRival?: boolean
  readonly digits?: number
}

/** The lines of a benchmark, as a table. A line that is missed decides the exit status. */
export const lines = (all: ReadonlyArray<Line>) => {
  const rows = all.map(({ atMost, digits = 2, isRival = false, measured, says }) => {
    const figure = measured?.toFixed(digits) ?? "—"
    const goal = atMost === undefined ? "" : `≤ ${atMost}`
    if (measured === undefined && isRival && withoutRivals) return [says, goal, figure, "left out"]
    if (measured !== undefined && atMost === undefined) return [says, goal, figure, "reported"]
    // as it is printed: nobody misses a goal by what cannot be seen
    if (measured !== undefined && Number(figure) <= atMost!) return [says, goal, figure, "met"]
    process.exitCode = 1
    process.send?.(`${says}: ${goal && `goal ${goal}, `}measured ${measured === undefined ? "nothing" : figure}`)
    return [says, goal, figure, "MISSED"]
  })
  table(["line", "goal", "measured", ""], rows)
}
