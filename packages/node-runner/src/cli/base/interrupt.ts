import { readFileSync, readlinkSync } from "node:fs"
import { env, ppid } from "node:process"
import * as Context from "effect/Context"
import * as Result from "effect/Result"
import type { WorkflowStatus } from "@stepwright/core/WorkflowStatus"

/** The signals that cancel what a command is at. */
export const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

const read = (file: string): string =>
  Result.getOrElse(
    Result.try(() => readFileSync(file, "utf8")),
    () => ""
  )

/** Octal, in the words of Linux: how a file was opened. */
const flagsOf = (descriptor: number): number =>
  Number.parseInt(/^flags:\s*(\d+)/m.exec(read(`/proc/self/fdinfo/${descriptor}`))?.[1] ?? "0", 8)

const writeOnly = 1

/**
 * Whether this process was started to outlast its terminal. Node forgets at its start that a signal is to be ignored, so
 * this goes by what shells say they started (`_`), by what `nohup` does to the standard input of a terminal, and by what
 * the shell ignores.
 */
export const isHangupIgnored = (): boolean => {
  if (env["_"]?.endsWith("/nohup") === true) return true
  const input = Result.getOrElse(
    Result.try(() => readlinkSync("/proc/self/fd/0")),
    () => ""
  )
  if (input === "/dev/null" && (flagsOf(0) & 3) === writeOnly) return true
  const ignored = /^SigIgn:\s*([\da-f]+)/m.exec(read(`/proc/${ppid}/status`))?.[1] ?? "0"
  return (Number.parseInt(ignored.slice(-2), 16) & 1) === 1
}

/** The run that a command works on, what goes on with it, and how it ended once that is known. */
export interface Work {
  run?: string
  goOn?: string
  status?: WorkflowStatus
}

/**
 * What to say after Ctrl-C, which who runs a run sets, and what to do; `isQuiet`: nothing. `print` shows a line between
 * what is drawn.
 */
export interface Interrupted {
  message: string
  fix?: string
  isQuiet?: boolean
  /** Whether a signal is how the command is to end, as of a worker: with status 0, and no word. */
  isEnd?: boolean
  readonly work: Work
  print: (line: string) => void
}

export const Interrupt = Context.Reference<Interrupted>("@stepwright/node-runner/Interrupt", {
  defaultValue: () => ({ message: "interrupted", work: {}, print: () => {} })
})
