import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"

/**
 * Writes a file whole or not at all, first as `….tmp` beside it. A file that is there keeps its mode, a new one is for
 * nobody else.
 */
export const writeWhole = (fs: FileSystem.FileSystem, file: string, content: Uint8Array) =>
  Effect.gen(function* () {
    const temporary = `${file}.tmp`
    const handle = yield* fs.open(temporary, { flag: "w", mode: 0o600 })
    if (yield* fs.exists(file)) yield* fs.chmod(temporary, (yield* fs.stat(file)).mode & 0o777)
    yield* handle.writeAll(content)
    // Without it, a machine that stops may be left with an empty file in the place of the old one.
    yield* handle.sync
    yield* fs.rename(temporary, file)
  }).pipe(Effect.scoped)
