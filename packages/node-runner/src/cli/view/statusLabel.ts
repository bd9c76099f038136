import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { seen, type SeenStatus } from "@stepwright/core/WorkflowStatus"

/** A run's status for a person: one that is in progress without a process was killed, or waits for `resume`. */
export const statusLabel = ({ status }: Pick<WorkflowState, "status">, isLive: boolean): SeenStatus =>
  seen(status, isLive)
