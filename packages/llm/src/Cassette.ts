import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { Hasher } from "@stepwright/core/Hasher"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, NoRecordedReply } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { identity, type LlmRequest } from "@stepwright/core/LlmRequest"
import * as CassetteFile from "./internal/cassette/file.ts"
import * as describeRequest from "./internal/around/shownRequest.ts"
import type { Problem } from "./internal/file/jsonText.ts"
import * as passage from "./internal/around/around.ts"
import * as requestDiff from "./internal/around/requestDiff.ts"
import * as singleFlight from "./internal/around/singleFlight.ts"
import * as Redact from "./Redact.ts"

/** A cassette that cannot be read or written; `detail` says where and why. */
export class CassetteError extends Schema.TaggedError<CassetteError>()("CassetteError", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `cassette ${this.file}: ${this.detail}`
  }
}

/** Who asked for an entry when it was recorded. */
export type Origin = Pick<LlmRequest["metadata"], "path" | "step" | "turn">

/** What a cassette knows of its use, and the removal of what is of none. */
export class Cassette extends Context.Service<
  Cassette,
  {
    readonly unused: Effect.Effect<ReadonlyArray<Origin>>
    readonly prune: Effect.Effect<ReadonlyArray<Origin>, CassetteError>
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
): Layer.Layer<LlmClient.LlmClient | Cassette, CassetteError, FileSystem.FileSystem> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const tape = yield* open(options.file, options.file, false)
      const client = LlmClient.make((request) =>
        Effect.suspend(() => {
          const reply = tape.get(tape.key(request))
          return reply === undefined ? tape.missing(request) : Effect.succeed(reply)
        })
      )
      return provide(tape, client)
    })
  )

/**
 * Answers from a file, asks the client below for what is not in it, and records that. Equal requests at the same time are
 * asked once, but for streams, each of which is asked unless a call that does not stream is ahead. A request that a step asks anew, since the reply was of no use or by force, is asked again and its reply
 * replaced. A reply is written whole or not at all, before the call returns or the stream ends; a call that fails, or
 * whose stream is left, writes nothing. Entries that nothing asked for stay; where others were recorded, a warning in the
 * log names them at the end.
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
  CassetteError,
  LlmClient.LlmClient | FileSystem.FileSystem | Path.Path
> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const client = yield* LlmClient.LlmClient
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const parent = path.dirname(file)
      yield* Effect.mapError(fs.makeDirectory(parent, { recursive: true }), unusable(file))
      const folder = yield* Effect.mapError(fs.realPath(parent), unusable(file))
      const tape = yield* open(file, path.join(folder, path.basename(file)), true)
      // A file that cannot be written is better known now than after the first paid reply.
      yield* tape.rewrite

      const record = (key: string, request: LlmRequest, reply: LlmReply) =>
        Effect.suspend(() => {
          const place = secretIn(secrets, { request, reply })
          if (place !== undefined) {
            const where = place === "path" ? "the path of a step" : `the ${place} of ${describeRequest.origin(request)}`
            return Effect.logWarning(
              `not recorded in ${file}: ${where} has what looks like a secret; ` +
                "put Redact.layer around the cassette, or say in `secrets` what is one"
            )
          }
          tape.put(key, { request, reply })
          return Effect.catch(tape.save, (error) => Effect.logWarning(`not recorded yet: ${error.message}`))
        })

      const recording = passage.make((request) =>
        Effect.sync(() => {
          const key = tape.key(request)
          const known = tape.get(key)
          return known !== undefined && reuse && request.metadata.fresh !== true
            ? passage.through(LlmClient.make(() => Effect.succeed(known)))
            : {
                ...passage.through(client),
                leave: ({ reply }) => (reply === undefined ? Effect.void : record(key, request, reply))
              }
        })
      )
      const served = reuse ? singleFlight.make(recording) : recording
      return provide(tape, LlmClient.over(client, served))
    })
  )

/**
 * Where a secret is. Texts are searched as they are: in JSON a line break is two characters, and what follows it no
 * beginning of a word. What is JSON by itself is searched as such too.
 */
const secretIn = (secrets: ReadonlyArray<RegExp>, { request, reply }: CassetteFile.Entry) => {
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

const provide = ({ unused, prune }: Tape, client: LlmClient.Service) =>
  Context.make(LlmClient.LlmClient, client).pipe(Context.add(Cassette, { unused, prune }))

interface Tape {
  readonly key: (request: LlmRequest) => string
  /** The reply that is recorded under a key, which is in use from now on. */
  readonly get: (key: string) => LlmReply | undefined
  readonly put: (key: string, entry: CassetteFile.Entry) => void
  /** Returns once all that was put before is in the file. */
  readonly save: Effect.Effect<void, CassetteError>
  /** Like `save`, also when there is nothing new. */
  readonly rewrite: Effect.Effect<void, CassetteError>
  readonly missing: (request: LlmRequest) => Effect.Effect<never, LlmError>
  readonly unused: Cassette["Service"]["unused"]
  readonly prune: Cassette["Service"]["prune"]
  /** Warns of what is out of date. */
  readonly close: Effect.Effect<void>
}

interface Shared {
  readonly tape: Tape
  layers: number
}

/** The tapes that are open, by their file's path. Layers over one file share one, so that neither undoes the other. */
const tapes = new WeakMap<FileSystem.FileSystem, Map<string, Shared>>()
const opening = Semaphore.makeUnsafe(1)

/** The tape of a file; `missing` is the path that it gets where it is not there yet. */
const open = Effect.fnUntraced(function* (
  file: string,
  missing: string,
  create: boolean
): Effect.fn.Return<Tape, CassetteError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const all = tapes.get(fs) ?? new Map<string, Shared>()
  tapes.set(fs, all)
  // A link stays one: what is written is its target.
  const target = yield* Effect.orElseSucceed(fs.realPath(file), () => missing)
  const enter = Effect.gen(function* () {
    const shared = all.get(target) ?? { tape: yield* load(file, target, create), layers: 0 }
    all.set(target, shared)
    shared.layers++
    return shared
  })
  const leave = (shared: Shared) =>
    Effect.suspend(() => {
      shared.layers--
      if (shared.layers > 0) return Effect.void
      all.delete(target)
      return shared.tape.close
    })
  return (yield* Effect.acquireRelease(opening.withPermit(enter), leave)).tape
})

const load = Effect.fnUntraced(function* (
  file: string,
  target: string,
  create: boolean
): Effect.fn.Return<Tape, CassetteError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const hasher = yield* Hasher
  const key = (request: LlmRequest) => hasher(identity(request))
  const entries = new Map<string, CassetteFile.Entry>()
  const used = new Set<string>()

  if (!create || (yield* Effect.mapError(fs.exists(target), unusable(file)))) {
    const text = yield* Effect.mapError(fs.readFileString(target), unusable(file))
    for (const entry of yield* Effect.mapError(CassetteFile.parse(text), unfit(file))) {
      entries.set(key(entry.request), entry)
    }
  }

  let recorded = 0
  let changes = 0
  let written = 0
  const write = Effect.gen(function* () {
    const temporary = `${target}.tmp`
    const handle = yield* fs.open(temporary, { flag: "w" })
    if (yield* fs.exists(target)) yield* fs.chmod(temporary, (yield* fs.stat(target)).mode & 0o777)
    const now = changes
    yield* handle.writeAll(CassetteFile.print(entries))
    // Without it, a machine that stops may be left with an empty file in the place of the old one.
    yield* handle.sync
    yield* fs.rename(temporary, target)
    written = now
  }).pipe(Effect.scoped)

  const lock = yield* Semaphore.make(1)
  // The save before may have written what this one waited to write.
  const save = Effect.suspend(() => (written === changes ? Effect.void : write)).pipe(
    Effect.uninterruptible,
    lock.withPermit,
    Effect.mapError(unusable(file))
  )

  const left = () => [...entries].filter(([key]) => !used.has(key))
  const originsOf = (some: ReadonlyArray<readonly [string, CassetteFile.Entry]>) =>
    some.map(([, { request }]): Origin => {
      const { path, step, turn } = request.metadata
      return { path, step, turn }
    })

  return {
    key,
    get: (key) => {
      used.add(key)
      return entries.get(key)?.reply
    },
    put: (key, entry) => {
      entries.set(key, entry)
      recorded++
      changes++
    },
    save,
    rewrite: Effect.suspend(() => {
      changes++
      return save
    }),
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
    unused: Effect.sync(() => originsOf(left())),
    prune: Effect.suspend(() => {
      const gone = left()
      for (const [key] of gone) entries.delete(key)
      changes++
      return Effect.as(save, originsOf(gone)).pipe(
        Effect.tapError(() => Effect.sync(() => gone.forEach(([key, entry]) => entries.set(key, entry))))
      )
    }),
    close: Effect.suspend(() => {
      const old = originsOf(left())
      if (recorded === 0 || old.length === 0) return Effect.void
      const some = old.slice(0, 10).map(describeRequest.originOf)
      return Effect.logWarning(
        `cassette ${file}: nothing asked for ${old.length} of its entries, and others were recorded: ` +
          `${some.join("; ")}${old.length > some.length ? "; …" : ""}; ` +
          "remove them with Cassette.prune if they are out of date"
      )
    })
  }
})

const unusable = (file: string) => (error: PlatformError.PlatformError) =>
  new CassetteError({ file, detail: error.message })

const unfit = (file: string) => (problems: ReadonlyArray<Problem>) =>
  new CassetteError({
    file,
    detail: problems.map(({ line, column, detail }) => `${detail} (${file}:${line}:${column})`).join(";\n  ")
  })
