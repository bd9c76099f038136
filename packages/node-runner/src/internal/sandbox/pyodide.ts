import { createRequire } from "node:module"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"

const Manifest = Schema.fromJsonString(Schema.Struct({ version: Schema.String }))

/** Where Pyodide is installed, and in which version. */
export const locate = Effect.gen(function* () {
  const path = yield* Path.Path
  const manifest = yield* Effect.try(() => createRequire(import.meta.url).resolve("pyodide/package.json"))
  const text = yield* Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(manifest))
  const { version } = yield* Schema.decodeEffect(Manifest)(text)
  return { folder: path.dirname(manifest), version }
})

/** A version of it, with that of the Python in it, and what runs tests there. */
export const nameOf = (version: string): string =>
  `pyodide@${version} python@${version.replace(/^(\d)(\d+).*/, "$1.$2")} unittest`
