import { Effect } from "effect"
import { Engine, type Workflow, type WorkflowState } from "@stepwright/core"

type AnyState = WorkflowState.WorkflowState

/** `Engine.run`, for its state alone. */
export const runState = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>, state: AnyState) =>
  Effect.map(Engine.run(workflow, state), ({ state }) => state)

/** `Engine.step`, for its state alone. */
export const stepState = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  state: AnyState,
  path: string,
  options?: { readonly force?: boolean }
) => Effect.map(Engine.step(workflow, state, path, options), ({ state }) => state)
