import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as answering from "../../internal/services/answering.ts"
import { configuration, type CliError, usage } from "../base/cliError.ts"
import { defined } from "../base/defined.ts"
import { oneLine } from "../base/format.ts"
import type { Told } from "./flags.ts"
import type { RunSettings } from "./settings.ts"

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
    return yield* usage("--replay and --record name two files: give the same one to both, to add to it what it lacks")
  }
  if (replay !== undefined && record === undefined && relay !== undefined) {
    return yield* usage("--replay asks nobody, so nothing would come to --relay: leave one of them out")
  }
  if (out !== undefined) yield* checkFolder("--out", out)
  if (relay !== undefined) yield* checkFolder("--relay", relay)
  if (replay !== undefined) yield* checkCassette(replay, record !== undefined)
})

/** Refuses, before anything is done, a cap in money that nothing can be counted for. */
export const checkPrices = ({ maxUsd, model, prices, relay }: RunSettings) => {
  if (maxUsd !== undefined && relay !== undefined) {
    return Effect.fail(usage("--max-usd caps what a model costs, and --relay asks none: leave one of them out"))
  }
  const client = answering.layer(defined({ model, maxUsd, prices }))
  return Effect.mapError(Effect.scoped(Layer.build(client)), (error) => configuration(error.message, error))
}

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
  if (found === undefined && mayBeNew) return
  if (found === undefined) return yield* usage(`there is no file ${file} to replay`)
  if (found.type === "Directory") return yield* usage(`--replay names a file, but ${file} is a folder`)
  yield* Effect.mapError(Effect.scoped(Layer.build(answering.layer({ replay: file }))), (error) =>
    configuration(`${oneLine(error.message)}: record one with --record`, error)
  )
})
