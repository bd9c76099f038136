import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { DeltaSink } from "@stepwright/core/DeltaSink"
import * as Engine from "@stepwright/core/Engine"
import { Journal } from "@stepwright/core/Journal"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { isConfiguration } from "../internal/services/openAi.ts"
import { fromCause } from "./base/cliError.ts"
import { end, type ExitStatus, exitStatus } from "./base/exitStatus.ts"
import { Interrupt } from "./base/interrupt.ts"
import * as terminal from "./base/terminal.ts"
import type { Heard } from "./run/heard.ts"
import { asks, stale } from "./run/pending.ts"
import * as runFolder from "./run/runFolder.ts"
import * as runLayer from "./run/runLayer.ts"
import type { Session } from "./run/session.ts"
import type { RunSettings } from "./run/settings.ts"
import { costOf } from "./run/usedUp.ts"
import { command } from "./run/workflowModule.ts"
import * as document from "./view/document.ts"
import * as progress from "./view/progress.ts"
import * as result from "./view/result.ts"
import { type EndedRun, ranSince, summary } from "./view/summary.ts"

/** Shows on standard error how a run goes on while it is worked on. */
export const watched = <A, E, R>(self: Session, work: Effect.Effect<A, E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const journal = yield* Journal
      const { deltas, event: told, print } = yield* progress.make(self.loaded.workflow, self.state, terminal.stderr())
      return yield* work.pipe(
        Effect.provideService(Journal, {
          ...journal,
          append: (run, event) => Effect.tap(journal.append(run, event), () => Effect.sync(() => told(event)))
        }),
        Effect.provideService(DeltaSink, deltas),
        Effect.provideService(Logger.CurrentLoggers, new Set([Logger.map(Logger.formatLogFmt, print)]))
      )
    })
  )

/** Runs what is left of a run, prints what came of it, and ends with the status of that. */
export const runAndReport = Effect.fnUntraced(function* (self: Session, json: boolean) {
  const began = yield* Clock.currentTimeMillis
  const heard: Heard = {}
  const again = yield* command
  if (self.settings.relay !== undefined && (yield* asks(self))) {
    yield* Console.error(`requests to answer: ${self.settings.relay}/WAITING.md`)
  }
  const tell = Effect.fnUntraced(function* (state: WorkflowState) {
    const durationMillis = (yield* Clock.currentTimeMillis) - began
    const gone = state.status === "COMPLETED" ? new Map() : yield* stale({ ...self, state })
    const holds = (path: string) => ranSince(self.state, state, path) || gone?.has(path) === false
    const ended: EndedRun = {
      ...self,
      before: self.state,
      state,
      durationMillis,
      usd: yield* costOf(state, self.settings),
      result: yield* result.of(state, self.settings.out, holds),
      again
    }
    yield* Console.log(json ? JSON.stringify(document.ofEnded(ended), null, 2) : summary(ended))
  })
  const state = yield* watched(self, Engine.run(self.loaded.workflow, self.state)).pipe(
    Effect.provide(runLayer.make(self, { heard })),
    Effect.onInterrupt(
      Effect.fnUntraced(function* () {
        const interrupt = yield* Interrupt
        interrupt.message = `interrupted; go on with: ${again} resume ${self.run}`
        yield* Console.error(interrupt.message)
      })
    ),
    // a run that failed by a defect of a step says so in its journal before the defect comes to this
    Effect.catchDefect(
      Effect.fnUntraced(function* (defect) {
        const state = yield* runFolder.state(self.run)
        if (state.status !== "FAILED" || state.error === undefined) return yield* Effect.die(defect)
        yield* tell(state)
        yield* endOfDefect(self.run, state.error.path, defect)
        return state
      })
    )
  )
  yield* tell(state)
  if (state.error !== undefined) {
    const how = state.status === "SUSPENDED" ? "suspended" : "failed"
    yield* Console.error(
      `${how} at ${state.error.path}: ${state.error.message.trimEnd()}\n${look(again, self.run, largerCap(self.settings, heard))}`
    )
  }
  return yield* end(yield* statusOf(state, heard))
})

/** Tells of a defect in a step, and ends with the status of that. */
export const endOfDefect = Effect.fnUntraced(function* (run: string, path: string, defect: unknown) {
  const { kind, message } = fromCause(Cause.die(defect))
  yield* Console.error(`failed at ${path}: ${message}\n${look(yield* command, run)}`)
  yield* end(exitStatus[kind], defect)
})

const look = (again: string, run: string, flag = "") =>
  `look with \`${again} status ${run}\`, go on with \`${again} resume ${run}${flag}\``

/** The flag to go on with after a cap, ` --max-calls 40` after 20: twice the cap, or what the next call needs. */
const largerCap = (settings: RunSettings, { reason }: Heard): string => {
  if (reason?._tag !== "BudgetExceeded" || reason.cap === undefined) return ""
  const larger = Math.max(2 * (settings[reason.cap] ?? 0), reason.needed ?? 0)
  // a little more than needed, in few digits
  const shown = reason.cap === "maxUsd" ? Number((1.05 * larger).toPrecision(2)) : larger
  return ` --${reason.cap.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)} ${shown}`
}

/** The status of a command that executed one step, which failed. */
export const statusOfStep = ({ reason }: Heard): Effect.Effect<ExitStatus> =>
  reason?._tag === "BudgetExceeded" || reason?._tag === "QuotaExhausted"
    ? Effect.succeed(exitStatus.suspended)
    : statusOfFailure(reason)

const statusOf = ({ error, status }: WorkflowState, { reason }: Heard): Effect.Effect<ExitStatus> => {
  if (status === "COMPLETED") return Effect.succeed(exitStatus.done)
  if (status === "SUSPENDED") return Effect.succeed(exitStatus.suspended)
  return statusOfFailure(error?.tag === "LlmError" ? reason : undefined)
}

const statusOfFailure = (reason: Heard["reason"]) =>
  Effect.map(isConfiguration(reason), (isIt): ExitStatus => (isIt ? exitStatus.configuration : exitStatus.failed))
