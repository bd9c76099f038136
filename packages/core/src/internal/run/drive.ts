import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as CanonicalJson from "../json/canonical.ts"
import { Hasher } from "../../Hasher.ts"
import { Journal } from "../../Journal.ts"
import { LlmClient } from "../../LlmClient.ts"
import * as StepPath from "../../StepPath.ts"
import * as Workflow from "../../Workflow.ts"
import type { WorkflowConfig } from "../../WorkflowConfig.ts"
import {
  describeError,
  engineError,
  type EngineReason,
  InvalidInput,
  RunExists,
  StaleState,
  UnknownModel,
  type WorkflowError,
  WrongWorkflow
} from "../../WorkflowError.ts"
import { fold, type WorkflowEvent } from "../../WorkflowEvent.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import * as JsonCodec from "../json/codec.ts"
import { runAll } from "./visitors.ts"
import { type Listener, make, type Runtime } from "./runtime.ts"
import { Halt, Missing, type Stop } from "./hole.ts"
import { type Visitor, walk } from "./walk.ts"

/** The time and six random letters: `20261121-075550-kfqxwb`. */
export const newRunId = Effect.gen(function* () {
  const now = DateTime.formatIso(yield* DateTime.now)
  let letters = ""
  for (let i = 0; i < 6; i++) letters += String.fromCharCode(97 + (yield* Random.nextIntBetween(0, 25)))
  return `${now.slice(0, 10).replaceAll("-", "")}-${now.slice(11, 19).replaceAll(":", "")}-${letters}`
})

export const configure = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>, config: WorkflowConfig) =>
  Effect.mapError(Workflow.configure(workflow, config), (reason) => engineError(reason.path, reason))

/** Hash of the description: what functions do is not in it. */
export const definitionHash = (workflow: Workflow.Any) =>
  Effect.map(Hasher, (hash) => hash(CanonicalJson.stringify(Workflow.describe(workflow))))

/** Everything that a state must be before anything is done with it. */
export const prepare = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  listener?: Listener
) {
  if (state.workflow !== workflow.name) {
    return yield* engineError("", new WrongWorkflow({ expected: workflow.name, found: state.workflow }))
  }
  const configured = state.config === undefined ? workflow : yield* configure(workflow, state.config)
  const input = JsonCodec.make(workflow.input).decode(state.input)
  if (Result.isFailure(input)) {
    return yield* engineError("input", new InvalidInput({ detail: input.failure.message }))
  }
  return { configured, input: input.success, runtime: yield* make(state, listener) }
})

/** Makes the journal know the run: a state from elsewhere is written to it whole, once; one out of date is refused. */
export const enterJournal = Effect.fnUntraced(function* (
  runtime: Runtime,
  state: WorkflowState
): Effect.fn.Return<void, WorkflowError> {
  const { events, run } = state
  const size = yield* sizeOf(run)
  if (size === undefined || size === events) return
  if (size > 0) return yield* engineError("", new StaleState({ run, journal: size, state: events }))
  runtime.state.events = 0
  yield* faultless(runtime, runtime.append({ _tag: "RunImported", run, state, at: runtime.now() }))
})

/** How much the journal holds of a run. */
const sizeOf = (run: string) =>
  Effect.flatMap(Journal, (journal) => Effect.mapError(journal.size(run), (reason) => engineError("", reason)))

/** Begins a run with its first event, under an id that no other run has. */
export const begin = Effect.fnUntraced(function* (
  run: string,
  event: WorkflowEvent
): Effect.fn.Return<WorkflowState, WorkflowError> {
  const size = yield* sizeOf(run)
  if (size !== undefined && size > 0) return yield* engineError("", new RunExists({ run }))
  const journal = yield* Journal
  yield* Effect.mapError(journal.append(run, event), (reason) => engineError("", reason))
  // one event always folds into a state
  return fold([event])!
})

/** An effect that may halt: then the runtime's fault is its error. */
export const faultless = <A, R>(
  runtime: Runtime,
  effect: Effect.Effect<A, Stop, R>
): Effect.Effect<A | undefined, WorkflowError, R> =>
  Effect.catchCause(effect, (cause) => {
    // only the engine itself notes faults, so their reasons are its own
    if (runtime.fault !== undefined)
      return Effect.fail(engineError(runtime.fault.path, runtime.fault.reason as EngineReason))
    const stop = Cause.squash(cause)
    if (stop instanceof Halt || stop instanceof Missing) return Effect.succeed(undefined)
    return Effect.failCause(cause as Cause.Cause<never>)
  })

/** Walks a whole workflow. What halts it is in the runtime; the engine's own fault is the error. */
export const visit = <In, Out, E, R>(
  runtime: Runtime,
  visitor: Visitor,
  workflow: Workflow.Workflow<In, Out, E, R>,
  input: unknown
): Effect.Effect<unknown, WorkflowError, R> =>
  faultless(
    runtime,
    // R is what the steps of the workflow need, and nothing else is asked for
    walk(visitor, workflow.nodes, "", { value: input }) as Effect.Effect<unknown, Stop, R>
  )

/** Runs a workflow from a state to its end, whatever that is. */
export const drive = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: WorkflowState,
  listener?: Listener
) {
  const { configured, input, runtime } = yield* prepare(workflow, state, listener)
  const definition = yield* definitionHash(configured)
  yield* checkModels(configured)
  yield* enterJournal(runtime, state)
  const output = yield* faultless(
    runtime,
    runtime.append({ _tag: "RunStarted", version: workflow.version, definition, at: runtime.now() })
  ).pipe(
    Effect.andThen(visit(runtime, runAll(runtime), configured, input)),
    Effect.onExit((exit) => (runtime.fault === undefined ? end(runtime, configured, exit) : Effect.void))
  )
  return { runtime, output }
})

/** What can never be answered is told before anything runs. */
const checkModels = Effect.fnUntraced(function* (workflow: Workflow.Any): Effect.fn.Return<void, WorkflowError> {
  const client = yield* Effect.serviceOption(LlmClient)
  const models = Option.isSome(client) ? client.value.models : undefined
  if (models === undefined) return
  for (const { path, step } of Workflow.steps(workflow)) {
    const unknown = step.model?.models.find((model) => !models.includes(model))
    if (unknown !== undefined) return yield* engineError(path, new UnknownModel({ model: unknown, models }))
  }
})

const end = (runtime: Runtime, workflow: Workflow.Any, exit: Exit.Exit<unknown, unknown>) => {
  const cancelled = Exit.hasInterrupts(exit)
  // an engine without a fault fails by a defect only
  if (Exit.isFailure(exit) && !cancelled) runtime.failure ??= { path: "", reason: Cause.squash(exit.cause) }
  const ending = cancelled ? undefined : (runtime.failure ?? runtime.suspension)
  const status = cancelled ? "CANCELLED" : runtime.failure ? "FAILED" : ending ? "SUSPENDED" : "COMPLETED"
  return faultless(
    runtime,
    runtime.append({
      _tag: "RunEnded",
      status,
      orphaned: orphans(runtime, workflow, status === "COMPLETED"),
      ...(ending === undefined ? {} : { error: { path: ending.path, ...describeError(ending.reason) } }),
      at: runtime.now()
    })
  )
}

/** Recorded paths that the definition does not have; after a complete run, those that it did not come by. */
const orphans = (runtime: Runtime, workflow: Workflow.Any, complete: boolean): ReadonlyArray<string> => {
  const paths = Object.keys(runtime.state.records).toSorted()
  if (complete) return paths.filter((path) => !runtime.visited.has(path))
  const known = new Set(Workflow.stepPaths(workflow))
  const patterns = [...known].filter((path) => path.includes("*"))
  return paths.filter((path) => !known.has(path) && !patterns.some((pattern) => StepPath.matches(pattern, path)))
}
