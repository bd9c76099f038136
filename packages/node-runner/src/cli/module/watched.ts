import process from "node:process"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { signals } from "../base/interrupt.ts"

/** How long a module may take to load before it is spoken of. **Units** ms */
const patience = 3000

const code = `const { writeSync } = require("node:fs"); const { workerData } = require("node:worker_threads")
setTimeout(() => { try { writeSync(2, workerData) } catch {} }, ${patience})`

/**
 * Says what is being loaded once that takes long, and lets signals end the process meanwhile. A module may work without
 * a pause, when neither timers nor handlers of this thread run.
 */
export const watched =
  (file: string) =>
  <A, E, R>(load: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const handlers = signals.map((signal) => [signal, process.listeners(signal)] as const)
        for (const signal of signals) process.removeAllListeners(signal)
        const workerData = `stepwright: ${file} is still being loaded; Ctrl-C ends it\n`
        const worker = new Worker(code, { eval: true, execArgv: [], workerData })
        worker.unref()
        return { handlers, worker }
      }),
      () => load,
      ({ handlers, worker }) =>
        Effect.sync(() => {
          for (const [signal, listeners] of handlers) for (const listener of listeners) process.on(signal, listener)
          void worker.terminate()
        })
    )
