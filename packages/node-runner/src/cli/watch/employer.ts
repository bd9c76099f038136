import { resolve, sep } from "node:path"
import process from "node:process"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Service as Seen } from "../../internal/files/seen.ts"
import { Go, type Message, variable } from "./messages.ts"
import { record } from "./record.ts"

/** The watch that a process works for. */
export interface Service {
  /** The id of its run, or what a person calls it. */
  readonly run: string
  readonly seen: Seen
  /** Says of a folder that what it holds is no work of a person's. */
  readonly hide: (folder: string) => void
  /** The files that were read so far. **Shape** full paths */
  readonly files: () => ReadonlyArray<string>
  readonly tell: (message: Message) => Effect.Effect<void>
  /** Comes back once the watch wants the run to go on. */
  readonly go: Effect.Effect<Go>
}

/** Whoever calls a command works for none. */
export const Employer = Context.Reference<Service | undefined>("@stepwright/node-runner/Employer", {
  defaultValue: () => undefined
})

/** That of this process, if it has one; it ends as on a signal when that is gone. */
export const employer = (): Service | undefined => {
  const { [variable]: run } = process.env
  delete process.env[variable]
  if (run === undefined || process.send === undefined) return undefined
  record.isLoading = false
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"))
  const hidden = new Set<string>()
  // a program keeps its process by itself
  process.channel?.unref()
  return {
    run,
    seen: {
      add: (file) => void record.files.add(resolve(file)),
      around: (load) =>
        Effect.acquireUseRelease(
          Effect.sync(() => void (record.isLoading = true)),
          () => load,
          () => Effect.sync(() => void (record.isLoading = false))
        )
    },
    hide: (folder) => void hidden.add(resolve(folder) + sep),
    files: () => [...record.files].filter((file) => ![...hidden].some((folder) => file.startsWith(folder))),
    tell: (message) =>
      Effect.callback((resume) => {
        // it is gone: this process will be, too
        process.send!(message, undefined, undefined, () => resume(Effect.void))
      }),
    go: Effect.callback<Go>((resume) => {
      const listen = (message: unknown) => {
        if (!isGo(message)) return
        process.off("message", listen)
        resume(Effect.succeed(message))
      }
      process.on("message", listen)
      process.channel?.unref()
      return Effect.sync(() => void process.off("message", listen))
    })
  }
}

const isGo = Schema.is(Go)
