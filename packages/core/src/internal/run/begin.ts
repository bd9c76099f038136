import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Hasher } from "../../Hasher.ts"
import { Journal, JournalError } from "../../Journal.ts"
import { WorkflowConfig, WorkflowConfigError } from "../../WorkflowConfig.ts"
import {
  describeError,
  engineError,
  InvalidInput,
  RunExists,
  StaleState,
  type WorkflowError,
  WrongWorkflow
} from "../../WorkflowError.ts"
import { fold, type WorkflowEvent } from "../../WorkflowEvent.ts"
import { RunId, runIdRule, type WorkflowState } from "../../WorkflowState.ts"
import * as configuring from "../definition/configure.ts"
import { describe } from "../definition/describe.ts"
import { insideOf, type UntypedWorkflow } from "../definition/nodes.ts"
import * as canonical from "../json/canonical.ts"
import * as JsonCodec from "../json/codec.ts"
import { faultless, type Listener, make, type Runtime } from "./runtime.ts"

/** The path that stands for a run's input. */
export const inputPath = "input"

/** The time and six random letters: `20261121-075550-kfqxwb`. */
export const newRunId = Effect.gen(function* () {
  const now = DateTime.formatIso(yield* DateTime.now)
  let letters = ""
  for (let i = 0; i < 6; i++) letters += String.fromCharCode(97 + (yield* Random.nextIntBetween(0, 25)))
  return `${now.slice(0, 10).replaceAll("-", "")}-${now.slice(11, 19).replaceAll(":", "")}-${letters}`
})

/** A workflow's input as the state keeps it. */
export const encodeInput = (workflow: UntypedWorkflow, input: unknown) =>
  Effect.try({
    try: () => insideOf(workflow).input.encode(input),
    catch: (error) => engineError(inputPath, new InvalidInput({ detail: describeError(error).message }))
  })

const configCodec = JsonCodec.make(WorkflowConfig)

/** A configuration as the state keeps it. */
export const encodeConfig = (config: WorkflowConfig) =>
  Effect.try({
    // a configuration is its own JSON
    try: () => configCodec.encode(config) as WorkflowConfig,
    catch: (error) => engineError("", new WorkflowConfigError({ path: "", detail: describeError(error).message }))
  })

export const configure = (workflow: UntypedWorkflow, config: WorkflowConfig | undefined) =>
  config === undefined
    ? Effect.succeed(workflow)
    : Effect.mapError(configuring.configure(workflow, config), (reason) => engineError(reason.path, reason))

/** Hash of the description: what functions do is not in it. A workflow is described once. */
export const definitionHash = (workflow: UntypedWorkflow) =>
  Effect.map(Hasher, (hash) => {
    const known = definitions.get(workflow)
    if (known?.by === hash) return known.digest
    const digest = hash(canonical.stringify(describe(workflow)))
    definitions.set(workflow, { by: hash, digest })
    return digest
  })

const definitions = new WeakMap<UntypedWorkflow, { readonly by: unknown; readonly digest: string }>()

/** A state with its workflow as it is configured there, its input as it is taken and as it was given, and a runtime; refused where they do not fit. */
export const open = Effect.fnUntraced(function* (workflow: UntypedWorkflow, state: WorkflowState, listener?: Listener) {
  if (state.workflow !== workflow.name) {
    return yield* engineError("", new WrongWorkflow({ expected: workflow.name, found: state.workflow }))
  }
  const configured = yield* configure(workflow, state.config)
  const input = JsonCodec.readKept(insideOf(workflow).input, state.input)
  if (Result.isFailure(input)) {
    return yield* engineError(inputPath, new InvalidInput({ detail: input.failure.message }))
  }
  const given = JsonCodec.givenOf(insideOf(workflow).input, state.input, input.success)
  return { configured, given, input: input.success, runtime: yield* make(configured, state, listener) }
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

const isRunId = Schema.is(RunId)

/** Begins a run with its first event, under an id that no other run has. */
export const begin = Effect.fnUntraced(function* (
  run: string,
  event: WorkflowEvent
): Effect.fn.Return<WorkflowState, WorkflowError> {
  if (!isRunId(run)) return yield* engineError("", new JournalError({ run, reason: "Failed", detail: runIdRule }))
  const size = yield* sizeOf(run)
  if (size !== undefined && size > 0) return yield* engineError("", new RunExists({ run }))
  const journal = yield* Journal
  // another may have begun it since
  yield* Effect.mapError(journal.append(run, event), (error) =>
    engineError("", error.reason === "Exists" ? new RunExists({ run }) : error)
  )
  // one event always folds into a state
  return fold([event])!
})
