import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { type CliError, usage } from "../base/cliError.ts"
import { realPath } from "../../internal/disk/realPath.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"

/**
 * Refuses a folder that is not there and cannot be made, or in which nothing can be written, or a `file` for which that
 * holds of its folder. `whose` says what it is for: `--out names`.
 */
export const checkFolder = Effect.fnUntraced(function* (
  whose: string,
  folder: string,
  { file, fix = "choose another" }: { readonly file?: string; readonly fix?: string } = {}
): Effect.fn.Return<void, CliError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const target = file ?? folder
  const refuse = (problem: string, cause?: unknown) => usage(`${whose} ${target}, ${problem}`, { target, fix, cause })
  if (path.dirname(path.resolve(folder)) === path.resolve(folder)) return yield* refuse("which is the root of a disk")
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const isLink = yield* Effect.match(fs.readLink(at), { onFailure: () => false, onSuccess: () => true })
    const found = yield* Effect.orElseSucceed(fs.stat(at), () => undefined)
    if (found === undefined && isLink) return yield* refuse("where there is a link that leads nowhere")
    if (found === undefined && at !== path.dirname(at)) continue
    if (found?.type !== "Directory") {
      const below = path.relative(".", at)
      const name = below.startsWith("..") ? at : below
      return yield* usage(`${whose} ${file ?? "a folder"}, but ${name} is a file`, { target, fix })
    }
    // only to try tells: what a system says of rights is not all
    const tried = fs.makeTempDirectory({ directory: at, prefix: ".stepwright-" })
    return yield* Effect.matchEffect(
      Effect.flatMap(tried, (made) => fs.remove(made, { recursive: true })),
      {
        onFailure: (error) => refuse(`which cannot be written: ${reasonOf(error)}`, error),
        onSuccess: () => Effect.void
      }
    )
  }
})

/** Folders that hold what a tool keeps of a project, no files of it. */
const kept = /^\.(?:git|hg|svn|jj|stepwright)$/iu

/** The same for a folder into which files are delivered: not into a repository's own, nor where runs are kept. */
export const checkDelivered = Effect.fnUntraced(function* (
  ...[whose, folder, options = {}]: Parameters<typeof checkFolder>
): Effect.fn.Return<void, CliError, FileSystem.FileSystem | Path.Path> {
  const path = yield* Path.Path
  const resolved = path.resolve(folder)
  for (const place of [resolved, (yield* realPath(resolved)) ?? resolved]) {
    const name = place.split(path.sep).find((part) => kept.test(part))
    if (name === undefined) continue
    const { fix = "choose another" } = options
    return yield* usage(`${whose} ${folder}, which is in ${name}, and no file belongs there`, { target: folder, fix })
  }
  yield* checkFolder(whose, folder, options)
})
