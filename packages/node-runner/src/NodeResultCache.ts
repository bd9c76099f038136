import { rmdirSync } from "node:fs"
import { dirname } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type { PlatformError } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import {
  type Entry,
  type Found,
  type Key,
  ResultCache,
  ResultCacheError,
  type Service
} from "@stepwright/core/ResultCache"
import { attempt } from "./cli/start/attempt.ts"
import { readPlain } from "./cli/start/plainFile.ts"
import * as entryFile from "./internal/cache/entryFile.ts"
import * as cachePlace from "./internal/cache/place.ts"
import * as waiting from "./internal/cache/waiting.ts"
import * as trimming from "./internal/cache/trim.ts"
import * as folders from "./internal/disk/folders.ts"
import { partOf } from "./internal/disk/parts.ts"
import { reasonOf } from "./internal/disk/systemError.ts"
import { privateFile } from "./internal/disk/writeWhole.ts"
import * as claim from "./internal/journal/claim.ts"

export type { Size, Trimmed } from "./internal/cache/trim.ts"

/** How large a cache gets, unless it is told otherwise. **Units** bytes */
export const limit = 500_000_000

export interface Options {
  readonly directory: string
  /**
   * What was not used for longest goes once all entries together are larger; for a while they may be by a tenth. 500 MB
   * unless given. **Units** bytes
   */
  readonly limit?: number
  /** Without it nobody makes an entry: what others put into the folder is not there. */
  readonly secret?: Uint8Array
}

/** The most that a file may have for an entry. **Units** bytes */
const mostOfEntry = 100_000_000

/** Other processes go by real time. */
const live = Clock.Clock.defaultValue()

/**
 * Keeps results in a folder, which runs and processes share: a file for each, with a checksum, so that damage is a miss. A
 * claim whose process is gone is free; who waits for one looks several times a second. What is not used goes first.
 */
export const layer = (options: Options): Layer.Layer<never> =>
  Layer.effect(ResultCache, make(options)).pipe(Layer.provide(NodeFileSystem.layer))

/**
 * Removes what is over a limit, and what killed processes left; with `dryRun` it only says so. **Fails with**
 * `ResultCacheError` where the folder cannot be read or changed.
 */
export const trim = (
  directory: string,
  options: { readonly limit?: number; readonly dryRun?: boolean } = {}
): Effect.Effect<trimming.Trimmed, ResultCacheError> =>
  trimming.trim(directory, options.limit ?? limit, options).pipe(
    Effect.catchTag("PlatformError", (error) => Effect.fail(failed(error))),
    Effect.provideService(Clock.Clock, live),
    Effect.provide(NodeFileSystem.layer)
  )

const make = Effect.fnUntraced(function* ({ directory, limit: most = limit, secret }: Options) {
  const fs = yield* FileSystem.FileSystem
  const scope = yield* Effect.scope
  const pause = Effect.provideService(Effect.sleep(yield* waiting.Period), Clock.Clock, live)
  const onDisk = <A, R>(work: Effect.Effect<A, ResultCacheError | PlatformError, R | FileSystem.FileSystem>) =>
    work.pipe(
      Effect.provideService(FileSystem.FileSystem, fs),
      Effect.catchTag("PlatformError", (error) => Effect.fail(failed(error)))
    )
  const placeOf = (key: Key) => `${directory}/${entryFile.fileOf(key)}`
  const claimOf = (key: Key) => `${directory}/${cachePlace.claims}/${entryFile.claimOf(key)}`

  /** That nothing else is in the place of the cache: asked once, before anything is read or written. */
  const checked = yield* Effect.cached(onDisk(cachePlace.isThere(directory)))
  const made = yield* Effect.cached(onDisk(cachePlace.make(directory)))

  const read = Effect.fnUntraced(function* (key: Key) {
    const shard = `${directory}/${entryFile.shardOf(key.question)}`
    yield* checked
    if (!(yield* cachePlace.isFolder(shard))) return undefined
    // what is no file, or too large for one, is as damage is
    const bytes = yield* Effect.sync(() => attempt(() => readPlain(placeOf(key), mostOfEntry)))
    return bytes && entryFile.read(key, bytes, secret)
  })

  /** Reads an entry, and notes that it was used: what is not goes first. */
  const get = (key: Key) =>
    Effect.tap(read(key), (entry) => {
      if (entry === undefined) return Effect.void
      const now = live.currentTimeMillisUnsafe() / 1000
      return Effect.ignore(fs.utimes(placeOf(key), now, now))
    })

  /** Bytes that were written since the folder was last looked at; all of it was before. */
  let written = Infinity
  const trimmed = Effect.suspend(() => {
    if (written < most / 10) return Effect.void
    written = 0
    // nobody waits for it, and what it cannot remove is there the next time
    const work = Effect.provideService(Effect.ignore(onDisk(trimming.trim(directory, most))), Clock.Clock, live)
    return Effect.asVoid(Effect.forkIn(work, scope))
  })

  const write = Effect.fnUntraced(function* (key: Key, entry: Entry) {
    const place = placeOf(key)
    const bytes = entryFile.print(key, entry, secret)
    yield* made
    yield* cachePlace.isFolder(dirname(place))
    yield* folders.make(dirname(place), folders.privateFolder)
    const part = yield* partOf(place)
    // one that a cut of the power leaves without its content is a miss
    yield* Effect.onError(
      Effect.andThen(fs.writeFile(part, bytes, { flag: "wx", mode: privateFile }), fs.rename(part, place)),
      () => Effect.ignore(fs.remove(part))
    )
    written += bytes.length
  })

  /** Claims an entry until the scope closes, if nobody has it. */
  const take = Effect.fnUntraced(function* (
    key: Key
  ): Effect.fn.Return<boolean, PlatformError | ResultCacheError, FileSystem.FileSystem | Scope.Scope> {
    const folder = claimOf(key)
    yield* made
    for (;;) {
      yield* cachePlace.isFolder(dirname(folder))
      yield* cachePlace.isFolder(folder)
      yield* folders.make(folder, folders.privateFolder)
      const inner = yield* Scope.make()
      const claimed = yield* Effect.result(Scope.provide(claim.acquire("", folder), inner))
      if (Result.isSuccess(claimed)) {
        yield* Effect.addFinalizer((exit) => Effect.andThen(Scope.close(inner, exit), Effect.ignore(clear(folder))))
        return true
      }
      yield* Scope.close(inner, Exit.void)
      const { failure } = claimed
      if (failure._tag === "JournalError") {
        if (failure.reason === "Locked") return false
        return yield* new ResultCacheError({ detail: failure.detail })
      }
      // who had it has just taken the folder away
      if (failure.reason._tag !== "NotFound") return yield* failure
    }
  }, Effect.uninterruptible)

  const service: Service = {
    look: (question) =>
      onDisk(
        Effect.gen(function* () {
          const shard = `${directory}/${entryFile.shardOf(question)}`
          const found: Array<Found> = []
          yield* checked
          const names = (yield* cachePlace.isFolder(shard)) ? yield* fs.readDirectory(shard) : []
          for (const name of names) {
            const ordinal = entryFile.ordinalOf(question, name)
            const entry = ordinal === undefined ? undefined : yield* read({ question, ordinal })
            if (ordinal !== undefined && entry !== undefined) found.push({ ordinal, path: entry.path })
          }
          return found
        })
      ),
    get: (key) => onDisk(get(key)),
    claim: (key) =>
      onDisk(
        Effect.gen(function* () {
          for (let looks = 1; ; looks++) {
            const entry = yield* get(key)
            if (entry !== undefined) return entry
            // it may have been made while the claim was
            if (yield* take(key)) return yield* get(key)
            yield* waiting.told(looks, claimOf(key))
            yield* pause
          }
        })
      ),
    put: (key, entry) => onDisk(Effect.andThen(write(key, entry), trimmed)),
    remove: (key) =>
      onDisk(
        Effect.gen(function* () {
          yield* checked
          if (yield* cachePlace.isFolder(dirname(placeOf(key)))) yield* fs.remove(placeOf(key), { force: true })
        })
      )
  }
  return service
})

/** Takes away the folder of a claim that has ended, unless somebody else is there by now. */
const clear = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  for (const name of yield* fs.readDirectory(folder)) {
    if (name.endsWith(".ended")) yield* fs.remove(`${folder}/${name}`)
  }
  yield* Effect.try(() => rmdirSync(folder))
})

const failed = (error: PlatformError): ResultCacheError => {
  const place = "pathOrDescriptor" in error.reason ? error.reason.pathOrDescriptor : undefined
  return new ResultCacheError({ detail: Predicate.isString(place) ? `${place}: ${reasonOf(error)}` : reasonOf(error) })
}
