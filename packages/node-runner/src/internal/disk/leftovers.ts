import { lstatSync, readdirSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { WorkspaceError } from "@stepwright/core/Workspace"
import { attempt } from "../../cli/start/attempt.ts"
import { kindAt, readPlain } from "../../cli/start/plainFile.ts"
import { ifThere } from "./ifThere.ts"
import { isPart } from "./parts.ts"
import { isRunId } from "./runId.ts"
import { reasonOf } from "./systemError.ts"

/** What has not been finished for so long will never be. **Units** milliseconds. */
const finished = 3_600_000

/** What a folder has before its run has begun: nothing that somebody could miss. */
export const isSetUp = (name: string): boolean =>
  isPart(name) || name === "run.json" || name === "inbox" || /^claim\.\d+(?:\.ended)?$/u.test(name)
/** Whether what is in an `inbox` was asked of a run, or answered. */
const isAsked = (name: string): boolean => isPart(name) || /^[\w-]+(?:\.answer)?\.json$/u.test(name)
const isRemoved = (name: string): boolean => name.startsWith(".removed-")

/** What stands in a record of a chosen folder: whose it is. */
const asError = (path: string) => (cause: unknown) => new WorkspaceError({ path, detail: reasonOf(cause) })
const mostOfRecord = 100_000
const record = /^(\S+) .+\n$/u

/**
 * What killed processes left in a folder of runs, by `isRun` folders are told apart that hold one; beside it, what could
 * not be looked at.
 */
export const find = Effect.fnUntraced(function* (directory: string, chosen: string, isRun: (name: string) => boolean) {
  const fs = yield* FileSystem.FileSystem
  const now = yield* Clock.currentTimeMillis
  const names = (folder: string) =>
    Effect.map(ifThere(fs.readDirectory(folder)), (names) => Option.getOrElse(names, (): ReadonlyArray<string> => []))
  const isFolder = (path: string) => Effect.sync(() => attempt(() => kindAt(path)) === "folder")
  const isOld = (path: string) =>
    Effect.map(ifThere(fs.stat(path)), (found) =>
      Option.exists(
        Option.flatMap(found, ({ mtime }) => mtime),
        (time) => now - time.getTime() > finished
      )
    )
  const inRuns = Effect.fnUntraced(function* (name: string) {
    const path = `${directory}/${name}`
    if (isRemoved(name)) return [path]
    if (!isRunId(name) || !(yield* isFolder(path))) return []
    const inner = yield* names(path)
    if (!isRun(name)) {
      const isNobodys = inner.every(isSetUp) && (yield* names(`${path}/inbox`)).every(isAsked)
      return isNobodys && (yield* isOld(path)) ? [path] : []
    }
    return yield* Effect.filter(
      inner.filter(isPart).map((part) => `${path}/${part}`),
      isOld
    )
  })
  const inChosen = Effect.fnUntraced(function* (name: string) {
    const path = `${chosen}/${name}`
    if (!/^[0-9a-f]{64}$/u.test(name)) return []
    const text = yield* Effect.try({ try: () => readPlain(path, mostOfRecord)?.toString(), catch: asError(path) })
    const [, run] = record.exec(text ?? "") ?? []
    return run !== undefined && !isRun(run) && (yield* isOld(path)) ? [path] : []
  })
  const looks = [
    { folder: directory, look: inRuns },
    { folder: chosen, look: inChosen }
  ].map(({ folder, look }) =>
    Effect.flatMap(names(folder), (names) =>
      Effect.partition(names, (name) => Effect.mapError(look(name), (cause) => ({ path: `${folder}/${name}`, cause })))
    ).pipe(Effect.catch((cause) => Effect.succeed([[], [{ path: folder, cause }]] as const)))
  )
  const found = yield* Effect.all(looks)
  return [found.flatMap(([left]) => left.flat()), found.flatMap(([, unread]) => unread)] as const
})

/** How many bytes are in a file or a folder, whatever links in it lead to. */
export const sizeOf = (path: string): number => {
  const found = Result.try(() => lstatSync(path))
  if (Result.isFailure(found)) return 0
  if (!found.success.isDirectory()) return found.success.size
  const names = Result.getOrElse(
    Result.try(() => readdirSync(path)),
    (): Array<string> => []
  )
  return names.reduce((sum, name) => sum + sizeOf(`${path}/${name}`), 0)
}

/** Removes a folder under its name at once; what a kill leaves of it is a leftover. */
export const removeFolder = Effect.fnUntraced(function* (directory: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const aside = `${directory}/.removed-${name}`
  yield* fs.remove(aside, { recursive: true, force: true })
  yield* fs.rename(`${directory}/${name}`, aside)
  yield* fs.remove(aside, { recursive: true })
})
