import { Buffer } from "node:buffer"
import { fdatasync, writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { PlatformError, systemError } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"
import * as Semaphore from "effect/Semaphore"

/** Adds to the end of a file that nobody else writes to. */
export interface Appender {
  /** Once it succeeds, the text is in the file: a killed process loses nothing of it. */
  readonly write: (text: string) => Effect.Effect<void, PlatformError>
  /** Once it succeeds, all that was written before is on the disk. Those that wait at a time share one flush. */
  readonly flush: Effect.Effect<void, PlatformError>
}

/** Opens a file for appending, and makes it where it is not there. */
export const open = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const file = direct(yield* fs.open(path, { flag: "a" }))
  const [writing, flushing] = [Semaphore.makeUnsafe(1), Semaphore.makeUnsafe(1)]
  let written = 0
  let flushed = 0
  let broken: PlatformError | undefined
  const unlessBroken = (work: Effect.Effect<void, PlatformError>) =>
    Effect.suspend(() => (broken === undefined ? work : Effect.fail(broken))).pipe(
      // what came of it is not known, so nothing may follow
      Effect.tapError((error) => Effect.sync(() => void (broken = error))),
      Effect.uninterruptible
    )
  return {
    write: (text) =>
      writing.withPermits(1)(
        unlessBroken(
          Effect.andThen(
            Effect.suspend(() => file.writeAll(Buffer.from(text))),
            Effect.sync(() => void written++)
          )
        )
      ),
    flush: Effect.suspend(() => {
      const asked = written
      const sync = Effect.suspend(() => {
        if (flushed >= asked) return Effect.void
        const at = written
        return Effect.andThen(
          file.sync,
          Effect.sync(() => void (flushed = at))
        )
      })
      return flushing.withPermits(1)(unlessBroken(sync))
    })
  } satisfies Appender
})

type Appended = Pick<FileSystem.File, "writeAll" | "sync">

/**
 * The same file without the way to another thread and back for each write, where it is one of Node's: what the system
 * takes into its memory takes it less than that way. A flush takes long, and goes that way.
 */
const direct = (file: FileSystem.File): Appended => {
  if (!Predicate.hasProperty(file, "fd") || typeof file.fd !== "number") return file
  const { fd } = file
  return {
    writeAll: (bytes) =>
      Effect.try({
        try: () => {
          for (let from = 0; from < bytes.length;) from += writeSync(fd, bytes, from)
        },
        catch: failed("writeAll")
      }),
    sync: Effect.callback((resume) => {
      fdatasync(fd, (error) => resume(error === null ? Effect.void : Effect.fail(failed("sync")(error))))
    })
  }
}

const failed = (method: string) => (cause: unknown) =>
  systemError({ _tag: "Unknown", module: "FileSystem", method, cause })
