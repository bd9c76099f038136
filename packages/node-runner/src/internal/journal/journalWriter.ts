import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Semaphore from "effect/Semaphore"
import * as Scope from "effect/Scope"
import { JournalError } from "@stepwright/core/Journal"
import { isDurable, type WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import * as appender from "./appender.ts"
import * as claim from "./claim.ts"
import * as folders from "../disk/folders.ts"
import * as inbox from "./inbox.ts"
import * as journalFile from "./journalFile.ts"
import { writeWhole } from "../disk/writeWhole.ts"

/** Writes to one run, which this process holds. */
export interface JournalWriter {
  readonly events: () => number
  /** Once it succeeds, the event is in the file, and one that is durable on the disk, with all before it. */
  readonly append: (event: WorkflowEvent) => Effect.Effect<void, JournalError | PlatformError>
  /** Keeps a text, which is written before the next event. */
  readonly putText: (hash: string, text: string) => void
  /** A text that is kept, and not written yet. */
  readonly keptText: (hash: string) => string | undefined
}

/** Claims the run in a folder. `read` gives what a file holds. Nothing else is changed before something is added. */
export const open = Effect.fnUntraced(function* (
  run: string,
  folder: string,
  read: (file: string) => Effect.Effect<journalFile.Checked, JournalError | PlatformError>
): Effect.fn.Return<JournalWriter, JournalError | PlatformError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const scope = yield* Scope.Scope
  yield* folders.make(folder, folders.privateFolder)
  const held = yield* claim.acquire(run, folder)
  // a process that was killed may have left names that are not on the disk yet
  const above = dirname(folder)
  yield* Effect.forEach([dirname(above), above, folder], folders.flush, { discard: true })
  yield* inbox.clear(folder)
  const file = `${folder}/${journalFile.name}`
  const found = yield* read(file)
  const lock = Semaphore.makeUnsafe(1)
  const hashes = new Set(journalFile.hashes(found))
  const kept = new Map<string, string>()
  let events = found.events.length
  let lines = found.format < journalFile.format ? found.lines + 1 : found.lines
  let opened: appender.Appender | undefined

  /** What was never whole goes, and the format becomes that of this version. */
  const prepare = Effect.gen(function* () {
    const isWhole = found.format === journalFile.format && found.length === found.bytes.length
    const torn = journalFile.tornOf(file, found)
    if (torn !== undefined) yield* Effect.logWarning(torn)
    // who held it may have the file open still: what comes from there goes into one that nobody reads
    if (!isWhole || held.isTakenOver) yield* writeWhole(file, journalFile.renewed(run, found))
    return yield* appender.open(file)
  }).pipe(Effect.provideService(Scope.Scope, scope))

  /** A run begins with its first event, or not at all. */
  const begin = (event: WorkflowEvent) =>
    Effect.andThen(
      Effect.suspend(() => writeWhole(file, next(event))),
      Effect.provideService(appender.open(file), Scope.Scope, scope)
    )

  const next = (event: WorkflowEvent): string => {
    let text = ""
    if (lines === 0) text = journalFile.line(run, lines++, journalFile.header(run))
    for (const [hash, of] of kept) text += journalFile.line(run, lines++, { hash, text: of })
    kept.clear()
    return text + journalFile.line(run, lines++, event)
  }

  const replaced = new JournalError({
    run,
    reason: "Failed",
    detail: `${file}: it was removed or replaced while this process wrote to it, and what it wrote since is lost`
  })
  /** Who takes a run over replaces its file. */
  const notInPlace = Effect.andThen(
    Effect.catchTag(held.renew, "PlatformError", () => Effect.void),
    replaced
  )
  const check = Effect.suspend(() => (held.isSure() ? Effect.void : held.renew))
  /** How many are on their way that cannot be written at once. */
  let queued = 0
  /** What is there is not known any more, so nothing may follow. */
  let broken: PlatformError | undefined
  const open = (event: WorkflowEvent) =>
    Effect.tapError(lines === 0 ? begin(event) : prepare, (error) => Effect.sync(() => void (broken = error)))
  const inTurn = (event: WorkflowEvent) =>
    Effect.suspend(() => {
      queued++
      const write = Effect.gen(function* () {
        yield* check
        if (broken !== undefined) return yield* broken
        const isBegun = lines > 0
        opened ??= yield* open(event)
        if (isBegun) yield* opened.write(next(event))
        events++
      })
      return Effect.ensuring(
        lock.withPermits(1)(write),
        Effect.sync(() => void queued--)
      )
    })
  const toDisk = (event: WorkflowEvent) =>
    Effect.suspend(() => opened?.flush ?? Effect.void).pipe(
      // what another process has begun to write meanwhile is not this one's
      Effect.andThen(event._tag === "RunEnded" ? held.renew : check),
      Effect.andThen(Effect.suspend(() => (opened?.isInPlace() === false ? notInPlace : Effect.void)))
    )

  return {
    events: () => events,
    append: (event) =>
      Effect.suspend(() => {
        const isNext = queued === 0 && held.isSure()
        if (!isNext || opened?.writeNow === undefined) {
          return isDurable(event) ? Effect.andThen(inTurn(event), toDisk(event)) : inTurn(event)
        }
        const failure = opened.writeNow(next(event))
        if (failure !== undefined) return Effect.fail(failure)
        events++
        return isDurable(event) ? toDisk(event) : Effect.void
      }).pipe(Effect.provideService(FileSystem.FileSystem, fs)),
    putText: (hash, text) => {
      if (hashes.has(hash)) return
      hashes.add(hash)
      kept.set(hash, text)
    },
    keptText: (hash) => kept.get(hash)
  }
})
