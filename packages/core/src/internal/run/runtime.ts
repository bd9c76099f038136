import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Hasher } from "../../Hasher.ts"
import { Journal, type JournalError, type Service } from "../../Journal.ts"
import { StepExecutor } from "../../StepExecutor.ts"
import { apply, type Draft, draft, type WorkflowEvent } from "../../WorkflowEvent.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import { Halt } from "./hole.ts"

/** What ended a run, and where. */
export interface Ending<E> {
  readonly path: string
  readonly reason: E
}

/** One run under way: its state, which it alone changes, and what it works with. */
export interface Runtime {
  readonly state: Draft
  readonly journal: Service
  readonly hash: (text: string) => string
  readonly executor: typeof StepExecutor.Service
  readonly now: () => number
  /** Journals an event, then folds it in. A failure is noted as the run's fault. */
  readonly append: (event: WorkflowEvent) => Effect.Effect<void, Halt>
  /** Paths whose result was reused or made. */
  readonly visited: Set<string>
  /** Nothing new starts any more. */
  stopped: boolean
  failure: Ending<unknown> | undefined
  suspension: Ending<unknown> | undefined
  /** Why the engine itself cannot go on: an error of the call, not of the run. */
  fault: Ending<unknown> | undefined
}

/** Told of each event once it is journalled; must not block. */
export type Listener = (event: WorkflowEvent) => void

export const make = Effect.fnUntraced(function* (
  state: WorkflowState,
  listener: Listener = () => {}
): Effect.fn.Return<Runtime> {
  const journal = yield* Journal
  const hash = yield* Hasher
  const executor = yield* StepExecutor
  const clock = yield* Clock.Clock
  const runtime: Runtime = {
    state: draft(state),
    journal,
    hash,
    executor,
    now: () => Math.floor(clock.currentTimeMillisUnsafe()),
    append: (event) =>
      record(runtime, "path" in event ? event.path : "", journal.append(runtime.state.run, event), () => {
        apply(runtime.state, event)
        listener(event)
      }),
    visited: new Set(),
    stopped: false,
    failure: undefined,
    suspension: undefined,
    fault: undefined
  }
  return runtime
})

/** Writes to the journal without being interrupted; a failure is the run's fault and stops it. */
export const record = (
  runtime: Runtime,
  path: string,
  write: Effect.Effect<void, JournalError>,
  then: () => void = () => {}
): Effect.Effect<void, Halt> =>
  Effect.uninterruptible(
    Effect.matchEffect(write, {
      onSuccess: () => Effect.sync(then),
      onFailure: (reason) => {
        runtime.fault ??= { path, reason }
        runtime.stopped = true
        return Effect.fail(new Halt())
      }
    })
  )
