import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Semaphore from "effect/Semaphore"
import * as cache from "../disk/cache.ts"
import { writeWhole } from "../disk/writeWhole.ts"

/** Where a snapshot begins in its file, after its hash. **Units** bytes. */
export const start = 32

const hashOf = (content: string | Uint8Array) => createHash("sha256").update(content).digest()

/**
 * Gives the file with the memory of a Pyodide that has started, and has nothing of any package yet: made where there is
 * none, or a damaged one; none where it cannot be. It holds for one version of all that it is made by.
 */
export const make = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const context = yield* Effect.context<FileSystem.FileSystem>()
  const known = yield* Effect.option(cache.folder)
  // those that wait for it would only make it too
  const making = yield* Semaphore.make(1)

  const isWhole = (path: string) =>
    fs.readFile(path).pipe(
      Effect.map((content) => hashOf(content.subarray(start)).equals(content.subarray(0, start))),
      Effect.orElseSucceed(() => false)
    )

  return <E>(version: string, madeBy: ReadonlyArray<string>, memory: Effect.Effect<Uint8Array, E>) =>
    Effect.gen(function* () {
      const folder = yield* Effect.fromOption(known)
      const key = hashOf(JSON.stringify(madeBy)).toString("hex").slice(0, 16)
      const path = join(folder, `pyodide-${version}-${key}.snapshot`)
      if (yield* isWhole(path)) return path
      yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
      yield* fs.access(folder, { writable: true })
      const bytes = yield* memory
      yield* writeWhole(path, Buffer.concat([hashOf(bytes), bytes]))
      yield* Effect.ignore(cache.removeOld(folder, /^\.?pyodide-.*\.(?:snapshot|part)$/u))
      return path
    }).pipe(Effect.option, Semaphore.withPermit(making), Effect.provide(context))
})
