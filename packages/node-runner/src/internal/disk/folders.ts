import { rmdirSync } from "node:fs"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"

/** Who may use a folder for files with prompts and replies: who made it. */
export const privateFolder = 0o700

/** Makes a folder, and those above it that are missing, each on the disk with its name. */
export const make = Effect.fnUntraced(function* (path: string, mode?: number) {
  const fs = yield* FileSystem.FileSystem
  const above: Array<string> = []
  for (let at = path; !(yield* fs.exists(at)); at = dirname(at)) above.unshift(dirname(at))
  if (above.length === 0) return
  yield* fs.makeDirectory(path, { recursive: true, ...(mode !== undefined && { mode }) })
  yield* Effect.forEach(above, flush, { discard: true })
})

/** Once it succeeds, the names in a folder are on the disk: of files that were made, renamed or removed. */
export const flush = Effect.fnUntraced(
  function* (path: string) {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.open(path, { flag: "r" })
    yield* folder.sync
  },
  Effect.scoped,
  // Windows opens no folder, or flushes none that it opened
  Effect.catchIf(
    ({ reason }) => reason._tag === "PermissionDenied" || reason._tag === "BadResource",
    () => Effect.void
  )
)

/** Removes a folder that holds nothing, and those above it that hold nothing but that. */
export const removeEmpty = (folder: string): Effect.Effect<void> =>
  Effect.suspend(() =>
    folder !== "." && Result.isSuccess(Result.try(() => rmdirSync(folder))) ? removeEmpty(dirname(folder)) : Effect.void
  )
