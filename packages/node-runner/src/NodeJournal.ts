import { Buffer } from "node:buffer"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as ScopedCache from "effect/ScopedCache"
import * as Stream from "effect/Stream"
import { type Answer, Journal, JournalError, type Request, type Service } from "@stepwright/core/Journal"
import * as claim from "./internal/journal/claim.ts"
import * as glance from "./internal/journal/glance.ts"
import type { Glance } from "./internal/journal/glance.ts"
import * as inbox from "./internal/journal/inbox.ts"
import * as journalFile from "./internal/journal/journalFile.ts"
import * as journalWriter from "./internal/journal/journalWriter.ts"
import * as oldTexts from "./internal/journal/oldTexts.ts"
import * as repairing from "./internal/journal/repair.ts"
import { ifThere } from "./internal/disk/ifThere.ts"
import { removeFolder } from "./internal/disk/leftovers.ts"
import { isRunId, runIdRule } from "./internal/disk/runId.ts"
import { reasonOf } from "./internal/disk/systemError.ts"

export type { Glance } from "./internal/journal/glance.ts"
export type { Lost } from "./internal/journal/salvage.ts"
export type { Repaired } from "./internal/journal/repair.ts"

/**
 * Keeps each run in a folder of its own, in `events.jsonl`: a line for each event and for each prompt and reply, with a
 * number and a checksum, so that damage is noticed. An event that is durable is on the disk, with all before it, before
 * the run goes on. One process at a time writes to a run; any may read.
 */
export const layer = (options: { readonly directory: string }): Layer.Layer<never> =>
  Layer.effect(Journal, make(options.directory)).pipe(Layer.provide(NodeFileSystem.layer))

/** The runs in a directory, the one that was written to last first, as they look from outside. */
export const glances = (directory: string): Effect.Effect<ReadonlyArray<Glance>, JournalError> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if (!(yield* fs.exists(directory))) return []
    // one that is being removed, or a file of somebody else
    const ids = (yield* fs.readDirectory(directory)).filter(isRunId)
    const found = yield* glance.at(directory, ids)
    return found.toSorted((a, b) => b.written - a.written)
  }).pipe(Effect.mapError(failed(directory)), Effect.provide(NodeFileSystem.layer))

/** Ids of the runs in a directory, the one that was written to last first. */
export const runs = (directory: string): Effect.Effect<ReadonlyArray<string>, JournalError> =>
  Effect.map(glances(directory), (found) => found.map(({ run }) => run))

/** Which text a file has: another one has another version. */
const versionOf = ({ ino, mtime, size }: FileSystem.File.Info): string =>
  `${size} ${Option.getOrUndefined(mtime)?.getTime()} ${Option.getOrUndefined(ino)}`

/** Whether the process that wrote to a run last has given it back, so that none does until a file comes into its folder. */
export const isFree = (directory: string, run: string): Effect.Effect<boolean> =>
  claim.isEnded(`${directory}/${run}`).pipe(
    Effect.orElseSucceed(() => false),
    Effect.provide(NodeFileSystem.layer)
  )

/** The process that writes to a run now, if one does. */
export const writer = (directory: string, run: string): Effect.Effect<number | undefined> =>
  claim.holder(`${directory}/${run}`).pipe(
    Effect.map((process) => process?.pid),
    // a claim that cannot be read is told to who wants to write
    Effect.orElseSucceed(() => undefined),
    Effect.provide(NodeFileSystem.layer)
  )

/**
 * Asks the process that writes to a run, which looks several times a second. `undefined`: no process does, so that
 * whoever asks can do it. **Fails with** `Failed` where nothing can be written.
 */
export const ask = (
  directory: string,
  run: string,
  request: Request
): Effect.Effect<Answer | undefined, JournalError> =>
  inbox.ask(`${directory}/${run}`, request).pipe(
    Effect.catchTags({
      PlatformError: (error) => Effect.fail(failed(run)(error)),
      SchemaError: (error) => Effect.fail(new JournalError({ run, reason: "Failed", detail: error.message }))
    }),
    Effect.provide(NodeFileSystem.layer)
  )

/**
 * Drops the damaged lines of a run's journal, whose file is kept beside it. **Fails with** `Unreadable` where its
 * beginning is lost, `Locked`, `Newer`.
 */
export const repair = (directory: string, run: string): Effect.Effect<repairing.Repaired, JournalError> =>
  repairing.repair(run, `${directory}/${run}`).pipe(
    Effect.catchTag("PlatformError", (error) => Effect.fail(failed(run)(error))),
    Effect.provide(NodeFileSystem.layer)
  )

/** Removes a run with all that the journal has of it. **Fails with** `Locked` while a process runs it. */
export const remove = (directory: string, run: string): Effect.Effect<void, JournalError> =>
  Effect.andThen(claim.acquire(run, `${directory}/${run}`), removeFolder(directory, run)).pipe(
    Effect.scoped,
    Effect.catchTag("PlatformError", (error) => Effect.fail(failed(run)(error))),
    Effect.provide(NodeFileSystem.layer)
  )

/** The journal of a directory on any file system. */
export const make = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const onDisk =
    (run: string) =>
    <A, R>(work: Effect.Effect<A, JournalError | PlatformError, R | FileSystem.FileSystem>) =>
      work.pipe(
        Effect.provideService(FileSystem.FileSystem, fs),
        Effect.catchTag("PlatformError", (error) => Effect.fail(failed(run)(error)))
      )

  const folder = (run: string) =>
    isRunId(run)
      ? Effect.succeed(`${directory}/${run}`)
      : Effect.fail(new JournalError({ run, reason: "Failed", detail: runIdRule }))

  /** What was read last, which is as it was while the file has the size and the time that it had. */
  let last: { readonly file: string; readonly version: string; readonly checked: journalFile.Checked } | undefined

  const read = (run: string) =>
    Effect.fnUntraced(function* (file: string) {
      const found = yield* ifThere(fs.stat(file))
      const version = Option.match(found, { onNone: () => "", onSome: versionOf })
      if (last?.file === file && last.version === version) return last.checked
      if (Option.exists(found, ({ type }) => type !== "File")) {
        return yield* new JournalError({ run, reason: "Failed", detail: `${file}: it is no file` })
      }
      if (version === "") return journalFile.missing
      const bytes = yield* fs.readFile(file)
      const checked = journalFile.check(run, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      if (Result.isFailure(checked)) return yield* unreadable(run, file, checked.failure)
      last = { file, version, checked: checked.success }
      return checked.success
    })

  /** The runs that this process writes to, each opened by what writes first. A run that could not be is tried again. */
  const writing = new Map<string, journalWriter.JournalWriter>()
  const writers = yield* ScopedCache.makeWith({
    lookup: (run: string) =>
      onDisk(run)(
        Effect.gen(function* () {
          const writer = yield* journalWriter.open(run, yield* folder(run), read(run))
          writing.set(run, writer)
          yield* Effect.addFinalizer(() => Effect.sync(() => writing.delete(run)))
          return writer
        })
      ),
    capacity: Infinity,
    timeToLive: (exit) => (Exit.isSuccess(exit) ? Infinity : 0)
  })
  const writerOf = (run: string) => {
    const known = writing.get(run)
    return known === undefined ? ScopedCache.get(writers, run) : Effect.succeed(known)
  }

  const journal: Service = {
    append: (run, event) => {
      const appended = Effect.flatMap(writerOf(run), ({ append }) => onDisk(run)(append(event)))
      // who does not run it does not hold it
      return event._tag === "RunEnded" ? Effect.andThen(appended, ScopedCache.invalidate(writers, run)) : appended
    },
    load: Effect.fnUntraced(
      function* (run) {
        const path = yield* folder(run)
        const file = `${path}/${journalFile.name}`
        const found = yield* read(run)(file)
        if (found === journalFile.missing) return yield* notFound(run, `no such run below ${directory}`)
        const events = journalFile.events(run, found)
        if (Result.isFailure(events)) return yield* unreadable(run, file, events.failure)
        const torn = journalFile.tornOf(file, found)
        // the last line of one that is being written may be on its way
        if (torn !== undefined && (yield* claim.holder(path)) === undefined) yield* Effect.logWarning(torn)
        return events.success
      },
      (work, run) => onDisk(run)(work)
    ),
    size: (run) => Effect.map(writerOf(run), ({ events }) => events()),
    putText: (run, hash, text) => Effect.map(writerOf(run), ({ putText }) => putText(hash, text)),
    getText: Effect.fnUntraced(
      function* (run, hash) {
        const path = yield* folder(run)
        const text =
          writing.get(run)?.keptText(hash) ??
          journalFile.text(yield* read(run)(`${path}/${journalFile.name}`), hash) ??
          (yield* oldTexts.read(path)).get(hash)
        return text ?? (yield* notFound(run, `no text with hash ${hash}`))
      },
      (work, run) => onDisk(run)(work)
    ),
    requests: (run) => Stream.provideService(inbox.requests(`${directory}/${run}`), FileSystem.FileSystem, fs)
  }
  return journal
})

const failed = (run: string) => (error: PlatformError) => {
  const place = "pathOrDescriptor" in error.reason ? error.reason.pathOrDescriptor : undefined
  const detail = Predicate.isString(place) ? `${place}: ${reasonOf(error)}` : reasonOf(error)
  return new JournalError({ run, reason: "Failed", detail })
}

const notFound = (run: string, detail: string) => new JournalError({ run, reason: "NotFound", detail })

const unreadable = (run: string, file: string, { detail, line, reason }: journalFile.Fault) =>
  new JournalError({ run, reason, detail: `${file}:${line}: ${detail}` })
