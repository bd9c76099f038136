import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Semaphore from "effect/Semaphore"

/** Adds lines to a file that nobody else writes to. */
export interface Appender {
  /** Once it succeeds the line is in the file, and with `sync` on the disk. */
  readonly append: (line: string) => Effect.Effect<void, PlatformError>
  /** How many whole lines the file has; not known after a write that failed. */
  readonly lines: () => number | undefined
}

const newline = 10

/** The whole lines of a file; a last one that was cut off by a kill does not count. None where there is no file. */
export const read = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  if (!(yield* fs.exists(path))) return []
  const text = yield* fs.readFileString(path)
  return text.split("\n").slice(0, -1)
})

/** Opens a file for appending, after cutting off a last line that is not whole. */
export const appender = Effect.fnUntraced(function* (path: string, options: { readonly sync: boolean }) {
  const fs = yield* FileSystem.FileSystem
  let lines = 0
  if (yield* fs.exists(path)) {
    const bytes = yield* fs.readFile(path)
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++
    if (bytes.length > 0 && bytes.at(-1) !== newline) yield* fs.truncate(path, bytes.lastIndexOf(newline) + 1)
  }
  const file = yield* fs.open(path, { flag: "a" })
  const permit = yield* Semaphore.make(1)
  const encoder = new TextEncoder()
  let broken: PlatformError | undefined
  let waiting: Array<{ readonly line: string; written: boolean }> = []

  /** Writes all that wait at once: those that come meanwhile share the next write. */
  const flush = Effect.suspend(() => {
    const batch = waiting
    waiting = []
    const text = batch.map(({ line }) => `${line}\n`).join("")
    return file.writeAll(encoder.encode(text)).pipe(
      Effect.andThen(options.sync ? file.sync : Effect.void),
      Effect.andThen(
        Effect.sync(() => {
          for (const entry of batch) entry.written = true
          lines += batch.length
        })
      ),
      // what was written of the batch is not known, so nothing may follow it
      Effect.tapError((error) => Effect.sync(() => void (broken = error))),
      // the batch has lines of others, who are told that theirs is written
      Effect.uninterruptible
    )
  })

  const append = (line: string) =>
    Effect.suspend(() => {
      const entry = { line, written: false }
      waiting.push(entry)
      return Semaphore.withPermits(
        permit,
        1
      )(Effect.suspend(() => (entry.written ? Effect.void : broken === undefined ? flush : Effect.fail(broken))))
    })
  return { append, lines: () => (broken === undefined ? lines : undefined) } satisfies Appender
})
