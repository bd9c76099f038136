import type { WorkflowState } from "../../WorkflowState.ts"
import type { UntypedWorkflow } from "./nodes.ts"

/** The workflows of states that an engine of this process made, for who asks which paths there are. */
export const workflowOf = new WeakMap<WorkflowState, UntypedWorkflow>()
