import type { WorkflowState } from "@stepwright/core/WorkflowState"

/** A run's status for a person: one that is in progress without a process was killed, or waits for `resume`. */
export const statusLabel = ({ status }: Pick<WorkflowState, "status">, isLive: boolean): string =>
  isLive ? "RUNNING" : status === "IN_PROGRESS" ? "STOPPED" : status
