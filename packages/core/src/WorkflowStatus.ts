import * as Schema from "effect/Schema"

/**
 * Where a run stands; the last lifecycle event decides.
 *
 * `INITIALIZED` nothing ran yet · `IN_PROGRESS` running, or killed while it ran, or changed by hand since ·
 * `SUSPENDED` waits for money or a decision · `COMPLETED` · `FAILED` a step failed · `CANCELLED` interrupted.
 * Every one of them can be resumed.
 */
export const WorkflowStatus = Schema.Literals([
  "INITIALIZED",
  "IN_PROGRESS",
  "SUSPENDED",
  "COMPLETED",
  "FAILED",
  "CANCELLED"
])
export type WorkflowStatus = typeof WorkflowStatus.Type

/** The same for who looks on: of a run that is in progress whether something is at it (`RUNNING`), or nothing (`STOPPED`). */
export const SeenStatus = Schema.Literals([
  "INITIALIZED",
  "RUNNING",
  "STOPPED",
  "SUSPENDED",
  "COMPLETED",
  "FAILED",
  "CANCELLED"
])
export type SeenStatus = typeof SeenStatus.Type

export const seen = (status: WorkflowStatus, isLive: boolean): SeenStatus =>
  isLive ? "RUNNING" : status === "IN_PROGRESS" ? "STOPPED" : status
