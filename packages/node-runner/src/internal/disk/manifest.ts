import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { WorkspaceError } from "@stepwright/core/Workspace"
import { writeWhole } from "./writeWhole.ts"

/** SHA-256 of each file as it was written, by path. */
const Manifest = Schema.fromJsonString(
  Schema.Struct({ format: Schema.Literal(1), files: Schema.Record(Schema.String, Schema.String) })
)

const folder = ".stepwright"
const place = `${folder}/files.json`

/** What was written below a root. **Fails with** `WorkspaceError` where the record of it cannot be read. */
export const read = Effect.fnUntraced(function* (root: string) {
  const fs = yield* FileSystem.FileSystem
  const isLink = yield* Effect.match(fs.readLink(`${root}/${folder}`), {
    onSuccess: () => true,
    onFailure: () => false
  })
  if (isLink) return yield* new WorkspaceError({ path: folder, detail: "it is a link; put a folder in its place" })
  const file = `${root}/${place}`
  if (!(yield* fs.exists(file))) return {}
  const text = yield* fs.readFileString(file)
  const { files } = yield* Effect.mapError(Schema.decodeUnknownEffect(Manifest)(text), (error) => {
    const detail = `it cannot be read: ${error.message}. Mend it, or delete it: then every file counts as your own`
    return new WorkspaceError({ path: place, detail })
  })
  return files
})

export const write = Effect.fnUntraced(function* (root: string, files: Readonly<Record<string, string>>) {
  const sorted = Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const text = JSON.stringify({ format: 1, files: sorted }, null, 2)
  yield* writeWhole(`${root}/${place}`, `${text}\n`)
})
