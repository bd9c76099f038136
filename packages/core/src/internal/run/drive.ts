// The engine's way through a run. In: a workflow and a state. Out: a runtime with its new state and its ending, and the
// output. `Engine.run` calls it; it opens the run (begin), walks it (walk) with a visitor that runs steps (visitors), and
// records its end.

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { LlmClient } from "../../LlmClient.ts"
import * as StepPath from "../../StepPath.ts"
import {
  describeError,
  engineError,
  type EngineReason,
  Undecided,
  UnknownModel,
  UnknownPath,
  type WorkflowError
} from "../../WorkflowError.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "../definition/nodes.ts"
import { finder } from "../definition/places.ts"
import { suggest } from "../text/suggest.ts"
import { definitionHash, enterJournal, open } from "./begin.ts"
import * as find from "./find.ts"
import { foresee, whole } from "./foresee.ts"
import { end, type Ending, faultless, keepOnly, type Listener, type Runtime } from "./runtime.ts"
import { attended } from "./requests.ts"
import * as Steps from "../judge/steps.ts"
import { encodeInput } from "../judge/verdict.ts"
import { only, runAll, type Work } from "./visitors.ts"
import { Missing } from "../walk/hole.ts"
import { root } from "../walk/place.ts"
import type { Visitor } from "../walk/visitor.ts"
import { walk } from "../walk/walk.ts"

/** Walks a whole workflow. What stops it is in the runtime; the engine's own fault is the error. */
export const visit = (
  runtime: Runtime,
  visitor: Visitor,
  workflow: UntypedWorkflow,
  input: unknown
): Effect.Effect<unknown, WorkflowError, unknown> =>
  faultless(runtime, walk(visitor, nodesOf(workflow), root, { value: input }))

/** The way to one step through recorded results, moved or not; `missing`: what keeps its input from being known. */
export const wayTo = Effect.fnUntraced(function* (
  { configured, input, runtime }: Effect.Success<ReturnType<typeof open>>,
  path: string
) {
  const foresight = yield* whole(yield* foresee(runtime, Steps.make(runtime.hash, configured), configured, input))
  const go = (at: Runtime, work: Work) => {
    const { found, visitor } = only(at, path, work)
    return Effect.as(visit(at, visitor, configured, input), found)
  }
  // nothing is written before it is known that the step can be reached
  const dry: Runtime = { ...runtime, state: foresight.state }
  const { done, missing } = yield* go(dry, (step, _place, input) =>
    // an input that does not fit is told by the work itself
    Effect.catchTag(Effect.fromResult(encodeInput(step, input)), "InvalidInput", () => Effect.void).pipe(
      Effect.andThen(Effect.fail(new Missing(path)))
    )
  )
  if (done || missing !== undefined) return { foresight, go, missing }
  yield* refused(dry)
  const orphaned = new Set(runtime.state.orphaned)
  const known = Object.keys(runtime.state.records).filter((path) => !orphaned.has(path))
  const paths = new Set([...stepsOf(nodesOf(configured)).map(({ path }) => path), ...known])
  const detail =
    paths.has(path) && !path.includes("*")
      ? "the run does not come by this step"
      : `no step has this path${suggest(path, paths)}`
  return yield* engineError(path, new UnknownPath({ detail }))
})

/** Items that cannot be walked are told to whoever reads them. */
export const refused = ({ ending }: Runtime): Effect.Effect<void, WorkflowError> =>
  isRefusal(ending) ? Effect.fail(engineError(ending.path, ending.reason)) : Effect.void

const isRefusal = (ending: Ending | undefined): ending is Ending & { readonly reason: EngineReason } =>
  Predicate.isTagged(ending?.reason, "InvalidItems") || Predicate.isTagged(ending?.reason, "UnknownCase")

/** Runs a workflow from a state to its end, whatever that is: the runtime's ending, or else the output. */
export const drive = Effect.fnUntraced(function* (
  workflow: UntypedWorkflow,
  state: WorkflowState,
  { onEvent, onInterrupt }: { readonly onEvent?: Listener; readonly onInterrupt?: "cancel" | "leave" }
): Effect.fn.Return<{ readonly runtime: Runtime; readonly output: unknown }, WorkflowError, unknown> {
  const { configured, input, runtime } = yield* open(workflow, state, onEvent)
  const definition = yield* definitionHash(configured)
  yield* checkModels(configured)
  yield* enterJournal(runtime, state)
  let isOfItself = false
  const isLeft = (exit: Exit.Exit<unknown, unknown>) =>
    onInterrupt === "leave" && Exit.hasInterrupts(exit) && !isOfItself
  const output = yield* faultless(
    runtime,
    runtime.append({ _tag: "RunStarted", version: workflow.version, definition, at: runtime.now() })
  ).pipe(
    Effect.andThen(attended(runtime, visitAll(runtime, configured, input))),
    // where the run is interrupted from outside this is passed by
    Effect.tapCause(() => Effect.sync(() => void (isOfItself = true))),
    Effect.onExit((exit) =>
      runtime.ending?._tag === "Faulted" || isLeft(exit) ? Effect.void : recordEnd(runtime, configured, exit)
    )
  )
  return { runtime, output }
})

/** Visits all, and once more where a decision that a gate waited for was found or taken meanwhile. */
const visitAll = Effect.fnUntraced(function* (
  runtime: Runtime,
  workflow: UntypedWorkflow,
  input: unknown
): Effect.fn.Return<unknown, WorkflowError, unknown> {
  const { cached, ran, reused, undecided } = runtime.tally
  let before: ReadonlySet<string> = new Set()
  const finder = find.make(runtime, workflow, input)
  for (;;) {
    const output = yield* visit(runtime, runAll(runtime, finder.find), workflow, input)
    // what ran before is there now
    const made = new Set([...before, ...ran, ...cached])
    keepOnly(reused, (path) => !made.has(path))
    const isDecided = () => undecided.some((path) => runtime.open.get(path)?.by !== undefined)
    const isWaiting = runtime.ending === undefined && undecided.length > 0
    // it may be decided while what was decided before is looked for
    if (!isWaiting || !(isDecided() || (yield* faultless(runtime, finder.isDecided)) === true || isDecided())) {
      runtime.isOver = true
      return output
    }
    before = new Set([...ran, ...cached])
    undecided.length = reused.length = 0
  }
})

/** What can never be answered is told before anything runs, unless it may never be asked. */
const checkModels = Effect.fnUntraced(function* (workflow: UntypedWorkflow): Effect.fn.Return<void, WorkflowError> {
  const client = yield* Effect.serviceOption(LlmClient)
  const models = Option.isSome(client) ? client.value.models : undefined
  if (models === undefined) return
  for (const { occurs, path, step } of stepsOf(nodesOf(workflow))) {
    if (occurs === "perhaps") continue
    const unknown = step.model?.models.find((model) => !models.includes(model))
    if (unknown !== undefined) return yield* engineError(path, new UnknownModel({ model: unknown, models }))
  }
})

/** Ends what waits for decisions, if anything does. */
export const endUndecided = (runtime: Runtime): void => {
  const [first, ...others] = runtime.tally.undecided
  if (first === undefined) return
  end(runtime, { _tag: "Suspended", path: first, reason: new Undecided({ gates: [first, ...others] }) })
}

const recordEnd = (runtime: Runtime, workflow: UntypedWorkflow, exit: Exit.Exit<unknown, unknown>) => {
  const isCancelled = Exit.hasInterrupts(exit)
  endUndecided(runtime)
  // without a fault an engine fails by a defect only
  if (Exit.isFailure(exit) && !isCancelled) end(runtime, { _tag: "Failed", path: "", reason: Cause.squash(exit.cause) })
  const ending = isCancelled ? undefined : runtime.ending
  const status = isCancelled ? "CANCELLED" : statusOf(ending)
  return faultless(
    runtime,
    runtime.append({
      _tag: "RunEnded",
      status,
      orphaned: orphans(runtime, workflow, status === "COMPLETED"),
      ...(ending !== undefined && { error: { path: ending.path, ...describeError(ending.reason) } }),
      at: runtime.now()
    })
  )
}

const statusOf = (ending: Ending | undefined) => {
  if (ending === undefined) return "COMPLETED"
  return ending._tag === "Suspended" ? "SUSPENDED" : "FAILED"
}

/** Recorded paths that the definition does not have; after a complete run, those that it did not come by. */
const orphans = ({ state, tally }: Runtime, workflow: UntypedWorkflow, complete: boolean): ReadonlyArray<string> => {
  const paths = Object.keys(state.records)
  if (complete) {
    const visited = new Set([...tally.reused, ...tally.ran, ...tally.cached])
    const isSkipped = (path: string) => tally.skipped.some((way) => StepPath.isIn(path, way))
    return paths.filter((path) => !visited.has(path) && !isSkipped(path)).toSorted()
  }
  const placeOf = finder(stepsOf(nodesOf(workflow)).map(({ path }) => path))
  return paths.filter((path) => placeOf(path) === undefined).toSorted()
}
