import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { type CliError, usage } from "../base/cliError.ts"
import type { Told } from "./flags.ts"

/** Refuses, before anything is done, what contradicts itself or cannot be used. */
export const checkFlags = Effect.fnUntraced(function* ({
  out,
  record,
  relay,
  replay
}: Pick<Told, "record" | "relay" | "replay"> & { readonly out?: string | undefined }): Effect.fn.Return<
  void,
  CliError,
  FileSystem.FileSystem | Path.Path
> {
  if (replay !== undefined && record !== undefined && replay !== record) {
    return yield* usage(
      "--replay and --record name two cassettes: give the same one to both, to add to it what it lacks"
    )
  }
  if (replay !== undefined && record === undefined && relay !== undefined) {
    return yield* usage("--replay asks nobody, so nothing would come to --relay: leave one of them out")
  }
  if (out !== undefined) yield* checkFolder("--out", out)
  if (relay !== undefined) yield* checkFolder("--relay", relay)
  if (replay !== undefined) yield* checkCassette(replay, record !== undefined)
})

/** A folder that is there or can be made: nothing on the way to it is a file. */
const checkFolder = Effect.fnUntraced(function* (flag: string, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const found = yield* Effect.orElseSucceed(fs.stat(at), () => undefined)
    if (found?.type === "Directory" || at === path.dirname(at)) return
    if (found !== undefined) {
      return yield* usage(`${flag} names a folder, but ${path.relative(".", at)} is a file: choose another`)
    }
  }
})

const checkCassette = Effect.fnUntraced(function* (file: string, mayBeNew: boolean) {
  const fs = yield* FileSystem.FileSystem
  const found = yield* Effect.orElseSucceed(fs.stat(file), () => undefined)
  if (found === undefined && !mayBeNew) return yield* usage(`there is no cassette ${file} to replay`)
})
