import type * as ServerApi from "@stepwright/node-runner/ServerApi"

/** How a step looks. */
export type Look = typeof ServerApi.Look.Type

export type RunStatus = typeof ServerApi.Status.Type

/** What is said of a step that looks so. */
export const words: Readonly<Record<Look, string>> = {
  failed: "failed",
  running: "running",
  stopped: "stopped",
  undecided: "waits for a decision",
  suspended: "waits",
  stale: "stale",
  takenOver: "failed, taken over",
  done: "done",
  waiting: "not yet",
  skipped: "not taken"
}

/** All looks; what asks most for somebody's eye comes first, and is how a group looks that has it. */
export const looks = Object.keys(words) as ReadonlyArray<Look> // there are words for each, and for nothing else

/** How many of each look. */
export type Counts = Readonly<Record<Look, number>>

export const noCounts = (): Record<Look, number> => ({
  failed: 0,
  running: 0,
  stopped: 0,
  undecided: 0,
  suspended: 0,
  stale: 0,
  takenOver: 0,
  done: 0,
  waiting: 0,
  skipped: 0
})

/** What asks for somebody's eye. */
export const urgent: ReadonlyArray<Look> = looks.slice(0, looks.indexOf("done"))

/** How a group looks: as the worst in it, done once all is. */
export const ofCounts = (counts: Counts): Look => {
  const worst = urgent.find((look) => counts[look] > 0)
  if (worst !== undefined) return worst
  if (counts.waiting > 0) return "waiting"
  return counts.done > 0 ? "done" : counts.skipped > 0 ? "skipped" : "waiting"
}

/** How a run looks. */
export const ofRun: Readonly<Record<RunStatus, Look>> = {
  RUNNING: "running",
  STOPPED: "stopped",
  INITIALIZED: "waiting",
  SUSPENDED: "suspended",
  COMPLETED: "done",
  FAILED: "failed",
  CANCELLED: "stopped"
}
