// The engine's way through a run. In: a workflow and a state. Out: a runtime with its new state and its ending, and the
// output. `Engine.run` calls it; it opens the run (begin), walks it (walk) with a visitor that runs steps (visitors), and
// records its end.

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { LlmClient } from "../../LlmClient.ts"
import { describeError, engineError, Undecided, UnknownModel, type WorkflowError } from "../../WorkflowError.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "../definition/nodes.ts"
import { finder } from "../definition/places.ts"
import { definitionHash, enterJournal, open } from "./begin.ts"
import { faultless } from "./fault.ts"
import * as find from "./find.ts"
import { end, type Ending, type Listener, type Runtime } from "./runtime.ts"
import { runAll } from "./visitors.ts"
import { root } from "../walk/place.ts"
import { type Visitor, walk } from "../walk/walk.ts"

/** Walks a whole workflow. What stops it is in the runtime; the engine's own fault is the error. */
export const visit = (
  runtime: Runtime,
  visitor: Visitor,
  workflow: UntypedWorkflow,
  input: unknown
): Effect.Effect<unknown, WorkflowError, unknown> =>
  faultless(runtime, walk(visitor, nodesOf(workflow), root, { value: input }))

/** Runs a workflow from a state to its end, whatever that is: the runtime's ending, or else the output. */
export const drive = Effect.fnUntraced(function* (
  workflow: UntypedWorkflow,
  state: WorkflowState,
  listener?: Listener
): Effect.fn.Return<{ readonly runtime: Runtime; readonly output: unknown }, WorkflowError, unknown> {
  const { configured, input, runtime } = yield* open(workflow, state, listener)
  const definition = yield* definitionHash(configured)
  yield* checkModels(configured)
  yield* enterJournal(runtime, state)
  const output = yield* faultless(
    runtime,
    runtime.append({ _tag: "RunStarted", version: workflow.version, definition, at: runtime.now() })
  ).pipe(
    Effect.andThen(visit(runtime, runAll(runtime, find.make(runtime, configured, input)), configured, input)),
    Effect.onExit((exit) => (runtime.ending?._tag === "Faulted" ? Effect.void : recordEnd(runtime, configured, exit)))
  )
  return { runtime, output }
})

/** What can never be answered is told before anything runs. */
const checkModels = Effect.fnUntraced(function* (workflow: UntypedWorkflow): Effect.fn.Return<void, WorkflowError> {
  const client = yield* Effect.serviceOption(LlmClient)
  const models = Option.isSome(client) ? client.value.models : undefined
  if (models === undefined) return
  for (const { path, step } of stepsOf(nodesOf(workflow))) {
    const unknown = step.model?.models.find((model) => !models.includes(model))
    if (unknown !== undefined) return yield* engineError(path, new UnknownModel({ model: unknown, models }))
  }
})

const recordEnd = (runtime: Runtime, workflow: UntypedWorkflow, exit: Exit.Exit<unknown, unknown>) => {
  const isCancelled = Exit.hasInterrupts(exit)
  const [first, ...others] = runtime.tally.undecided
  if (first !== undefined)
    end(runtime, { _tag: "Suspended", path: first, reason: new Undecided({ gates: [first, ...others] }) })
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
  const paths = Object.keys(state.records).toSorted()
  if (complete) {
    const visited = new Set([...tally.reused, ...tally.ran])
    const isSkipped = (path: string) => tally.skipped.some((way) => path === way || path.startsWith(`${way}/`))
    return paths.filter((path) => !visited.has(path) && !isSkipped(path))
  }
  const placeOf = finder(stepsOf(nodesOf(workflow)).map(({ path }) => path))
  return paths.filter((path) => placeOf(path) === undefined)
}
