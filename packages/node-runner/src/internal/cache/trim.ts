import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { ifThere } from "../disk/ifThere.ts"
import { isPart } from "../disk/parts.ts"
import * as claim from "../journal/claim.ts"
import { isShard } from "./entryFile.ts"

/** What has not been finished for so long will never be. **Units** milliseconds. */
const finished = 3_600_000

/** How much of its limit a cache has left after a trim, so that the next is not due at once. */
const left = 0.9

/** Where claims are, beside the entries. */
export const claims = "claims"

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
  return Option.getOrElse(yield* ifThere(fs.readDirectory(folder)), (): ReadonlyArray<string> => [])
})

const look = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const found = yield* ifThere(fs.stat(path))
  return Option.map(found, ({ mtime, size, type }) => ({
    path,
    type,
    size: Number(size),
    used: Option.match(mtime, { onNone: () => 0, onSome: (time) => time.getTime() })
  }))
})

/**
 * Removes from a cache that is larger than its limit what was not used for longest, until it is smaller by a tenth, and
 * what killed processes left. With `dryRun` it is only told.
 */
export const trim = Effect.fnUntraced(function* (directory: string, limit: number, { dryRun = false } = {}) {
  const fs = yield* FileSystem.FileSystem
  const now = yield* Clock.currentTimeMillis
  const entries: Array<Found> = []
  const leftovers: Array<string> = []
  for (const shard of (yield* list(directory)).filter(isShard)) {
    for (const name of yield* list(`${directory}/${shard}`)) {
      const found = Option.getOrUndefined(yield* look(`${directory}/${shard}/${name}`))
      if (found === undefined) continue
      if (!isPart(name)) entries.push(found)
      else if (now - found.used > finished) leftovers.push(found.path)
    }
  }
  for (const name of yield* list(`${directory}/${claims}`)) {
    const path = `${directory}/${claims}/${name}`
    const found = Option.getOrUndefined(yield* look(path))
    if (found === undefined || now - found.used <= finished) continue
    if ((yield* claim.holder(path)) === undefined) leftovers.push(path)
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
    for (const path of [...removed.map(({ path }) => path), ...leftovers]) {
      yield* fs.remove(path, { recursive: true, force: true })
    }
  }
  return { before, removed: sizeOf(removed), leftovers } satisfies Trimmed
})
