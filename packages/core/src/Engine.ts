import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { UntypedWorkflow } from "./internal/definition/nodes.ts"
import * as beginning from "./internal/run/begin.ts"
import { drive, endUndecided, refused, visit, wayTo } from "./internal/run/drive.ts"
import { settle } from "./internal/run/find.ts"
import { foresee, type PlanEntry, whole } from "./internal/run/foresee.ts"
import { type Listeners, listened, type ReplyDelta, type ReplyDiscarded } from "./internal/run/listening.ts"
import { perform } from "./internal/run/perform.ts"
import * as span from "./internal/run/span.ts"
import { faultless, type Listener, make, type Runtime } from "./internal/run/runtime.ts"
import * as setting from "./internal/run/set.ts"
import * as Steps from "./internal/judge/steps.ts"
import { readAll, type Work } from "./internal/run/visitors.ts"
import { failureAround, type Place } from "./internal/walk/place.ts"
import { Journal } from "./Journal.ts"
import type { LlmError } from "./LlmError.ts"
import type { Usage } from "./Usage.ts"
import type * as Workflow from "./Workflow.ts"
import type { WorkflowConfig } from "./WorkflowConfig.ts"
import { engineError, type EngineReason, MissingResult, type Undecided, WorkflowError } from "./WorkflowError.ts"
import { fold, renewed, type WorkflowEvent } from "./WorkflowEvent.ts"
import { format, type WorkflowState } from "./WorkflowState.ts"

export type { PlanEntry } from "./internal/run/foresee.ts"
export type { Listeners, ReplyDelta, ReplyDiscarded } from "./internal/run/listening.ts"

const { inputPath } = beginning

export interface InitializeOptions {
  /** What differs from the definition; kept in the state. */
  readonly config?: WorkflowConfig
  /** The run's id; by default made of the time and six random letters. */
  readonly run?: string
}

/** An id for a new run: the time and six random letters. */
export const newRunId: Effect.Effect<string> = beginning.newRunId

/** The hash of a definition, as a run without a configuration records it. What functions do is not in it. */
export const definition = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>): Effect.Effect<string> =>
  beginning.definitionHash(untyped(workflow))

/** A new run, with nothing run yet. **Fails with** `InvalidInput`, `WorkflowConfigError`, `RunExists`, `JournalError`. */
export const initialize = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  input: In,
  options: InitializeOptions = {}
): Effect.fn.Return<WorkflowState, WorkflowError> {
  const { run = yield* beginning.newRunId } = options
  const config = options.config && (yield* beginning.encodeConfig(options.config))
  const configured = yield* beginning.configure(untyped(workflow), config)
  const encoded = yield* beginning.encodeInput(untyped(workflow), input)
  return yield* beginning.begin(run, {
    _tag: "RunInitialized",
    format,
    run,
    workflow: workflow.name,
    version: workflow.version,
    definition: yield* beginning.definitionHash(configured),
    input: encoded,
    ...(config !== undefined && { config }),
    at: yield* now
  })
})

/** How a run goes. */
export interface RunOptions extends Listeners {
  /**
   * Where the run is interrupted: `"cancel"`, the default, ends it as CANCELLED; `"leave"` records no end, as if the process
   * had been killed, for another process to go on. What is cancelled by a request is CANCELLED always.
   */
  readonly onInterrupt?: "cancel" | "leave"
}

/** What a run came to: `path` is that of the step whose error `reason` is. An interrupted run has no outcome. */
export type RunEnding<Out, E> =
  | { readonly _tag: "Completed"; readonly output: Out }
  | { readonly _tag: "Failed"; readonly path: string; readonly reason: E | EngineReason }
  | { readonly _tag: "Suspended"; readonly path: string; readonly reason: LlmError | Undecided }

/** How a run ended, and what the engine did for it since it was called. */
export interface RunOutcome<out Out, out E> {
  readonly state: WorkflowState
  readonly ending: RunEnding<Out, E>
  /** Paths whose recorded result was taken as it is. */
  readonly reused: ReadonlyArray<string>
  /** Paths of the steps that were at work. */
  readonly ran: ReadonlyArray<string>
  /** Paths whose result came from a `ResultCache`. */
  readonly cached: ReadonlyArray<string>
  /** Paths of gates that wait for a decision. */
  readonly undecided: ReadonlyArray<string>
  /** Replies, from wherever; requests that went to providers; and what these cost. **Units** `usage`: tokens. */
  readonly replies: number
  readonly requests: number
  readonly usage: Usage
}

/**
 * Runs what the state has no holding result for. A step that fails is in the outcome, not an error of this effect.
 * **Fails with** a reason of the engine: the journal, a state of another workflow or out of date, a configuration.
 */
export const run = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  { onDelta, ...options }: RunOptions = {}
): Effect.Effect<RunOutcome<Out, E>, WorkflowError, R> =>
  Effect.map(
    listened(typed(workflow, span.ofRun(workflow.name, state.run, drive(untyped(workflow), state, options))), onDelta),
    (done) => outcomeOf<Out, E>(done)
  )

/** Initialises a run, runs it, and gives its output, or what ended it. */
export const execute = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  input: In,
  options?: InitializeOptions
): Effect.fn.Return<Out, WorkflowError<E>, R> {
  const { ending } = yield* run(workflow, yield* initialize(workflow, input, options))
  if (ending._tag === "Completed") return ending.output
  const { path, reason } = ending
  // an LlmError that suspends is one of a step, whose E has it
  return yield* new WorkflowError<E>({ path, reason: reason as E | EngineReason })
})

/** The state of a run that the journal holds. */
export const load = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  run: string
): Effect.fn.Return<WorkflowState, WorkflowError> {
  const journal = yield* Journal
  const events = yield* Effect.mapError(journal.load(run), (reason) => engineError("", reason))
  // a journal fails rather than load no event
  const state = fold(events)!
  yield* beginning.open(untyped(workflow), state)
  return state
})

const import_ = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  options: { readonly run?: string } = {}
): Effect.fn.Return<WorkflowState, WorkflowError> {
  const { run = yield* beginning.newRunId } = options
  yield* beginning.open(untyped(workflow), state)
  return yield* beginning.begin(run, { _tag: "RunImported", run, state, at: yield* now })
})
export {
  /** A new run that starts from the state of another one, which stays as it is. */
  import_ as import
}

/**
 * A new run with the results of another one, which stays as it is, but that of the step at `path`: this is asked for
 * anew, and what hangs on it where its output differs. **Fails with** `UnknownPath`, `RunExists`, `JournalError`.
 */
export const fork = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  path: string,
  options?: { readonly run?: string }
): Effect.fn.Return<WorkflowState, WorkflowError, R> {
  const opened = yield* beginning.open(untyped(workflow), state)
  // a result that the step would find at another path is what is made anew
  const { foresight } = yield* typed(workflow, wayTo(opened, path))
  const record = foresight.state.records[path]
  if (record === undefined) return yield* import_(workflow, state, options)
  const records = { ...foresight.state.records, [path]: renewed(record) }
  return yield* import_(workflow, { ...state, status: "IN_PROGRESS", records }, options)
})

/** The typed output of a run whose every step has a result. **Fails with** `MissingResult` naming the first without. */
export const output = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState
): Effect.fn.Return<Out, WorkflowError> {
  const { configured, input, runtime } = yield* beginning.open(untyped(workflow), state)
  const missing: Array<Place> = []
  // reading records runs no step, so it needs none of the services that steps need
  const read = yield* visit(runtime, readAll(runtime, missing), configured, input) as Effect.Effect<
    unknown,
    WorkflowError
  >
  yield* refused(runtime)
  // what another step failed beside may have begun, or not
  const first = missing.find((place) => failureAround(place) === undefined)?.path
  if (first !== undefined) return yield* engineError(first, new MissingResult({ missing: first }))
  // the walk of a typed workflow ends with its output
  return read as Out
})

/**
 * What happens while `run` runs, as it happens. A slow reader holds nothing up. With `deltas` steps ask for streamed
 * replies, whose text comes in pieces among the events; they are not in the journal, and no part of the state.
 */
export const events: {
  <In, Out, E, R>(
    workflow: Workflow.Workflow<In, Out, E, R>,
    state: WorkflowState,
    options?: { readonly deltas?: false }
  ): Stream.Stream<WorkflowEvent, WorkflowError, R>
  <In, Out, E, R>(
    workflow: Workflow.Workflow<In, Out, E, R>,
    state: WorkflowState,
    options: { readonly deltas: boolean }
  ): Stream.Stream<WorkflowEvent | ReplyDelta | ReplyDiscarded, WorkflowError, R>
} = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  { deltas = false }: { readonly deltas?: boolean } = {}
) =>
  Stream.callback<WorkflowEvent, WorkflowError, R>((queue) => {
    const tell = (event: WorkflowEvent | ReplyDelta | ReplyDiscarded) =>
      // only with `deltas` there is anything but workflow events
      void Queue.offerUnsafe(queue, event as WorkflowEvent)
    return run(workflow, state, { onEvent: tell, ...(deltas && { onDelta: tell }) }).pipe(
      Effect.matchCauseEffect({
        onSuccess: () => Queue.end(queue),
        onFailure: (cause) => Queue.failCause(queue, cause)
      })
    )
  })

/**
 * Executes one step, with the recorded results of those before it as they are. A result that still holds is kept unless
 * `force` asks for a new one. A step that fails is in the outcome. **Fails with** `UnknownPath`, or `MissingResult`
 * naming what has to run first.
 */
export const step = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  path: string,
  { force, onDelta, onEvent }: Listeners & { readonly force?: boolean } = {}
): Effect.Effect<RunOutcome<unknown, E>, WorkflowError, R> =>
  Effect.map(
    listened(
      span.ofRun(
        workflow.name,
        state.run,
        atStep(
          workflow,
          state,
          path,
          (runtime) => (step, at, input) => perform(runtime, step, at, input, { forced: force }),
          onEvent
        )
      ),
      onDelta
    ),
    (done) => outcomeOf(done)
  )

/** Who does by hand what an engine is asked for, as their record is to say. */
export interface ByHand {
  readonly who?: string
}

/**
 * Sets a step's output by hand, or with the path `input` that of the run: exactly what depends on it runs again.
 * **Shape** `value` is JSON, as the state shows outputs. **Fails with** `InvalidOutput`, `InvalidInput`, `UnknownPath`,
 * `MissingResult`.
 */
export const set = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  path: string,
  value: Schema.Json,
  { who }: ByHand = {}
): Effect.Effect<WorkflowState, WorkflowError, R> =>
  path === inputPath ? setInput(workflow, state, value) : setResult(workflow, state, path, { value, who })

const setResult = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  path: string,
  value: setting.Setting
): Effect.Effect<WorkflowState, WorkflowError, R> =>
  Effect.map(
    atStep(workflow, state, path, (runtime) => (step, at, input) => setting.set(runtime, step, at, input, value)),
    ({ runtime }) => runtime.state
  )

/**
 * Decides a gate. The decision holds as long as the gate asks the same question. **Shape** `decision` is JSON, by the
 * gate's Schema. **Fails with** `InvalidOutput`, `UnknownPath`, or `MissingResult` where the question is not known yet.
 */
export const decide = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  path: string,
  decision: Schema.Json,
  { who }: ByHand = {}
): Effect.Effect<WorkflowState, WorkflowError, R> =>
  Effect.andThen(Steps.checkGate(untyped(workflow), path), setResult(workflow, state, path, { value: decision, who }))

const setInput = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  value: Schema.Json
): Effect.fn.Return<WorkflowState, WorkflowError> {
  const opened = yield* beginning.open(untyped(workflow), { ...state, input: value })
  // what is recorded is what the Schema writes
  const input = yield* beginning.encodeInput(untyped(workflow), opened.given)
  const runtime = yield* make(opened.configured, state)
  yield* beginning.enterJournal(runtime, state)
  yield* faultless(runtime, runtime.append({ _tag: "InputProvided", input, at: runtime.now() }))
  return runtime.state
})

/** Says, without calling anything, what a run would do at each path, and why. */
export const plan = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState
): Effect.fn.Return<ReadonlyArray<PlanEntry>, WorkflowError, R> {
  const { configured, input, runtime } = yield* beginning.open(untyped(workflow), state)
  const steps = Steps.make(runtime.hash, configured)
  const { plan } = yield* typed(
    workflow,
    Effect.flatMap(foresee(runtime, steps, configured, input, { withCache: true }), whole)
  )
  return plan
})

/** Does something at one step, reached through recorded results. */
const atStep = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  path: string,
  work: (runtime: Runtime) => Work,
  listener?: Listener
): Effect.fn.Return<{ readonly runtime: Runtime; readonly output: unknown }, WorkflowError, R> {
  const opened = yield* beginning.open(untyped(workflow), state, listener)
  const { runtime } = opened
  const { foresight, go, missing } = yield* typed(workflow, wayTo(opened, path))
  if (missing !== undefined) return yield* engineError(path, new MissingResult({ missing }))
  yield* beginning.enterJournal(runtime, state)
  yield* faultless(runtime, settle(runtime, foresight))
  const { output } = yield* typed(workflow, go(runtime, work(runtime)))
  endUndecided(runtime)
  return { runtime, output }
})

const outcomeOf = <Out, E>({
  output,
  runtime: {
    ending,
    state,
    tally: { skipped: _, ...tally }
  }
}: {
  readonly runtime: Runtime
  readonly output: unknown
}): RunOutcome<Out, E> => ({
  ...tally,
  state,
  // a typed workflow comes to its output, or to an error of one of its steps, which E covers
  ending: (ending ?? { _tag: "Completed", output }) as RunEnding<Out, E>
})

const now = Effect.map(Clock.currentTimeMillis, Math.floor)

const untyped = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>) => workflow as unknown as UntypedWorkflow

/** What is done with a workflow needs what its steps need, and nothing else. */
const typed = <In, Out, E, R, A, E2>(
  _workflow: Workflow.Workflow<In, Out, E, R>,
  work: Effect.Effect<A, E2, unknown>
): Effect.Effect<A, E2, R> => work as Effect.Effect<A, E2, R>
