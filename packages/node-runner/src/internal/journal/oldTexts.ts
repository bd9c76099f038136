import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const decode = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Struct({ hash: Schema.String, text: Schema.String }))
)

/** The texts of a run in format 1 of its journal, which had a file of their own, by hash. */
export const read = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const file = `${folder}/texts.jsonl`
  const texts = new Map<string, string>()
  if (!(yield* fs.exists(file))) return texts
  for (const line of (yield* fs.readFileString(file)).split("\n").slice(0, -1)) {
    const text = decode(line)
    if (Result.isSuccess(text)) texts.set(text.success.hash, text.success.text)
  }
  return texts
})
