import { Buffer } from "node:buffer"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as folders from "./folders.ts"
import { ifThere } from "./ifThere.ts"
import { partOf } from "./parts.ts"

/**
 * Writes a file, and its folder, so that whoever looks sees the old text or the new, never a part; once it succeeds, the
 * new one is on the disk. Follows no link, and keeps what may be done with the file.
 */
export const writeWhole = (path: string, content: string | Uint8Array) =>
  Effect.andThen(replace(path, content), folders.flush(dirname(path)))

/** The same for one of several: which of the texts is on the disk shows once its folder is flushed. */
export const replace = Effect.fnUntraced(function* (path: string, content: string | Uint8Array) {
  const fs = yield* FileSystem.FileSystem
  const folder = dirname(path)
  yield* folders.make(folder)
  const before = yield* ifThere(fs.stat(path))
  const part = yield* partOf(path)
  yield* Effect.onError(
    Effect.gen(function* () {
      // what has a name must have its content by then
      yield* Effect.scoped(
        Effect.flatMap(fs.open(part, { flag: "wx" }), (file) =>
          Effect.andThen(file.writeAll(typeof content === "string" ? Buffer.from(content) : content), file.sync)
        )
      )
      if (Option.isSome(before)) yield* fs.chmod(part, before.value.mode & 0o777)
      yield* fs.rename(part, path)
    }),
    () => Effect.ignore(fs.remove(part))
  )
})
