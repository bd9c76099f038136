import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, NoRecordedReply } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as shownRequest from "./internal/around/shownRequest.ts"
import * as singleFlight from "./internal/around/singleFlight.ts"
import type * as cassetteFile from "./internal/cassette/file.ts"
import * as Tape from "./internal/cassette/tape.ts"
import * as Middleware from "./Middleware.ts"
import * as Redact from "./Redact.ts"

export { CassetteError, type Origin } from "./internal/cassette/tape.ts"

/** What a cassette knows of its use, and the removal of what is of none. */
export class Cassette extends Context.Service<
  Cassette,
  {
    readonly unused: Effect.Effect<ReadonlyArray<Tape.Origin>>
    readonly prune: Effect.Effect<ReadonlyArray<Tape.Origin>, Tape.CassetteError>
  }
>()("@stepwright/llm/Cassette") {}

export interface Options {
  /** A JSON file; its folder is made where it is missing. */
  readonly file: string
}

export interface RecordOptions extends Options {
  /** What secrets look like: a call with one in it is not recorded. `Redact.patterns` unless given. */
  readonly secrets?: ReadonlyArray<RegExp>
}

/** The origins of the entries that nothing has asked for since the layer was built. */
export const unused = Effect.flatMap(Cassette, (cassette) => cassette.unused)

/**
 * Removes the entries that nothing has asked for since the layer was built, and gives their origins. Nothing else ever
 * removes an entry, so ask for all that is to stay before.
 *
 * **Fails with** CassetteError, when the file cannot be written.
 */
export const prune = Effect.flatMap(Cassette, (cassette) => cassette.prune)

/**
 * Answers from a file and never asks a model. A request matches an entry when all but its metadata is equal.
 *
 * **Fails with** CassetteError, when the file cannot be read or is no cassette; a call with NoRecordedReply, showing the
 * nearest entry and the difference.
 */
export const layerReplay = (
  options: Options
): Layer.Layer<LlmClient.LlmClient | Cassette, Tape.CassetteError, FileSystem.FileSystem> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const tape = yield* Tape.open(options.file)
      const client = LlmClient.make((request) =>
        Effect.suspend(() => {
          const reply = Tape.get(tape, tape.keyOf(request))
          if (reply !== undefined) return Effect.succeed(reply)
          const reason = new NoRecordedReply({ detail: Tape.explain(tape, request) })
          return Effect.fail(new LlmError({ reason }))
        })
      )
      return provide(tape, client)
    })
  )

/**
 * Answers from a file, asks the client below for what is not in it, and records that. Equal requests at the same time are
 * asked once, but for streams, each of which is asked unless a call that does not stream is ahead. A request that a step
 * asks anew (metadata `fresh`) is asked again and its reply replaced.
 *
 * A reply is written whole or not at all, before the call returns or the stream ends; a call that fails, or whose stream
 * is left, writes nothing. Entries that nothing asked for stay; where others were recorded, a warning names them at the
 * end.
 *
 * **Fails with** CassetteError, when the file cannot be read or is no cassette, or its folder cannot be written to.
 */
export const layerAuto = (options: RecordOptions) => layerRecording(options, true)

/** Like `layerAuto`, but asks for everything anew and replaces what is in the file. */
export const layerRecord = (options: RecordOptions) => layerRecording(options, false)

const layerRecording = (
  { file, secrets = Redact.patterns }: RecordOptions,
  reuse: boolean
): Layer.Layer<
  LlmClient.LlmClient | Cassette,
  Tape.CassetteError,
  LlmClient.LlmClient | FileSystem.FileSystem | Path.Path
> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const client = yield* LlmClient.LlmClient
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const parent = path.dirname(file)
      yield* Effect.mapError(fs.makeDirectory(parent, { recursive: true }), Tape.unusable(file))
      const folder = yield* Effect.mapError(fs.realPath(parent), Tape.unusable(file))
      const tape = yield* Tape.open(file, path.join(folder, path.basename(file)))
      // A file that cannot be written is better known now than after the first paid reply.
      yield* Tape.rewrite(tape)

      const record = (key: string, request: LlmRequest, reply: LlmReply) =>
        Effect.suspend(() => {
          const place = secretIn(secrets, { request, reply })
          if (place !== undefined) {
            const where = place === "path" ? "the path of a step" : `the ${place} of ${shownRequest.origin(request)}`
            return Effect.logWarning(
              `not recorded in ${file}: ${where} has what looks like a secret; ` +
                "put Redact.layer around the cassette, or say in `secrets` what is one"
            )
          }
          return Effect.catch(Tape.put(tape, key, { request, reply }), (error) =>
            Effect.logWarning(`not recorded yet: ${error.message}`)
          )
        })

      const recording = Middleware.make((request) =>
        Effect.sync(() => {
          const key = tape.keyOf(request)
          const known = Tape.get(tape, key)
          return known !== undefined && reuse && request.metadata.fresh !== true
            ? { client: LlmClient.make(() => Effect.succeed(known)) }
            : { leave: ({ reply }) => (reply === undefined ? Effect.void : record(key, request, reply)) }
        })
      )(client)
      const served = reuse ? singleFlight.make(recording) : recording
      return provide(tape, LlmClient.over(client, served))
    })
  )

/**
 * Where a secret is. Texts are searched as they are: in JSON a line break is two characters, and what follows it no
 * beginning of a word. What is JSON by itself is searched as such too.
 */
const secretIn = (secrets: ReadonlyArray<RegExp>, { request, reply }: cassetteFile.Entry) => {
  const found = (value: unknown): boolean => {
    if (typeof value === "string") return secrets.some((secret) => value.search(secret) >= 0)
    if (typeof value !== "object" || value === null) return false
    return Object.entries(value).some(([key, inside]) => found(key) || found(inside))
  }
  const { metadata, ...asked } = request
  if (found(metadata)) return "path"
  if (found(asked) || found(JSON.stringify(asked.format)) || found(JSON.stringify(asked.parameters))) return "request"
  return found(reply) ? "reply" : undefined
}

const provide = (tape: Tape.Tape, client: LlmClient.Service) =>
  Context.make(LlmClient.LlmClient, client).pipe(
    Context.add(Cassette, { unused: Effect.sync(() => Tape.unused(tape)), prune: Tape.prune(tape) })
  )
