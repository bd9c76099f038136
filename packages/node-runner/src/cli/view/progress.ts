import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { DeltaSink } from "@stepwright/core/DeltaSink"
import type { Listeners } from "@stepwright/core/Engine"
import * as Spending from "@stepwright/core/Spending"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as format from "../base/format.ts"
import { inFlags } from "../base/told.ts"
import { type Screen, sequence, showCursor, visible } from "../base/terminal.ts"
import { makeOrigins } from "./event.ts"
import * as tree from "./tree.ts"

export interface Progress {
  readonly onEvent: NonNullable<Listeners["onEvent"]>
  /** To be told of replies that are still coming; not there where nobody would see them. */
  readonly deltas: typeof DeltaSink.Service
  /** Shows a line of something else without spoiling the rest. */
  readonly print: (line: string) => void
  /** Draws nothing while something else uses the screen. */
  readonly aside: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Shows on a screen how a run goes on: a tree that is redrawn in place on a terminal, plain lines elsewhere. */
export const make = (
  workflow: Workflow.Any,
  state: WorkflowState,
  screen: Screen
): Effect.Effect<Progress, never, Scope.Scope> =>
  screen.isTerminal ? drawn(workflow, state, screen) : Effect.succeed(plain(state, screen))

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
const asciiSpinner = ["|", "/", "-", "\\"]
const hideCursor = sequence("?25l")
/** The beginning of the line that is so many lines above this one. */
const up = (lines: number) => `${lines === 0 ? "" : sequence(`${lines}A`)}${sequence("G")}`
const clearLine = sequence("K")
const clearBelow = sequence("J")

const drawn = Effect.fnUntraced(function* (
  workflow: Workflow.Any,
  begun: WorkflowState,
  screen: Screen
): Effect.fn.Return<Progress, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const definition = Workflow.describe(workflow)
  let state = begun
  const coming = new Map<string, string>()
  const origins = makeOrigins()
  let frame = 0
  let height = 0
  let isLive = true
  let isAside = false
  const signs = screen.isAscii ? asciiSpinner : spinner

  /** In the place of what is drawn. */
  const write = (text: string) => {
    screen.write(`${up(height)}${clearBelow}${text}`)
    height = 0
  }
  const draw = () => {
    if (isAside) return
    const now = clock.currentTimeMillisUnsafe()
    const all = tree.rows(definition, state, isLive, { origins: origins.at })
    const style = {
      columns: screen.columns(),
      hasColour: screen.hasColour,
      now,
      coming,
      isAscii: screen.isAscii,
      running: signs[frame++ % signs.length]!
    }
    const { replies, usage } = Spending.of(state)
    const done = all.filter(({ isStep, look }) => isStep && look === "done").length
    const figures = [`${format.count(done, "step")} done`, ...(replies === 0 ? [] : format.tokens(usage))]
    const summary = `${state.workflow} ${state.run}  ${figures.join(", ")}`
    const shown = isLive ? tree.clip(all, Math.max(1, screen.rows() - 2)) : all
    const width = tree.nameWidth(shown, style.columns)
    const lines = [
      tree.fit(visible(summary), style.columns, style.isAscii),
      ...shown.map((row) => tree.line(row, width, style))
    ]
    screen.write(`${up(height)}${lines.map((line) => `${line}${clearLine}\n`).join("")}${clearBelow}`)
    height = lines.length
  }

  yield* Effect.acquireRelease(
    Effect.sync(() => screen.write(hideCursor)),
    () =>
      Effect.sync(() => {
        isLive = false
        draw()
        screen.write(showCursor)
      })
  )
  yield* Effect.forkScoped(Effect.repeat(Effect.sync(draw), Schedule.spaced("100 millis")))
  return {
    onEvent: (event, now) => {
      state = now
      origins.note(event)
      if ("path" in event) coming.delete(event.path)
    },
    deltas: ({ parser, path }) => {
      let characters = 0
      let read = parser.progress?.()
      return (piece) => {
        if (piece === undefined) {
          characters = 0
          read = parser.progress?.()
          coming.delete(path)
          return
        }
        characters += piece.length
        coming.set(path, `${read?.(piece) || format.count(characters, "character")} so far`)
      }
    },
    print: (line) => {
      write(`${line}\n`)
      draw()
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
})

const plain = (state: WorkflowState, screen: Screen): Progress => {
  const say = (path: string, text: string) => screen.write(`${path}: ${text}\n`)
  say(`run ${state.run}`, state.workflow)
  const failures = new Map<string, string>()
  const onEvent: Progress["onEvent"] = (event, { error, records }) => {
    if (event._tag === "StepStarted") return say(event.path, "started")
    if (event._tag === "StepFailed") {
      const message = inFlags(event.message).trimEnd().split("\n", 1)[0]!
      // what is done otherwise follows at once
      if (event.fingerprint !== undefined) return say(event.path, `failed, which is taken over: ${message}`)
      failures.set(event.path, message)
      return say(event.path, event.suspends === true ? "waits" : "failed")
    }
    if (event._tag === "GateAsked") return say(event.path, "waits for a decision")
    if (event._tag === "ResultMoved") return say(event.to, `moved from ${event.from}`)
    if (event._tag === "ResultShared") return say(event.path, `as in ${event.from}`)
    // that of the step at which a run ends is told with its end
    if (event._tag === "RunEnded") {
      for (const [path, message] of failures) if (path !== error?.path) say(path, message)
    }
    if (event._tag !== "StepSucceeded") return
    const details = format.ofRecord(records[event.path]!, undefined)
    say(event.path, details === "" ? "done" : `done (${details})`)
  }
  return { onEvent, deltas: undefined, print: (line) => screen.write(`${line}\n`), aside: (work) => work }
}
