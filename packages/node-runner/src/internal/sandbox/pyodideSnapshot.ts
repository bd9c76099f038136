import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import { writeWhole } from "../disk/writeWhole.ts"

/** Where a snapshot begins in its file, after its hash. **Units** bytes. */
export const start = 32

/** One that was made so long ago is of a version that nobody uses, or is soon made again. **Units** milliseconds. */
const old = 30 * 24 * 3_600_000

const hashOf = (content: string | Uint8Array) => createHash("sha256").update(content).digest()

/** The user's folder for what can be made again, by the XDG base directory specification. */
const folder = Effect.gen(function* () {
  const chosen = yield* Config.withDefault(Config.String("XDG_CACHE_HOME"), "")
  return join(isAbsolute(chosen) ? chosen : join(yield* Effect.try(homedir), ".cache"), "stepwright")
})

/**
 * Gives the file with the memory of a Pyodide that has started, and has nothing of any package yet: made where there is
 * none, or a damaged one; none where it cannot be. It holds for one version of all that it is made by.
 */
export const make = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const context = yield* Effect.context<FileSystem.FileSystem>()
  const cache = yield* Effect.option(folder)
  // those that wait for it would only make it too
  const making = yield* Semaphore.make(1)

  const isWhole = (path: string) =>
    fs.readFile(path).pipe(
      Effect.map((content) => hashOf(content.subarray(start)).equals(content.subarray(0, start))),
      Effect.orElseSucceed(() => false)
    )

  return <E>(version: string, madeBy: ReadonlyArray<string>, memory: Effect.Effect<Uint8Array, E>) =>
    Effect.gen(function* () {
      const folder = yield* Effect.fromOption(cache)
      const key = hashOf(JSON.stringify(madeBy)).toString("hex").slice(0, 16)
      const path = join(folder, `pyodide-${version}-${key}.snapshot`)
      if (yield* isWhole(path)) return path
      yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
      yield* fs.access(folder, { writable: true })
      const bytes = yield* memory
      yield* writeWhole(path, Buffer.concat([hashOf(bytes), bytes]))
      yield* Effect.ignore(removeOld(folder))
      return path
    }).pipe(Effect.option, Semaphore.withPermit(making), Effect.provide(context))
})

/** Removes snapshots, and what killed processes left of them, that no version has made of late. */
const removeOld = Effect.fnUntraced(function* (cache: string) {
  const fs = yield* FileSystem.FileSystem
  const now = yield* Clock.currentTimeMillis
  const names = (yield* fs.readDirectory(cache)).filter((name) => /^\.?pyodide-.*\.(?:snapshot|part)$/u.test(name))
  yield* Effect.forEach(names, (name) =>
    Effect.gen(function* () {
      const path = join(cache, name)
      const { mtime } = yield* fs.stat(path)
      if (Option.exists(mtime, (time) => now - time.getTime() > old)) yield* fs.remove(path)
    }).pipe(Effect.ignore)
  )
})
