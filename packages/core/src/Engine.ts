import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { DeltaSink } from "./DeltaSink.ts"
import {
  begin,
  configure,
  definitionHash,
  drive,
  enterJournal,
  faultless,
  newRunId,
  prepare,
  visit
} from "./internal/run/drive.ts"
import * as JsonCodec from "./internal/json/codec.ts"
import { suggest } from "./internal/text/suggest.ts"
import { handOver, perform } from "./internal/run/perform.ts"
import { only, planAll, type PlanEntry, readAll, type Work } from "./internal/run/visitors.ts"
import { type Ending, make, type Runtime } from "./internal/run/runtime.ts"
import { Journal } from "./Journal.ts"
import * as Workflow from "./Workflow.ts"
import type { WorkflowConfig } from "./WorkflowConfig.ts"
import { engineError, InvalidInput, InvalidItems, MissingResult, UnknownPath, WorkflowError } from "./WorkflowError.ts"
import { fold, type WorkflowEvent } from "./WorkflowEvent.ts"
import type { WorkflowState } from "./WorkflowState.ts"

export type { PlanEntry }

/** The path that stands for the run's input in `set`. */
const inputPath = "input"

export interface InitializeOptions {
  /** What differs from the definition; kept in the state. */
  readonly config?: WorkflowConfig
  /** The run's id; by default made of the time and six random letters. */
  readonly run?: string
}

/** A new run, with nothing run yet. **Fails with** `InvalidInput`, `WorkflowConfigError`, `RunExists`, `JournalError`. */
export const initialize = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  input: In,
  options: InitializeOptions = {}
): Effect.fn.Return<WorkflowState, WorkflowError> {
  const { config, run = yield* newRunId } = options
  const configured = config === undefined ? workflow : yield* configure(workflow, config)
  const encoded = yield* Effect.try({
    try: () => JsonCodec.make(workflow.input).encode(input),
    catch: (error) => engineError(inputPath, new InvalidInput({ detail: String(error) }))
  })
  const event: WorkflowEvent = {
    _tag: "RunInitialized",
    format: 1,
    run,
    workflow: workflow.name,
    version: workflow.version,
    definition: yield* definitionHash(configured),
    input: encoded,
    ...(config === undefined ? {} : { config }),
    at: Math.floor(yield* Clock.currentTimeMillis)
  }
  return yield* begin(run, event)
})

/**
 * Runs what the state has no holding result for. A step that fails is in the state that comes out, not an error of
 * this effect. **Fails with** a reason of the engine: the journal, a state of another workflow or out of date, a
 * configuration.
 */
export const run = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState
): Effect.Effect<WorkflowState, WorkflowError, R> => Effect.map(drive(workflow, state), ({ runtime }) => runtime.state)

/** Initialises a run, runs it, and gives its output, or what ended it. */
export const execute = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  input: In,
  options?: InitializeOptions
): Effect.fn.Return<Out, WorkflowError<E>, R> {
  const state = yield* initialize(workflow, input, options)
  const { output, runtime } = yield* drive(workflow, state)
  const ending = runtime.failure ?? runtime.suspension
  // what ends a run is an error of one of its steps, which E covers, or a reason of the engine
  if (ending !== undefined) return yield* new WorkflowError<E>(ending as Ending<E>)
  return output as Out
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
  yield* prepare(workflow, state)
  return state
})

const import_ = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  options: { readonly run?: string } = {}
): Effect.fn.Return<WorkflowState, WorkflowError> {
  const { run = yield* newRunId } = options
  yield* prepare(workflow, state)
  const event: WorkflowEvent = { _tag: "RunImported", run, state, at: Math.floor(yield* Clock.currentTimeMillis) }
  return yield* begin(run, event)
})

export {
  /** A new run that starts from the state of another one, which stays as it is. */
  import_ as import
}

/** The typed output of a run whose every step has a result. **Fails with** `MissingResult` naming the first without. */
export const output = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState
): Effect.fn.Return<Out, WorkflowError> {
  const { configured, input, runtime } = yield* prepare(workflow, state)
  const missing: Array<string> = []
  const read = yield* withoutServices(visit(runtime, readAll(runtime, missing), configured, input))
  yield* refused(runtime)
  const [first] = missing
  if (first !== undefined) return yield* engineError(first, new MissingResult({ missing: first }))
  // the walk of a typed workflow ends with its output
  return read as Out
})

/** Items that cannot be walked are told to whoever reads them. */
const refused = ({ failure }: Runtime): Effect.Effect<void, WorkflowError> =>
  failure?.reason instanceof InvalidItems ? Effect.fail(engineError(failure.path, failure.reason)) : Effect.void

/** Reading records runs no step, so it needs none of the services that steps need. */
const withoutServices = <A, E, R>(reading: Effect.Effect<A, E, R>) => reading as Effect.Effect<A, E>

/** A piece of a reply that is on its way to a step. */
export interface ReplyDelta {
  readonly _tag: "ReplyDelta"
  readonly path: string
  readonly step: string
  readonly turn: number
  readonly text: string
}

/** All pieces of this turn so far are void: the request failed on the way and is made again. */
export interface ReplyDiscarded extends Omit<ReplyDelta, "_tag" | "text"> {
  readonly _tag: "ReplyDiscarded"
}

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
  options: { readonly deltas?: boolean } = {}
) =>
  Stream.callback<WorkflowEvent, WorkflowError, R>((queue) => {
    const tell = (event: WorkflowEvent | ReplyDelta | ReplyDiscarded) =>
      // only with `deltas` there is anything but workflow events
      void Queue.offerUnsafe(queue, event as WorkflowEvent)
    const sink: typeof DeltaSink.Service = ({ path, step, turn }) => {
      const about = { path, step, turn }
      return (text) =>
        tell(text === undefined ? { _tag: "ReplyDiscarded", ...about } : { _tag: "ReplyDelta", ...about, text })
    }
    const driven = drive(workflow, state, tell)
    return (options.deltas === true ? Effect.provideService(driven, DeltaSink, sink) : driven).pipe(
      Effect.matchCauseEffect({
        onSuccess: () => Queue.end(queue),
        onFailure: (cause) => Queue.failCause(queue, cause)
      })
    )
  })

/**
 * Executes one step, with the recorded results of those before it as they are. A result that still holds is kept unless
 * `force` asks for a new one. **Fails with** `UnknownPath`, or `MissingResult` naming what has to run first.
 */
export const step = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  path: string,
  options: { readonly force?: boolean } = {}
): Effect.Effect<WorkflowState, WorkflowError, R> =>
  at(workflow, state, path, (runtime) => (step, input) => perform(runtime, step, path, input, options.force))

/**
 * Replaces a step's output by hand, or with the path `input` that of the run: exactly what depends on it runs again.
 * **Shape** `value` is JSON, as the state shows outputs. **Fails with** `InvalidOutput`, `InvalidInput`, `UnknownPath`,
 * `MissingResult`.
 */
export const set = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  path: string,
  value: Schema.Json
): Effect.Effect<WorkflowState, WorkflowError, R> =>
  path === inputPath
    ? setInput(workflow, state, value)
    : at(workflow, state, path, (runtime) => (step, input) => handOver(runtime, step, path, input, value))

const setInput = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  value: Schema.Json
): Effect.fn.Return<WorkflowState, WorkflowError> {
  const provided = yield* prepare(workflow, { ...state, input: value })
  // what is recorded is what the Schema writes
  const input = JsonCodec.make(workflow.input).encode(provided.input)
  const runtime = yield* make(state)
  yield* enterJournal(runtime, state)
  yield* faultless(runtime, runtime.append({ _tag: "InputProvided", input, at: runtime.now() }))
  return runtime.state
})

/** Says, without calling anything, what a run would do at each path, and why. */
export const plan = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState
): Effect.fn.Return<ReadonlyArray<PlanEntry>, WorkflowError, R> {
  const { configured, input, runtime } = yield* prepare(workflow, state)
  const entries: Array<PlanEntry> = []
  yield* visit(runtime, planAll(runtime, entries), configured, input)
  return entries
})

/** Does something at one step, reached through recorded results. */
const at = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  path: string,
  work: (runtime: Runtime) => Work
): Effect.fn.Return<WorkflowState, WorkflowError, R> {
  const { configured, input, runtime } = yield* prepare(workflow, state)
  yield* enterJournal(runtime, state)
  const { found, visitor } = only(runtime, path, work(runtime))
  yield* visit(runtime, visitor, configured, input)
  if (found.missing !== undefined) {
    return yield* engineError(path, new MissingResult({ missing: found.missing }))
  }
  if (!found.done) {
    yield* refused(runtime)
    const known = Object.keys(state.records).filter((path) => !state.orphaned.includes(path))
    const meant = suggest(path, new Set([...Workflow.stepPaths(configured), ...known]))
    return yield* engineError(path, new UnknownPath({ detail: `no step has this path${meant}` }))
  }
  return runtime.state
})
