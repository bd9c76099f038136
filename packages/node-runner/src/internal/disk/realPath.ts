import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"

/** Where a path leads, of what is not there yet too; `undefined` where a link leads nowhere. */
export const realPath = Effect.fnUntraced(function* (
  at: string
): Effect.fn.Return<string | undefined, never, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const found = yield* Effect.orElseSucceed(fs.realPath(at), () => undefined)
  if (found !== undefined || path.dirname(at) === at) return found ?? at
  const isLink = yield* Effect.match(fs.readLink(at), { onFailure: () => false, onSuccess: () => true })
  if (isLink) return undefined
  const above = yield* realPath(path.dirname(at))
  return above === undefined ? undefined : path.join(above, path.basename(at))
})

/** Whether a path, links followed, leads to a folder or into it. */
export const isInside = Effect.fnUntraced(function* (folder: string, at: string) {
  const path = yield* Path.Path
  const [inner, outer] = [yield* realPath(at), yield* realPath(folder)]
  if (inner === undefined || outer === undefined) return false
  const between = path.relative(outer, inner)
  return between !== ".." && !between.startsWith(`..${path.sep}`) && !path.isAbsolute(between)
})
