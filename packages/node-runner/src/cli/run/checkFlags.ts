import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as models from "../../internal/services/models.ts"
import { type CliError, usage } from "../base/cliError.ts"
import * as textFile from "../base/textFile.ts"
import { aliasesIn, misnamed } from "../config/aliases.ts"
import { Configuration } from "../config/configuration.ts"
import { checkDelivered, checkFolder } from "./checkFolder.ts"
import type { Told } from "./flags.ts"

/** Refuses an interpreter that is none. */
export const checkPython = Effect.fnUntraced(function* (name: string | undefined) {
  if (name === undefined) return
  const { locate } = yield* Effect.promise(() => import("../../internal/sandbox/python.ts"))
  yield* Effect.mapError(locate(name), (error) =>
    usage(`--python names no Python that runs tests: ${error.why}`, { target: "--python", cause: error })
  )
})

/** How a command is to tell what comes of it. **Fails** where it was told two ways. */
export const formOf = ({ json, jsonEvents }: { readonly json: boolean; readonly jsonEvents: boolean }) =>
  json && jsonEvents
    ? usage("--json prints one document, and --json-events lines of which the last has it", {
        target: "--json-events",
        fix: "leave one of them out"
      })
    : Effect.succeed({ json: json || jsonEvents, lines: jsonEvents })

/** Refuses, before anything is done, what contradicts itself or cannot be used. */
export const checkFlags = Effect.fnUntraced(function* ({
  model,
  out,
  prices,
  record,
  relay,
  replay
}: Partial<Pick<Told, "model" | "prices" | "record" | "relay" | "replay">> & {
  readonly out?: string | undefined
}): Effect.fn.Return<void, CliError, FileSystem.FileSystem | Path.Path> {
  if (replay !== undefined && record !== undefined && replay !== record) {
    return yield* usage("--replay and --record name two cassettes", {
      target: "--replay",
      fix: "give the same one to both, to add to it what it lacks"
    })
  }
  if (replay !== undefined && record === undefined && relay !== undefined) {
    return yield* usage("--replay asks nobody, so nothing would come to --relay", {
      target: "--relay",
      fix: "leave one of them out"
    })
  }
  for (const [flag, value] of Object.entries({ model, out, prices, record, relay, replay })) {
    if (value?.trim() === "") return yield* usage(`--${flag} names nothing`, { target: `--${flag}`, fix: "name one" })
  }
  if (model !== undefined && models.split(model)?.model.trim() === "") {
    return yield* usage(`--model ${model} names no model`, { target: "--model", fix: "name one after the slash" })
  }
  const { project, user } = yield* Configuration
  const why = model === undefined ? undefined : misnamed(aliasesIn(project, user), model)
  if (why !== undefined) return yield* usage(`--model: ${why}`, { target: "--model" })
  if (out !== undefined) yield* checkDelivered("--out names", out)
  if (relay !== undefined) yield* checkFolder("--relay names", relay)
  if (replay !== undefined) yield* checkCassette(replay, record !== undefined)
  if (record !== undefined) yield* checkRecorded(record)
  if (prices !== undefined) yield* textFile.named(prices)
})

const checkCassette = Effect.fnUntraced(function* (cassette: string, mayBeNew: boolean) {
  const fs = yield* FileSystem.FileSystem
  if (mayBeNew || (yield* Effect.orElseSucceed(fs.exists(cassette), () => false))) return
  return yield* usage(`there is no cassette ${cassette} to replay`, {
    target: cassette,
    fix: "record one with --record"
  })
})

/** A folder that is there or can be made. A single file, as cassettes once were, has words of its own. */
const checkRecorded = Effect.fnUntraced(function* (cassette: string) {
  const fs = yield* FileSystem.FileSystem
  const found = yield* Effect.orElseSucceed(fs.stat(cassette), () => undefined)
  if (found?.type !== "File") yield* checkFolder("--record names", cassette)
})
