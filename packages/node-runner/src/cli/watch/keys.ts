import process from "node:process"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { signals } from "../base/interrupt.ts"
import type { Inbox } from "./inbox.ts"

/** The keys of the terminal, which another process may have meanwhile. */
export interface Keys {
  /** Has each key come at once, none shown, Ctrl-C among them. */
  readonly take: () => void
  /** Leaves the terminal as it was found. */
  readonly drop: () => void
  /** The same, and what its signals are to do until it is taken again. */
  readonly leave: (onSignal: (signal: NodeJS.Signals) => void) => void
}

/** What keys send that have names. */
const named: Readonly<Record<string, string>> = { "\r": "return", "\n": "return", "\u0004": "ctrl-d" }

/** The key that was pressed; none where it is none of a letter, or text that was pasted. */
export const keyOf = (sent: string): string | undefined => {
  if (sent.includes("\u0003")) return "ctrl-c"
  return named[sent] ?? (/^[\w?]$/u.test(sent) ? sent : undefined)
}

/** What comes that soon was pressed before the terminal was taken, when nobody could see for what. **Units** ms */
const early = 50

/** Tells the inbox which keys are pressed: a letter, `return`, or as `ctrl-c`. */
export const make = (inbox: Inbox): Effect.Effect<Keys, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { stdin } = process
      let taken = 0
      const listen = (data: unknown) => {
        const key = keyOf(String(data))
        const isEarly = performance.now() - taken < early && key !== "q" && key !== "ctrl-c"
        if (key !== undefined && !isEarly) Queue.offerUnsafe(inbox, { _tag: "Pressed", key })
      }
      let isTaken = false
      let restore: (() => void) | undefined
      const drop = () => {
        restore?.()
        restore = undefined
        if (!isTaken) return
        isTaken = false
        stdin.off("data", listen)
        stdin.pause()
        stdin.setRawMode(false)
      }
      return {
        drop,
        take: () => {
          drop()
          isTaken = true
          taken = performance.now()
          stdin.on("data", listen)
          stdin.setRawMode(true)
          stdin.resume()
        },
        leave: (onSignal: (signal: NodeJS.Signals) => void) => {
          drop()
          const before = signals.map((signal) => [signal, process.listeners(signal)] as const)
          for (const signal of signals) {
            process.removeAllListeners(signal)
            process.on(signal, onSignal)
          }
          restore = () => {
            for (const signal of signals) process.off(signal, onSignal)
            for (const [signal, listeners] of before) for (const listener of listeners) process.on(signal, listener)
          }
        }
      }
    }),
    ({ drop }) => Effect.sync(drop)
  )
