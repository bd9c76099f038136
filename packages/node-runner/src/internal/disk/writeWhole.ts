import { Buffer } from "node:buffer"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as folders from "./folders.ts"
import { ifThere } from "./ifThere.ts"
import { partOf } from "./parts.ts"

/** Who may read and write what holds prompts and replies, or may come to: who made it. */
export const privateFile = 0o600

/**
 * Writes a file, and its folder, so that whoever looks sees the old text or the new, never a part; once it succeeds, the
 * new one is on the disk. Follows no link. What is new is for nobody else; what is there keeps what may be done with it.
 */
export const writeWhole = Effect.fnUntraced(function* (path: string, content: string | Uint8Array) {
  const folder = dirname(path)
  yield* folders.make(folder, folders.privateFolder)
  yield* replace(path, content, { mode: privateFile })
  yield* folders.flush(folder)
})

export interface Options<E, R> {
  /** What may be done with the file if it is new. */
  readonly mode?: number
  /** What must hold before it takes its name. */
  readonly check?: Effect.Effect<void, E, R>
}

/** The same in a folder that is there, for one of several files: what is on the disk shows once that is flushed. */
export const replace = Effect.fnUntraced(function* <E = never, R = never>(
  path: string,
  content: string | Uint8Array,
  { check = Effect.void, ...made }: Options<E, R> = {}
) {
  const fs = yield* FileSystem.FileSystem
  const before = yield* ifThere(fs.stat(path))
  const part = yield* partOf(path)
  yield* Effect.onError(
    Effect.gen(function* () {
      // what has a name must have its content by then
      yield* Effect.scoped(
        Effect.flatMap(fs.open(part, { flag: "wx", ...made }), (file) =>
          Effect.andThen(file.writeAll(typeof content === "string" ? Buffer.from(content) : content), file.sync)
        )
      )
      if (Option.isSome(before)) yield* fs.chmod(part, before.value.mode & 0o777)
      yield* check
      yield* fs.rename(part, path)
    }),
    () => Effect.ignore(fs.remove(part))
  )
})
