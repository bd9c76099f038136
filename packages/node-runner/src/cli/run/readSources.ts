import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { refuse, type SourceFile } from "@stepwright/core/Workspace"
import { type CliError, usage } from "../base/cliError.ts"
import { isByproduct } from "../../internal/disk/byproducts.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"

/**
 * The text files below a folder, as a test runner takes them; hidden and generated folders are left out, and what cannot
 * be laid out on every file system, which is said.
 */
export const sourcesBelow = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<ReadonlyArray<SourceFile>, CliError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const decoder = new TextDecoder("utf-8", { fatal: true })
  const walk = (below: string): Effect.Effect<ReadonlyArray<SourceFile>, CliError> =>
    fs.readDirectory(path.join(directory, below)).pipe(
      Effect.mapError((error) =>
        usage(`${path.join(directory, below)} is no folder that can be read`, { target: directory, cause: error })
      ),
      Effect.flatMap((names) =>
        Effect.forEach(names.filter((name) => !isByproduct(name)).toSorted(), (name) =>
          read(below === "" ? name : `${below}/${name}`)
        )
      ),
      Effect.map((found) => found.flat())
    )
  const read = (file: string): Effect.Effect<ReadonlyArray<SourceFile>, CliError> =>
    Effect.gen(function* () {
      const { type } = yield* fs.stat(path.join(directory, file))
      if (type === "Directory") return yield* walk(file)
      if (type !== "File") return []
      const bytes = yield* fs.readFile(path.join(directory, file))
      // what is not text is no source
      return yield* Effect.match(
        Effect.try(() => decoder.decode(bytes)),
        {
          onFailure: () => [],
          onSuccess: (content) => [{ path: file, content }]
        }
      )
    }).pipe(
      Effect.catchTag("PlatformError", (error) =>
        Effect.fail(
          usage(`${path.join(directory, file)} cannot be read: ${reasonOf(error)}`, { target: file, cause: error })
        )
      )
    )
  const all = yield* walk("")
  if (refuse(all) === undefined) return all
  const sources: Array<SourceFile> = []
  for (const source of all) {
    const refusal = refuse([...sources, source])
    if (refusal === undefined) sources.push(source)
    else yield* Console.error(`left out: ${source.path}: ${refusal.detail}`)
  }
  return sources
})
