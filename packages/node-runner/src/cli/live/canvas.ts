import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Spending from "@stepwright/core/Spending"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as format from "../base/format.ts"
import { type Screen, sequence, showCursor, visible } from "../base/terminal.ts"
import * as tree from "../view/tree.ts"

/** A part of a terminal that is drawn again and again in its place. */
export interface Canvas {
  readonly draw: (lines: ReadonlyArray<string>) => void
  /** In the place of what is drawn. */
  readonly write: (text: string) => void
  /** Lets something else use the screen. */
  readonly aside: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

const hideCursor = sequence("?25l")
/** The beginning of the line that is so many lines above this one. */
const up = (lines: number) => `${lines === 0 ? "" : sequence(`${lines}A`)}${sequence("G")}`
const clearLine = sequence("K")
const clearBelow = sequence("J")

/** At the end what was drawn last stays, and the cursor is there again. */
export const make = (screen: Screen): Effect.Effect<Canvas, never, Scope.Scope> =>
  Effect.as(
    Effect.acquireRelease(
      Effect.sync(() => screen.write(hideCursor)),
      () => Effect.sync(() => screen.write(showCursor))
    ),
    canvas(screen)
  )

const canvas = (screen: Screen): Canvas => {
  let height = 0
  let isAside = false
  const write = (text: string) => {
    screen.write(`${up(height)}${clearBelow}${text}`)
    height = 0
  }
  return {
    write,
    draw: (lines) => {
      if (isAside) return
      screen.write(`${up(height)}${lines.map((line) => `${line}${clearLine}\n`).join("")}${clearBelow}`)
      height = lines.length
    },
    aside: (work) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          write(showCursor)
          isAside = true
        }),
        () => work,
        () =>
          Effect.sync(() => {
            isAside = false
            screen.write(hideCursor)
          })
      )
  }
}

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
const asciiSpinner = ["|", "/", "-", "\\"]

/** What is drawn of a run: as much as the screen has room for while it goes on, all of it at its end. */
export const picture = (
  { rows: all, state }: { readonly state: WorkflowState; readonly rows: ReadonlyArray<tree.Row> },
  screen: Screen,
  { frame, isLive, ...style }: Pick<tree.Style, "now" | "coming"> & { readonly frame: number; readonly isLive: boolean }
): ReadonlyArray<string> => {
  const { hasColour, isAscii } = screen
  const columns = screen.columns()
  const signs = isAscii ? asciiSpinner : spinner
  const { replies, usage } = Spending.of(state)
  const count = (wanted: tree.Row["look"]) => all.filter(({ isStep, look }) => isStep && look === wanted).length
  const [done, open] = [count("done"), count("undecided")]
  const figures = [
    `${format.count(done, "step")} done`,
    ...(replies === 0 ? [] : format.tokens(usage)),
    // their rows may not be among those that are shown
    ...(open === 0 ? [] : [format.count(open, "gate waits", "gates wait")])
  ]
  const summary = `${state.workflow} ${state.run}  ${figures.join(", ")}`
  const shown = isLive ? tree.clip(all, Math.max(1, screen.rows() - 2)) : all
  const width = tree.nameWidth(shown, columns)
  const running = signs[frame % signs.length]!
  return [
    tree.fit(visible(summary), columns, isAscii),
    ...shown.map((row) => tree.line(row, width, { ...style, columns, hasColour, isAscii, running }))
  ]
}
