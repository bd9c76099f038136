import { constants } from "node:os"
import process from "node:process"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import { exitStatus } from "./exitStatus.ts"
import { isHangupIgnored, signals } from "./interrupt.ts"
import * as output from "./output.ts"
import { showCursor } from "./terminal.ts"

/** One key press may arrive twice: from the terminal, and from a parent such as npm that passes it on. **Units** ms */
const echo = 50

const ignore = () => {}

export interface Options {
  /** Called where it takes a while to cancel. */
  readonly onSlow: () => void
  /** Called when the program has ended and all that it wrote has gone out, or a signal ends the process at once. */
  readonly onEnd: () => void
  readonly statusOf: (exit: Exit.Exit<unknown, unknown>) => number
}

/**
 * Runs the program of this process. The first signal cancels it in an orderly way, a second one ends the process,
 * whatever it is at.
 */
export const runMain = <A, E>(program: Effect.Effect<A, E>, { onEnd, onSlow, statusOf }: Options): void => {
  const run = Runtime.makeRunMain(({ fiber, teardown }) => {
    let first: { readonly signal: (typeof signals)[number]; readonly at: number } | undefined
    let slow: Fiber.Fiber<void> | undefined
    const onSignal = (signal: (typeof signals)[number]) => {
      const at = performance.now()
      if (first === undefined) {
        first = { signal, at }
        slow = Effect.runFork(Effect.delay(Effect.sync(onSlow), "1 second"))
        return fiber.interruptUnsafe(fiber.id)
      }
      if (signal === first.signal && at - first.at < echo) return
      const { isTerminal, write } = output.stderr()
      if (isTerminal) write(showCursor)
      onEnd()
      process.exit(128 + constants.signals[signal])
    }
    const isIgnored = isHangupIgnored()
    const handlerOf = (signal: (typeof signals)[number]) => (isIgnored && signal === "SIGHUP" ? ignore : onSignal)
    for (const signal of signals) process.on(signal, handlerOf(signal))
    fiber.addObserver((exit) => {
      slow?.interruptUnsafe()
      teardown(exit, (status) =>
        output.flushed((isWhole) => {
          onEnd()
          const own = status === exitStatus.interrupted && first ? 128 + constants.signals[first.signal] : status
          const code = own === exitStatus.done && !isWhole ? exitStatus.failed : own
          if (first !== undefined || code !== exitStatus.done) process.exit(code)
          for (const signal of signals) process.off(signal, handlerOf(signal))
        })
      )
    })
  })
  run(program, { disableErrorReporting: true, teardown: (exit, onExit) => onExit(statusOf(exit)) })
}
