import process from "node:process"
import { emitKeypressEvents, type Key } from "node:readline"
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

/** Tells the inbox which keys are pressed: a letter, `return`, or as `ctrl-c`. */
export const make = (inbox: Inbox): Effect.Effect<Keys, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { stdin } = process
      const listen = (_: string | undefined, { ctrl, name = "", sequence = "" }: Key) => {
        const key = name === "" ? sequence : name === "enter" ? "return" : name
        Queue.offerUnsafe(inbox, { _tag: "Pressed", key: ctrl === true ? `ctrl-${key}` : key })
      }
      emitKeypressEvents(stdin)
      let isTaken = false
      let restore: (() => void) | undefined
      const drop = () => {
        restore?.()
        restore = undefined
        if (!isTaken) return
        isTaken = false
        stdin.off("keypress", listen)
        stdin.pause()
        stdin.setRawMode(false)
      }
      return {
        drop,
        take: () => {
          drop()
          isTaken = true
          stdin.on("keypress", listen)
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
