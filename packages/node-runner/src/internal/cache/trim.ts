import { lstatSync, rmdirSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { attempt } from "../../cli/start/attempt.ts"
import { isPartOf } from "../disk/parts.ts"
import * as claim from "../journal/claim.ts"
import { isClaim, isEntry, isShard } from "./entryFile.ts"
import * as place from "./place.ts"

/** What has not been finished for so long will never be. **Units** milliseconds. */
const finished = 3_600_000

/** How much of its limit a cache has left after a trim, so that the next is not due at once. */
const left = 0.9

/** How full a cache is. **Units** bytes */
export interface Size {
  readonly entries: number
  readonly bytes: number
}

/** What there is of a cache, and what was, or would be, removed of it. */
export interface Trimmed {
  readonly before: Size
  readonly removed: Size
  /** What killed processes left: parts of files, and claims. */
  readonly leftovers: ReadonlyArray<string>
}

interface Found {
  readonly path: string
  readonly size: number
  /** When it was last used. */
  readonly used: number
}

const sizeOf = (files: ReadonlyArray<Found>): Size => ({
  entries: files.length,
  bytes: files.reduce((sum, { size }) => sum + size, 0)
})

const list = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  return (yield* place.isFolder(folder)) ? yield* fs.readDirectory(folder) : []
})

/** What is at a path itself; nothing where it has gone meanwhile. */
const look = (path: string, kind: "file" | "folder"): Found | undefined => {
  const found = attempt(() => lstatSync(path))
  const isIt = kind === "file" ? found?.isFile() : found?.isDirectory()
  return found && isIt ? { path, size: found.size, used: found.mtimeMs } : undefined
}

/** A claim that nobody holds, by the files that it is made of; one that has others as well is no claim. */
const endedClaim = Effect.fnUntraced(function* (path: string) {
  const names = yield* list(path)
  const files = names.flatMap((name) => (claim.isFile(name) ? (look(`${path}/${name}`, "file")?.path ?? []) : []))
  if (files.length < names.length || (yield* claim.holder(path)) !== undefined) return undefined
  return files
})

/**
 * Removes from a cache that is larger than its limit what was not used for longest, until it is smaller by a tenth, and
 * what killed processes left. With `dryRun` it is only told. Nothing goes that a cache does not make itself.
 */
export const trim = Effect.fnUntraced(function* (directory: string, limit: number, { dryRun = false } = {}) {
  const fs = yield* FileSystem.FileSystem
  const now = yield* Clock.currentTimeMillis
  const entries: Array<Found> = []
  const parts: Array<string> = []
  const ended: Array<{ readonly path: string; readonly files: ReadonlyArray<string> }> = []
  const names = (yield* place.isThere(directory)) ? yield* fs.readDirectory(directory) : []
  for (const shard of names.filter(isShard)) {
    for (const name of yield* list(`${directory}/${shard}`)) {
      if (!isEntry(name) && !isPartOf(name, isEntry)) continue
      const found = look(`${directory}/${shard}/${name}`, "file")
      if (found === undefined) continue
      if (isEntry(name)) entries.push(found)
      else if (now - found.used > finished) parts.push(found.path)
    }
  }
  for (const name of (yield* list(`${directory}/${place.claims}`)).filter(isClaim)) {
    const found = look(`${directory}/${place.claims}/${name}`, "folder")
    if (found === undefined || now - found.used <= finished) continue
    const files = yield* endedClaim(found.path)
    if (files !== undefined) ended.push({ path: found.path, files })
  }
  const before = sizeOf(entries)
  const removed: Array<Found> = []
  let { bytes } = before
  if (bytes > limit) {
    for (const entry of entries.toSorted((a, b) => a.used - b.used)) {
      if (bytes <= limit * left) break
      removed.push(entry)
      bytes -= entry.size
    }
  }
  if (!dryRun) {
    const files = [...removed.map(({ path }) => path), ...parts, ...ended.flatMap(({ files }) => files)]
    yield* Effect.forEach(files, (path) => fs.remove(path, { force: true }), { discard: true })
    // somebody may have come into it meanwhile
    for (const { path } of ended) attempt(() => rmdirSync(path))
  }
  return { before, removed: sizeOf(removed), leftovers: [...parts, ...ended.map(({ path }) => path)] } satisfies Trimmed
})
