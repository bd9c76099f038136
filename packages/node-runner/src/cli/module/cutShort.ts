import { relative } from "node:path"
import process from "node:process"
import * as Predicate from "effect/Predicate"
import { describeError } from "@stepwright/core/WorkflowError"
import * as answer from "../value/answer.ts"
import type { Diagnostic } from "../base/cliError.ts"
import { exitStatus } from "../base/exitStatus.ts"
import { oneLine } from "../base/format.ts"
import type { Interrupted } from "../base/interrupt.ts"
import * as output from "../base/output.ts"
import { showCursor } from "../base/terminal.ts"
import { placeOf } from "./placeOf.ts"

export interface Manner {
  readonly isDebug: boolean
  /** Whether what comes of it is for a program, and whether that is told in lines. */
  readonly isJson: boolean
  readonly isLines: boolean
}

/**
 * From now on a process that ends before its command does says so, with status 1: code of users may call `process.exit`,
 * or fail where nothing waits for it. Gives back what to call once the command has ended.
 */
export const watch = (name: string, { isDebug, isJson, isLines }: Manner, { work }: Interrupted): (() => void) => {
  let hasEnded = false
  let failure: { readonly error: unknown } | undefined
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      // a module that listens itself has its own way with it
      if (process.listenerCount(event) > 1) return
      failure ??= { error }
      process.exit(exitStatus.failed)
    })
  }
  process.on("exit", () => {
    if (hasEnded && failure === undefined) return
    process.exitCode = exitStatus.failed
    // who called `process.exit` is still on the stack
    const error = failure === undefined ? new Error("process.exit()") : failure.error
    const place = placeOf(error, "")
    const code = place === undefined ? "code" : `code at ${relative(".", place.file)}:${place.line}:${place.column}`
    const problem =
      failure === undefined
        ? `${code} ended the process by process.exit()`
        : `${code} failed where nothing waits for it: ${oneLine(describeError(error).message)}`
    const { goOn, run } = work
    const fix = goOn === undefined ? "mend that code" : `mend that code, and go on with: ${goOn}`
    const message = hasEnded ? problem : `${problem}; ${fix}`
    const stack = isDebug && Predicate.isError(error) ? `\n${error.stack}` : ""
    const { isTerminal, write } = output.stderr()
    write(`${isTerminal ? showCursor : ""}${name}: ${message}${stack}\n`)
    if (!isJson || hasEnded) return
    const found: Diagnostic = { severity: "error", code: "Failed", message, target: null, fix: goOn ?? fix }
    const document = { ...(run !== undefined && { run, status: "STOPPED" }), error: found }
    output.stdout().write(`${answer.text(document, isLines)}\n`)
  })
  return () => void (hasEnded = true)
}
