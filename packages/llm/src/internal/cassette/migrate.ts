import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { Hasher } from "@stepwright/core/Hasher"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as folder from "./folder.ts"
import * as name from "./name.ts"
import * as recorded from "./recorded.ts"
import { CassetteError, unusable } from "./replies.ts"
import { repliesOf } from "./tape.ts"

/** An entry of a cassette, with the name of its file in the folder. */
export interface Recorded {
  readonly file: string
  readonly request: LlmRequest
  readonly reply: LlmReply
}

/**
 * All entries of a cassette, in the order of their names.
 *
 * **Fails with** CassetteError, when one of them cannot be read.
 */
export const entries = Effect.fnUntraced(function* (
  cassette: string
): Effect.fn.Return<ReadonlyArray<Recorded>, CassetteError, FileSystem.FileSystem> {
  const replies = yield* repliesOf(yield* FileSystem.FileSystem, cassette, yield* Hasher)
  const all: Array<Recorded> = []
  for (const file of (yield* replies.list).map(name.toFile)) {
    const entry = yield* replies.read(file)
    if (entry !== undefined) all.push({ ...entry, file })
  }
  return all
})

/**
 * Writes the entries of a cassette, such as one that is a single file, into a folder, and gives them. What the folder has
 * already stays.
 *
 * **Fails with** CassetteError, before anything is written, when the folder has another reply to one of the requests.
 */
export const migrate = Effect.fnUntraced(function* (
  from: string,
  to: string
): Effect.fn.Return<ReadonlyArray<Recorded>, CassetteError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const hasher = yield* Hasher
  const all = yield* entries(from)
  yield* Effect.mapError(fs.makeDirectory(to, { recursive: true }), unusable(to))
  const writer = folder.makeWriter(fs, to)
  const missing: Array<Recorded> = []
  for (const entry of all) {
    const found = yield* writer.look(entry.file)
    if (found === undefined) missing.push(entry)
    else if (found.text !== recorded.print(entry)) {
      return yield* new CassetteError({
        file: `${to}/${entry.file}`,
        detail: "it has another reply: choose another folder"
      })
    }
  }
  for (const entry of missing) {
    yield* writer.add(name.ofRequest(entry.request, hasher).stem, 1, recorded.print(entry))
  }
  return all
})
