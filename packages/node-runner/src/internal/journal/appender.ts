import { Buffer } from "node:buffer"
import { fdatasync, fstatSync, statSync, writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { type PlatformError, systemError } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import { privateFile } from "../disk/writeWhole.ts"

/** Adds to the end of a file that nobody else writes to. */
export interface Appender {
  /** Once it succeeds, the text is in the file: a killed process loses nothing of it. */
  readonly write: (text: string) => Effect.Effect<void, PlatformError>
  /** The same at once, where the file is one of Node's. What is wrong, if anything is. */
  readonly writeNow: ((text: string) => PlatformError | undefined) | undefined
  /** Once it succeeds, all that was written before is on the disk. Those that wait at a time share one flush. */
  readonly flush: Effect.Effect<void, PlatformError>
  /** Whether the path still names the file, as far as can be told at once. */
  readonly isInPlace: () => boolean
}

/** Opens a file for appending, and makes it where it is not there. */
export const open = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.open(path, { flag: "a", mode: privateFile })
  const fd = Predicate.hasProperty(file, "fd") && typeof file.fd === "number" ? file.fd : undefined
  const sync = fd === undefined ? file.sync : datasync(fd)
  const [writing, flushing] = [Semaphore.makeUnsafe(1), Semaphore.makeUnsafe(1)]
  let written = 0
  let flushed = 0
  let broken: PlatformError | undefined
  // what came of a write or a flush that failed is not known, so nothing may follow
  const unlessBroken = (work: Effect.Effect<void, PlatformError>) =>
    Effect.suspend(() => (broken === undefined ? work : Effect.fail(broken))).pipe(
      Effect.tapError((error) => Effect.sync(() => void (broken = error))),
      Effect.uninterruptible
    )
  const write = (text: string) =>
    writing.withPermits(1)(
      unlessBroken(
        Effect.andThen(
          Effect.suspend(() => file.writeAll(Buffer.from(text))),
          Effect.sync(() => void written++)
        )
      )
    )
  const writeNow = (fd: number) => (text: string) => {
    if (broken !== undefined) return broken
    const done = Result.try(() => {
      const bytes = Buffer.from(text)
      for (let from = 0; from < bytes.length;) from += writeSync(fd, bytes, from)
      written++
    })
    return Result.isSuccess(done) ? undefined : (broken = failed("writeAll", done.failure))
  }
  return {
    write,
    // what the system takes into its memory takes it less than the way to another thread and back
    writeNow: fd === undefined ? undefined : writeNow(fd),
    flush: Effect.suspend(() => {
      const asked = written
      const once = Effect.suspend(() => {
        if (flushed >= asked) return Effect.void
        const at = written
        return Effect.andThen(
          sync,
          Effect.sync(() => void (flushed = at))
        )
      })
      return flushing.withPermits(1)(unlessBroken(once))
    }),
    isInPlace: fd === undefined ? () => true : inPlace(fd, path)
  } satisfies Appender
})

const inPlace = (fd: number, path: string): (() => boolean) => {
  const { dev, ino } = fstatSync(fd)
  return () => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found !== undefined && found.ino === ino && found.dev === dev
  }
}

/** A flush without what only tells when the file was changed. */
const datasync = (fd: number): Effect.Effect<void, PlatformError> =>
  Effect.callback((resume) => {
    fdatasync(fd, (error) => resume(error === null ? Effect.void : Effect.fail(failed("sync", error))))
  })

const failed = (method: string, cause: unknown) => systemError({ _tag: "Unknown", module: "FileSystem", method, cause })
