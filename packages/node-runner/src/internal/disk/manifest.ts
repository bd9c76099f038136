import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { WorkspaceError } from "@stepwright/core/Workspace"
import * as folders from "./folders.ts"
import { hold } from "./heldFolder.ts"
import { replace } from "./writeWhole.ts"

const Hashes = Schema.Record(Schema.String, Schema.String)

/** SHA-256 of each file as it was written, by path, and of those that are about to be. */
const Manifest = Schema.fromJsonString(
  Schema.Struct({ format: Schema.Literal(1), files: Hashes, writing: Schema.optionalKey(Hashes) })
)

/** What was written below a root: hashes by path. `writing` is what the last call had not finished. */
export interface Written {
  readonly files: ReadonlyMap<string, string>
  readonly writing: ReadonlyMap<string, string>
}

const nothing: Written = { files: new Map(), writing: new Map() }

/** Whether a file with this hash is as it was written. */
export const has = ({ files, writing }: Written, path: string, hash: string): boolean =>
  files.get(path) === hash || writing.get(path) === hash

const folder = ".stepwright"
const name = "files.json"
export const place = `${folder}/${name}`

/** What was written below a root. **Fails with** `WorkspaceError` where the record of it cannot be read. */
export const read = Effect.fnUntraced(function* (root: string) {
  const fs = yield* FileSystem.FileSystem
  const isLink = yield* Effect.match(fs.readLink(`${root}/${folder}`), {
    onSuccess: () => true,
    onFailure: () => false
  })
  if (isLink) return yield* new WorkspaceError({ path: folder, detail: "it is a link; put a folder in its place" })
  const file = `${root}/${place}`
  if (!(yield* fs.exists(file))) return nothing
  const text = yield* fs.readFileString(file)
  const { files, writing = {} } = yield* Effect.mapError(Schema.decodeUnknownEffect(Manifest)(text), (error) => {
    const detail = `it cannot be read: ${error.message}. Mend it, or delete it: then every file counts as your own`
    return new WorkspaceError({ path: place, detail })
  })
  return { files: new Map(Object.entries(files)), writing: new Map(Object.entries(writing)) }
})

/** Writes it below a root, whose path has no links in it. */
export const write = Effect.fnUntraced(function* (root: string, { files, writing }: Written) {
  const sorted = (hashes: Written["files"]) => Object.fromEntries([...hashes].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const manifest = { format: 1, files: sorted(files), ...(writing.size > 0 && { writing: sorted(writing) }) }
  const { check, path } = yield* hold(`${root}/${folder}`, place)
  yield* replace(`${path}/${name}`, `${JSON.stringify(manifest, null, 2)}\n`, { check })
  yield* folders.flush(path)
}, Effect.scoped)
