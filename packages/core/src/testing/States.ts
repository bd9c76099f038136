import * as Effect from "effect/Effect"
import * as Engine from "../Engine.ts"
import type { UntypedWorkflow } from "../internal/definition/nodes.ts"
import { workflowOf } from "../internal/definition/ofState.ts"
import { Journal, makeMemory } from "../Journal.ts"
import type { Workflow } from "../Workflow.ts"
import { engineError, UnknownPath, type WorkflowError } from "../WorkflowError.ts"
import { apply, draft, type WorkflowEvent } from "../WorkflowEvent.ts"
import type { WorkflowState } from "../WorkflowState.ts"
import { stepPaths, strange } from "./internal/places.ts"

/**
 * The state of a run of a workflow after these events, the first of which it makes itself. The run is called `run`, and no
 * journal knows it. **Fails with** `InvalidInput`; `UnknownPath`, for an event at a path that no step has.
 *
 * ```ts
 * const failed = States.after(article, { topic: "rain" }, [
 *   Fixtures.event("StepStarted", { path: "outline" }),
 *   Fixtures.event("StepFailed", { path: "outline" })
 * ])
 * ```
 */
export const after = <In, Out, E, R>(
  workflow: Workflow<In, Out, E, R>,
  input: In,
  events: Iterable<WorkflowEvent> = []
): Effect.Effect<WorkflowState, WorkflowError> =>
  Effect.gen(function* () {
    // each time that it is run it is the first of its name
    const journal = makeMemory()
    const initial = yield* Effect.provideService(Engine.initialize(workflow, input, { run: "run" }), Journal, journal)
    const state = draft(initial)
    // every workflow is one whose types can be forgotten
    const untyped = workflow as unknown as UntypedWorkflow
    const isStrange = strange(stepPaths(untyped))
    for (const event of events) {
      for (const path of pathsOf(event)) {
        const detail = isStrange(path)
        if (detail !== undefined)
          return yield* engineError(path, new UnknownPath({ detail: `${event._tag}: ${detail}` }))
      }
      apply(state, event)
    }
    workflowOf.set(state, untyped)
    return state
  })

/** The paths of the steps that an event is of. */
const pathsOf = (event: WorkflowEvent): ReadonlyArray<string> => [
  ...("path" in event ? [event.path] : []),
  ...("from" in event ? [event.from] : []),
  ...("to" in event ? [event.to] : [])
]
