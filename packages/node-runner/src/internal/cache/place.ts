import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { ResultCacheError } from "@stepwright/core/ResultCache"
import { attempt } from "../../cli/start/attempt.ts"
import { kindAt, readPlain } from "../../cli/start/plainFile.ts"
import * as folders from "../disk/folders.ts"
import { reasonOf } from "../disk/systemError.ts"
import { privateFile } from "../disk/writeWhole.ts"
import * as entryFile from "./entryFile.ts"

/*
 * A cache removes files, and where it is may be said by a repository that somebody else made. So it is only where nothing
 * else is, and follows no link: its folder has a file that says so, or nothing but what a cache has.
 */

/** Where claims are, beside the entries. */
export const claims = "claims"

/** Says what a folder is for, to backups too. **Source** Cache Directory Tagging Specification */
const tag = "CACHEDIR.TAG"
const tagText = `Signature: 8a477f597d28d172789f06886806bc55
# Results that Stepwright's runs share: the folder may be deleted at any time.
`

const isOwn = (name: string): boolean => name === claims || name === tag || entryFile.isShard(name)

const refused = (detail: string) => new ResultCacheError({ detail })

/** Whether a folder of a cache is there. **Fails with** `ResultCacheError` where something else is in its place. */
export const isFolder = Effect.fnUntraced(function* (path: string) {
  const kind = yield* Effect.try({ try: () => kindAt(path), catch: (error) => refused(`${path}: ${reasonOf(error)}`) })
  if (kind === undefined || kind === "folder") return kind === "folder"
  return yield* refused(`${path} is ${kind === "link" ? "a link, and a cache follows none" : "no folder"}`)
})

/** Whether a cache is there. **Fails with** `ResultCacheError` where its folder is for something else. */
export const isThere = Effect.fnUntraced(function* (directory: string) {
  if (!(yield* isFolder(directory))) return false
  const fs = yield* FileSystem.FileSystem
  const other = (yield* fs.readDirectory(directory)).find((name) => !isOwn(name))
  const said = attempt(() => readPlain(`${directory}/${tag}`, 1000))
  if (other === undefined || said?.toString() === tagText) return true
  return yield* refused(`${directory} holds ${other}, and is no cache: give it a folder of its own`)
})

/** Makes the folder of a cache, and what says that it is one. */
export const make = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  yield* isThere(directory)
  yield* folders.make(directory, folders.privateFolder)
  // it follows no link, and of several that begin one does
  yield* Effect.catchIf(
    fs.writeFileString(`${directory}/${tag}`, tagText, { flag: "wx", mode: privateFile }),
    ({ reason }) => reason._tag === "AlreadyExists",
    () => Effect.void
  )
})
