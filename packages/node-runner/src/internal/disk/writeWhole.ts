import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Random from "effect/Random"

/**
 * Writes a file, and its folder, so that whoever looks sees the old text or the new, never a part. Follows no link, and
 * keeps what may be done with the file.
 */
export const writeWhole = Effect.fnUntraced(function* (path: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const end = path.lastIndexOf("/")
  yield* fs.makeDirectory(path.slice(0, end), { recursive: true })
  const before = yield* Effect.option(fs.stat(path))
  // a name of its own, since any that can be told beforehand may be a person's
  const part = `${path.slice(0, end)}/.${path.slice(end + 1)}.${yield* Random.nextIntBetween(1e9, 1e10)}.part`
  yield* Effect.onError(
    Effect.gen(function* () {
      yield* fs.writeFileString(part, text, { flag: "wx" })
      if (Option.isSome(before)) yield* fs.chmod(part, before.value.mode & 0o777)
      yield* fs.rename(part, path)
    }),
    () => Effect.ignore(fs.remove(part))
  )
})
