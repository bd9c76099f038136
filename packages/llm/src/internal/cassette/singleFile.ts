import * as Effect from "effect/Effect"
import * as name from "./name.ts"
import * as recorded from "./recorded.ts"
import { type CassetteError, type Replies, unfit } from "./replies.ts"

/** The replies in the text of a cassette that is a single JSON file, as an earlier version wrote it, to be read only. */
export const make = Effect.fnUntraced(function* (
  file: string,
  text: string,
  hasher: (text: string) => string
): Effect.fn.Return<Replies, CassetteError> {
  const entries = new Map<string, recorded.Entry>()
  const names: Array<name.Name> = []
  for (const entry of yield* Effect.mapError(recorded.parseSingle(text), unfit(file))) {
    const named = { ...name.ofRequest(entry.request, hasher), number: 1 }
    entries.set(name.toFile(named), entry)
    names.push(named)
  }
  return { list: Effect.succeed(names), read: (file) => Effect.sync(() => entries.get(file)) }
})
