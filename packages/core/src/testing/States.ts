import * as Effect from "effect/Effect"
import * as Engine from "../Engine.ts"
import { Journal, makeMemory } from "../Journal.ts"
import type { Workflow } from "../Workflow.ts"
import type { WorkflowError } from "../WorkflowError.ts"
import { apply, draft, type WorkflowEvent } from "../WorkflowEvent.ts"
import type { WorkflowState } from "../WorkflowState.ts"

/**
 * The state of a run of a workflow after these events, the first of which it makes itself. The run is called `run`, and no
 * journal knows it. **Fails with** `InvalidInput`.
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
  Effect.suspend(() =>
    Engine.initialize(workflow, input, { run: "run" }).pipe(
      // each time that it is run it is the first of its name
      Effect.provideService(Journal, makeMemory()),
      Effect.map((initial) => {
        const state = draft(initial)
        for (const event of events) apply(state, event)
        return state
      })
    )
  )
