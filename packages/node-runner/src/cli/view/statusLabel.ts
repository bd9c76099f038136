import type { WorkflowState } from "@stepwright/core/WorkflowState"
import type { WorkflowStatus } from "@stepwright/core/WorkflowStatus"

export type StatusLabel = Exclude<WorkflowStatus, "IN_PROGRESS"> | "RUNNING" | "STOPPED"

/** A run's status for a person: one that is in progress without a process was killed, or waits for `resume`. */
export const statusLabel = ({ status }: Pick<WorkflowState, "status">, isLive: boolean): StatusLabel =>
  isLive ? "RUNNING" : status === "IN_PROGRESS" ? "STOPPED" : status
