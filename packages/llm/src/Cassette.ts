import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { Hasher } from "@stepwright/core/Hasher"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, NoRecordedReply } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { identity, type LlmRequest } from "@stepwright/core/LlmRequest"
import * as CassetteFile from "./internal/cassetteFile.ts"
import * as describeRequest from "./internal/describeRequest.ts"
import * as requestDiff from "./internal/requestDiff.ts"

/** A cassette that cannot be read or written; `detail` says where and why. */
export class CassetteError extends Schema.TaggedError<CassetteError>()("CassetteError", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `cassette ${this.file}: ${this.detail}`
  }
}

/** What a cassette knows of its use: the origins of the entries that nothing has asked for yet. */
export class Cassette extends Context.Service<
  Cassette,
  { readonly unused: Effect.Effect<ReadonlyArray<Omit<LlmRequest["metadata"], "run">>> }
>()("@stepwright/llm/Cassette") {}

export interface Options {
  /** A JSON file; its folder is made where it is missing. */
  readonly file: string
}

/** The origins (path, step, turn) of the entries that nothing has asked for since the layer was built. */
export const unused = Effect.flatMap(Cassette, (cassette) => cassette.unused)

/**
 * Answers from a file and never asks a model. A request matches an entry when all but its metadata is equal.
 *
 * **Fails with** CassetteError, when the file cannot be read; a call with NoRecordedReply, showing the nearest entry and
 * the difference.
 */
export const layerReplay = (
  options: Options
): Layer.Layer<LlmClient.LlmClient | Cassette, CassetteError, FileSystem.FileSystem> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const tape = yield* open(options.file, false)
      return serve(
        tape,
        (request) => tape.missing(request),
        () => true
      )
    })
  )

/**
 * Answers from a file, asks the client below for what is not in it, and records that. A request that a step asks anew,
 * since the reply was of no use or by force, is asked again and its reply replaced. A reply is written whole or not at
 * all, before the call returns; a failed call writes nothing.
 *
 * **Fails with** CassetteError, when the file cannot be read or its folder not be written to.
 */
export const layerAuto = (options: Options) => layerRecording(options, true)

/** Like `layerAuto`, but asks for everything anew and replaces what is in the file. */
export const layerRecord = (options: Options) => layerRecording(options, false)

const layerRecording = (
  options: Options,
  reuse: boolean
): Layer.Layer<
  LlmClient.LlmClient | Cassette,
  CassetteError,
  LlmClient.LlmClient | FileSystem.FileSystem | Path.Path
> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const client = yield* LlmClient.LlmClient
      const fs = yield* FileSystem.FileSystem
      const folder = (yield* Path.Path).dirname(options.file)
      yield* Effect.mapError(fs.makeDirectory(folder, { recursive: true }), unusable(options.file))
      const tape = yield* open(options.file, true)
      // A file that cannot be written is better known now than after the first paid reply.
      yield* tape.save
      const record = (request: LlmRequest) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.tap(restore(client.generate(request)), (reply) => {
            tape.put(request, reply)
            return Effect.catch(tape.save, (error) => Effect.logWarning(`not recorded yet: ${error.message}`))
          })
        )
      return serve(tape, record, ({ metadata }) => reuse && metadata.fresh !== true)
    })
  )

const serve = (tape: Tape, otherwise: LlmClient.Service["generate"], mayReuse: (request: LlmRequest) => boolean) => {
  const client = LlmClient.make((request) =>
    Effect.suspend(() => {
      const reply = tape.get(request)
      return mayReuse(request) && reply !== undefined ? Effect.succeed(reply) : otherwise(request)
    })
  )
  return Context.make(LlmClient.LlmClient, client).pipe(Context.add(Cassette, { unused: tape.unused }))
}

interface Tape {
  readonly get: (request: LlmRequest) => LlmReply | undefined
  readonly put: (request: LlmRequest, reply: LlmReply) => void
  readonly save: Effect.Effect<void, CassetteError>
  readonly missing: (request: LlmRequest) => Effect.Effect<never, LlmError>
  readonly unused: Cassette["Service"]["unused"]
}

const open = Effect.fnUntraced(function* (
  file: string,
  create: boolean
): Effect.fn.Return<Tape, CassetteError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const hasher = yield* Hasher
  const hash = (request: LlmRequest) => hasher(identity(request))
  const entries = new Map<string, CassetteFile.Entry>()
  const used = new Set<string>()

  if (!create || (yield* Effect.mapError(fs.exists(file), unusable(file)))) {
    const text = yield* Effect.mapError(fs.readFileString(file), unusable(file))
    const read = yield* Effect.mapError(CassetteFile.parse(text), (detail) => new CassetteError({ file, detail }))
    for (const entry of read) entries.set(hash(entry.request), entry)
  }

  const lock = yield* Semaphore.make(1)
  const write = Effect.suspend(() => {
    const temporary = `${file}.tmp`
    return Effect.andThen(fs.writeFileString(temporary, CassetteFile.print(entries)), fs.rename(temporary, file))
  })

  return {
    get: (request) => {
      const key = hash(request)
      used.add(key)
      return entries.get(key)?.reply
    },
    put: (request, reply) => entries.set(hash(request), { request, reply }),
    save: Effect.mapError(lock.withPermit(Effect.uninterruptible(write)), unusable(file)),
    missing: (request) => {
      const nearest = requestDiff.nearest(request, entries.values())
      const lines = [
        `cassette ${file} has none for ${describeRequest.origin(request)}`,
        ...(nearest === undefined
          ? ["  it is empty"]
          : [
              `  the nearest is for ${describeRequest.origin(nearest.request)}; - recorded, + asked`,
              ...requestDiff.difference(nearest.request, request).map((line) => `    ${line}`)
            ])
      ]
      return Effect.fail(new LlmError({ reason: new NoRecordedReply({ detail: lines.join("\n") }) }))
    },
    unused: Effect.sync(() =>
      [...entries]
        .filter(([key]) => !used.has(key))
        .map(
          ([
            ,
            {
              request: { metadata }
            }
          ]) => ({ path: metadata.path, step: metadata.step, turn: metadata.turn })
        )
    )
  }
})

const unusable = (file: string) => (error: PlatformError.PlatformError) =>
  new CassetteError({ file, detail: error.message })
