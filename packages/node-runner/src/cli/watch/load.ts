import { spawn } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type { Inbox } from "./inbox.ts"
import { type Go, Message, variable } from "./messages.ts"

export interface Options {
  readonly run: string
  /** Whether it has the terminal once it runs; without one it reads nothing, and standard output is the watch's own. */
  readonly hasTerminal: boolean
}

/** A process that loads what a workflow is made of, and says what would run. */
export interface Load {
  readonly number: number
  /** Lets it run. */
  readonly go: (go: Go) => void
  readonly signal: (signal: NodeJS.Signals) => void
}

const recorder = new URL(`recorder.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url)

let last = 0

/**
 * Starts this command line once more, as a process that works for a watch. What it tells comes into the inbox. It is gone
 * when its scope is closed: at once where it has not begun to run, else as on a signal.
 */
export const start = ({ hasTerminal, run }: Options, inbox: Inbox) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const number = ++last
      const hooks = ["--import", fileURLToPath(recorder)]
      const child = spawn(process.execPath, [...process.execArgv, ...hooks, ...process.argv.slice(1)], {
        stdio: hasTerminal ? ["inherit", "inherit", "inherit", "ipc"] : ["ignore", 2, 2, "ipc"],
        env: { ...process.env, [variable]: run }
      })
      let isRunning = false
      const end = (how: string) => Queue.offerUnsafe(inbox, { _tag: "Ended", by: number, how })
      child.on("message", (told) => {
        // a module may send messages of its own
        const message = Option.getOrUndefined(decode(told))
        if (message !== undefined) Queue.offerUnsafe(inbox, { _tag: "Told", by: number, message })
      })
      // once all that it told is here
      child.on("close", (status, signal) => end(signal === null ? `status ${status}` : signal))
      child.on("error", (error) => end(error.message))
      const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null
      return {
        number,
        go: (go: Go) => {
          isRunning = true
          child.send(go, () => {})
        },
        signal: (signal: NodeJS.Signals) => void child.kill(signal),
        close: Effect.callback<void>((resume) => {
          if (hasEnded()) return resume(Effect.void)
          child.on("close", () => resume(Effect.void))
          child.kill(isRunning ? "SIGTERM" : "SIGKILL")
        })
      }
    }),
    ({ close }) => close
  )

const decode = Schema.decodeUnknownOption(Message)
