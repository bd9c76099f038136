import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, NoRecordedReply } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as shownRequest from "./internal/around/shownRequest.ts"
import * as singleFlight from "./internal/around/singleFlight.ts"
import { explain } from "./internal/cassette/explain.ts"
import type { Entry } from "./internal/cassette/recorded.ts"
import { CassetteError, unusable } from "./internal/cassette/replies.ts"
import * as Session from "./internal/cassette/session.ts"
import * as Tape from "./internal/cassette/tape.ts"
import * as Middleware from "./Middleware.ts"
import * as folders from "./internal/file/folders.ts"
import * as Redact from "./Redact.ts"

export { entries, migrate, type Recorded } from "./internal/cassette/migrate.ts"
export { CassetteError } from "./internal/cassette/replies.ts"
export type { Origin } from "./internal/cassette/tape.ts"

/** What a cassette knows of its use, and the removal of what is of none. */
export class Cassette extends Context.Service<
  Cassette,
  {
    readonly unused: Effect.Effect<ReadonlyArray<Tape.Origin>, CassetteError>
    readonly prune: Effect.Effect<ReadonlyArray<Tape.Origin>, CassetteError>
  }
>()("@stepwright/llm/Cassette") {}

export interface Options {
  /** A folder with a JSON file for each reply. A single file, as an earlier version wrote it, is read, and never written. */
  readonly file: string
  /** Whether a request was asked for before, by an earlier process of a run say: its entry is in use. */
  readonly asked?: (request: LlmRequest) => boolean
}

export interface RecordOptions extends Options {
  /** What secrets look like: a call with one in it is not recorded. `Redact.patterns` unless given. */
  readonly secrets?: ReadonlyArray<RegExp>
}

/**
 * The origins of the entries that nothing has asked for since the layer was built.
 *
 * **Fails with** CassetteError, when one of them cannot be read.
 */
export const unused = Effect.flatMap(Cassette, (cassette) => cassette.unused)

/**
 * Removes the entries that nothing has asked for since the layer was built, those too that another process has recorded
 * meanwhile, and gives their origins. Nothing else ever removes an entry, so ask for all that is to stay before.
 *
 * **Fails with** CassetteError, when one of them cannot be read or removed.
 */
export const prune = Effect.flatMap(Cassette, (cassette) => cassette.prune)

/**
 * Answers from a folder and never asks a model. A request matches an entry when all but its metadata is equal; of equal
 * requests of one path the second gets the second entry, and so on, and the last one answers what is more than there are.
 *
 * **Fails with** CassetteError, when there is nothing; a call with NoRecordedReply, showing the nearest entry and the
 * difference, or where the entry is damaged.
 */
export const layerReplay = (
  options: Options
): Layer.Layer<LlmClient.LlmClient | Cassette, CassetteError, FileSystem.FileSystem> =>
  Layer.effectContext(
    Effect.map(Tape.open(options.file, options.asked), (tape) => provide(tape, replaying(Session.make(tape))))
  )

/**
 * Answers from a folder, asks the client below for what is not in it, and records that. Equal requests at the same time
 * are asked once, but for streams, each of which is asked unless a call that does not stream is ahead. A request that a
 * step asks anew (metadata `fresh`) is asked again and its reply replaced.
 *
 * A reply is written whole or not at all, before the call returns or the stream ends; a call that fails, or whose stream
 * is left, writes nothing. What another process writes at the same time stays. Entries that nothing asked for stay too;
 * where others were recorded, a warning names them at the end.
 *
 * **Fails with** CassetteError, when the folder cannot be written to; a call with NoRecordedReply, when its entry is
 * damaged, or there is none in a single file, which is not recorded to.
 */
export const layerAuto = (options: RecordOptions) => layerRecording(options, true)

/** Like `layerAuto`, but asks for everything anew and replaces what is in the folder. A single file it refuses. */
export const layerRecord = (options: RecordOptions) => layerRecording(options, false)

const layerRecording = (
  { asked, file, secrets = Redact.patterns }: RecordOptions,
  reuse: boolean
): Layer.Layer<LlmClient.LlmClient | Cassette, CassetteError, LlmClient.LlmClient | FileSystem.FileSystem> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const client = yield* LlmClient.LlmClient
      yield* ready(file)
      const tape = yield* Tape.open(file, asked)
      const isReadOnly = tape.replies.writer === undefined
      const session = Session.make(tape, reuse ? undefined : yield* (yield* Tape.writerOf(tape)).now)
      const answered = known(session)
      const recorded = recording(session, !reuse, secrets)(client)
      // what a request ahead has recorded meanwhile is there for an equal one behind it
      const all = reuse ? answered(singleFlight.make(answered(recorded))) : recorded
      return provide(tape, LlmClient.over(client, isReadOnly ? replaying(session) : all))
    })
  )

/** Makes a folder ready to be written to: that it cannot be is better known now than after the first paid reply. */
const ready = Effect.fnUntraced(
  function* (file: string) {
    const fs = yield* FileSystem.FileSystem
    const found = yield* Effect.option(fs.stat(file))
    if (Option.exists(found, ({ type }) => type !== "Directory")) return
    yield* folders.make(fs, file)
    // a process that was killed may have left names that are not on the disk yet
    const above = folders.above(file)
    yield* Effect.forEach([folders.above(above), above, file], (path) => folders.flush(fs, path), { discard: true })
    yield* fs.access(file, { writable: true })
  },
  (work, file) => Effect.mapError(work, unusable(file))
)

const nobody = LlmClient.make(() => Effect.die(new Error("a replay asks no model")))

const replying = (reply: LlmReply) => LlmClient.make(() => Effect.succeed(reply))

const failing = (detail: string) =>
  LlmClient.make(() => Effect.fail(new LlmError({ reason: new NoRecordedReply({ detail }) })))

/** A client in place of the one below, which fails where a cassette does. */
const opening = (open: (request: LlmRequest) => Effect.Effect<Middleware.Call, CassetteError>) =>
  Middleware.make((request) =>
    Effect.catch(open(request), ({ message }) => Effect.succeed({ client: failing(message) }))
  )

/** Answers what is recorded. */
const known = (session: Session.Session) =>
  opening((request) =>
    request.metadata.fresh === true
      ? Effect.succeed({})
      : Effect.map(Session.get(session, request), (reply) => (reply === undefined ? {} : { client: replying(reply) }))
  )

/** Answers what is recorded, and fails where nothing is. */
const replaying = (session: Session.Session) =>
  opening(
    Effect.fnUntraced(function* (request) {
      const reply = yield* Session.get(session, request)
      return { client: reply === undefined ? failing(yield* explain(session.tape, request)) : replying(reply) }
    })
  )(nobody)

/** Records what the client below replies; `anew`: in place of what is there. */
const recording = (session: Session.Session, anew: boolean, secrets: ReadonlyArray<RegExp>) => {
  const record = (request: LlmRequest, reply: LlmReply) =>
    Effect.suspend(() => {
      const { file } = session.tape
      const place = secretIn(secrets, { request, reply })
      if (place !== undefined) {
        const where = place === "path" ? "the path of a step" : `the ${place} of ${shownRequest.origin(request)}`
        return Effect.logWarning(
          `not recorded in ${file}: ${where} has what looks like a secret; ` +
            "put Redact.layer around the cassette, or say in `secrets` what is one"
        )
      }
      return Effect.catch(Session.put(session, request, reply), (error) =>
        Effect.logWarning(`not recorded yet: ${error.message}`)
      )
    })
  return opening((request) =>
    Effect.as(anew || request.metadata.fresh === true ? Session.lookAt(session, request) : Effect.void, {
      leave: ({ reply }) => (reply === undefined ? Effect.void : record(request, reply))
    })
  )
}

/**
 * Where a secret is. Texts are searched as they are: in JSON a line break is two characters, and what follows it no
 * beginning of a word. What is JSON by itself is searched as such too.
 */
const secretIn = (secrets: ReadonlyArray<RegExp>, { request, reply }: Entry) => {
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
    Context.add(Cassette, { unused: Tape.unused(tape), prune: Tape.prune(tape) })
  )
