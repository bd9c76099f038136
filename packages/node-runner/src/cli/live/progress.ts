import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { DeltaSink } from "@stepwright/core/DeltaSink"
import type { Listeners } from "@stepwright/core/Engine"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as format from "../base/format.ts"
import { inFlags } from "../base/told.ts"
import type { Screen } from "../base/terminal.ts"
import { makeOrigins } from "../view/event.ts"
import * as tree from "../view/tree.ts"
import * as drawing from "./canvas.ts"

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
  let isLive = true
  const canvas = yield* drawing.make(screen)
  const draw = () => {
    const rows = tree.rows(definition, state, isLive, { origins: origins.at })
    const now = clock.currentTimeMillisUnsafe()
    canvas.draw(drawing.picture({ state, rows }, screen, { now, coming, isLive, frame: frame++ }))
  }
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      isLive = false
      draw()
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
      canvas.write(`${line}\n`)
      draw()
    },
    aside: canvas.aside
  }
})

/** A line for each thing that happens. */
export const plain = (state: WorkflowState, screen: Screen): Progress => {
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
