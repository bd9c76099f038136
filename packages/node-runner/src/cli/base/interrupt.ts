import * as Context from "effect/Context"

/** The signals that cancel what a command is at. */
export const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** What to say after Ctrl-C, which who runs a run sets, and what to do. `print` shows a line between what is drawn. */
export interface Interrupted {
  message: string
  fix?: string
  print: (line: string) => void
}

export const Interrupt = Context.Reference<Interrupted>("@stepwright/node-runner/Interrupt", {
  defaultValue: () => ({ message: "interrupted", print: () => {} })
})
