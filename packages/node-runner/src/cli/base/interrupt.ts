import * as Context from "effect/Context"
import type { WorkflowStatus } from "@stepwright/core/WorkflowStatus"

/** The signals that cancel what a command is at. */
export const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** The run that a command works on, what goes on with it, and how it ended once that is known. */
export interface Work {
  run?: string
  goOn?: string
  status?: WorkflowStatus
}

/** What to say after Ctrl-C, which who runs a run sets, and what to do. `print` shows a line between what is drawn. */
export interface Interrupted {
  message: string
  fix?: string
  readonly work: Work
  print: (line: string) => void
}

export const Interrupt = Context.Reference<Interrupted>("@stepwright/node-runner/Interrupt", {
  defaultValue: () => ({ message: "interrupted", work: {}, print: () => {} })
})
