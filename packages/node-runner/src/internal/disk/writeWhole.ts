import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"

/** Writes a file, and its folder, so that whoever looks sees the old text or the new, never a part. Follows no link. */
export const writeWhole = Effect.fnUntraced(function* (path: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const end = path.lastIndexOf("/")
  yield* fs.makeDirectory(path.slice(0, end), { recursive: true })
  const part = `${path.slice(0, end)}/.${path.slice(end + 1)}.part`
  yield* fs.remove(part, { force: true })
  yield* Effect.onError(Effect.andThen(fs.writeFileString(part, text, { flag: "wx" }), fs.rename(part, path)), () =>
    Effect.ignore(fs.remove(part))
  )
})
