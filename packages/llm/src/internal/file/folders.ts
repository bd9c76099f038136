import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"

/** The folder that a path is in. */
export const above = (path: string): string => (/^(.*)[\\/]+[^\\/]+[\\/]*$/u.exec(path)?.[1] ?? ".") || "/"

/** Makes a folder, and those above it that are missing, each on the disk with its name. */
export const make = (fs: FileSystem.FileSystem, path: string): Effect.Effect<void, PlatformError> =>
  Effect.flatMap(fs.exists(path), (isThere) => {
    if (isThere) return Effect.void
    const parent = above(path)
    // another process may be faster
    const made = fs.makeDirectory(path, { recursive: true })
    return Effect.andThen(Effect.andThen(make(fs, parent), made), flush(fs, parent))
  })

/** Once it succeeds, the names in a folder are on the disk: of files that were made, renamed or removed. */
export const flush = (fs: FileSystem.FileSystem, path: string): Effect.Effect<void, PlatformError> =>
  fs.open(path, { flag: "r" }).pipe(
    Effect.flatMap((folder) => folder.sync),
    Effect.scoped,
    // Windows opens no folder, or flushes none that it opened
    Effect.catchIf(
      ({ reason }) => reason._tag === "PermissionDenied" || reason._tag === "BadResource",
      () => Effect.void
    )
  )
