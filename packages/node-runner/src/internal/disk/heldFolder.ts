import { basename, dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { WorkspaceError } from "@stepwright/core/Workspace"
import * as folders from "./folders.ts"

/** A folder that is written into, whatever comes to be in its place meanwhile. */
export interface HeldFolder {
  /** By what it is reached. */
  readonly path: string
  /** **Fails with** `WorkspaceError` where something else is in its place by now. */
  readonly check: Effect.Effect<void, WorkspaceError | PlatformError>
}

/**
 * Holds a folder while a scope is open, and makes it where it is missing. `place` is its path without links, `path` what a
 * person is told that it is for. Where the
 * system has no names for what is open (only Linux has), the time between a look and a write is short, and not none.
 */
export const hold = Effect.fnUntraced(function* (
  place: string,
  path: string
): Effect.fn.Return<HeldFolder, WorkspaceError | PlatformError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  if (!(yield* fs.exists(place))) yield* Effect.scoped(make(place, path))
  const held = yield* opened(place)
  const check = Effect.flatMap(fs.realPath(held), (real) =>
    real === place ? Effect.void : Effect.fail(new WorkspaceError({ path, detail }))
  )
  yield* check
  return { path: held, check }
})

const detail = "something else was put in the place of its folder meanwhile"

/** Makes one folder, and those above it that are missing, each on the disk with its name. */
const make = Effect.fnUntraced(function* (
  place: string,
  path: string
): Effect.fn.Return<void, WorkspaceError | PlatformError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const above = yield* hold(dirname(place), path)
  yield* Effect.catchIf(
    fs.makeDirectory(`${above.path}/${basename(place)}`),
    // of several that make it one does
    ({ reason }) => reason._tag === "AlreadyExists",
    () => Effect.void
  )
  yield* folders.flush(above.path)
})

/** The name of a folder as an open one, or else its own. */
const opened = Effect.fnUntraced(function* (place: string) {
  const fs = yield* FileSystem.FileSystem
  // only a folder has a dot in it; Windows opens none
  const folder = yield* Effect.orElseSucceed(fs.open(`${place}/.`, { flag: "r" }), () => undefined)
  const name = Predicate.hasProperty(folder, "fd") ? `/proc/self/fd/${folder.fd}` : undefined
  return name !== undefined && (yield* fs.exists(name)) ? name : place
})
