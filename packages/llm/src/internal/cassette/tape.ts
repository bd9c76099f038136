import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Hash from "effect/Hash"
import * as RcMap from "effect/RcMap"
import * as Scope from "effect/Scope"
import { Hasher } from "@stepwright/core/Hasher"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as shownRequest from "../around/shownRequest.ts"
import * as folder from "./folder.ts"
import * as name from "./name.ts"
import { CassetteError, recordAnew, type Replies, unusable } from "./replies.ts"
import * as singleFile from "./singleFile.ts"

/** Who asked for an entry when it was recorded. */
export type Origin = Pick<LlmRequest["metadata"], "path" | "step" | "turn">

/** A cassette, as all who have it open in this process share it. */
export interface Tape {
  /** As it was named, for messages. */
  readonly file: string
  readonly nameOf: (request: LlmRequest) => ReturnType<typeof name.ofRequest>
  readonly replies: Replies
  /** The files that were asked for or written. */
  readonly used: Set<string>
  /** What tells of a request whether it was asked for before the tape was opened. */
  readonly asked: Set<Asked>
  /** Replies that could not be written yet. */
  readonly unwritten: Set<Unwritten>
  /** The files by the hash in their names, once they had to be listed. */
  index: Map<string, Array<string>> | undefined
  recorded: number
}

export type Asked = (request: LlmRequest) => boolean

export interface Unwritten {
  readonly key: string
  readonly reply: LlmReply
  readonly write: Effect.Effect<void, CassetteError>
}

/**
 * The reply to a request: to the n-th of equal ones of a path the n-th that is recorded, or the last. Where its path has
 * none, that of another path answers.
 */
export const find = Effect.fnUntraced(function* (
  tape: Tape,
  request: LlmRequest,
  nth: number
): Effect.fn.Return<{ readonly reply: LlmReply; readonly number: number } | undefined, CassetteError> {
  const { hash, key, stem } = tape.nameOf(request)
  for (const { key: kept, reply } of tape.unwritten) if (kept === key) return { reply, number: 1 }
  for (let number = nth; number > 0; number--) {
    const reply = yield* read(tape, name.toFile({ stem, number }), key)
    if (reply !== undefined) return { reply, number }
  }
  const others = (yield* indexOf(tape)).get(hash) ?? []
  const number = Math.min(nth, others.length)
  const reply = number === 0 ? undefined : yield* read(tape, others[number - 1]!, key)
  return reply && { reply, number }
})

const read = Effect.fnUntraced(function* (
  tape: Tape,
  file: string,
  key: string
): Effect.fn.Return<LlmReply | undefined, CassetteError> {
  const entry = yield* tape.replies.read(file)
  if (entry === undefined) return undefined
  const own = tape.nameOf(entry.request)
  if (own.key !== key) {
    const detail = `its request was changed since it got its name, which would be ${name.toFile({ ...own, number: 1 })}: ${recordAnew}`
    return yield* new CassetteError({ file: `${tape.file}/${file}`, detail })
  }
  tape.used.add(file)
  return entry.reply
})

const indexOf = Effect.fnUntraced(function* (tape: Tape) {
  if (tape.index !== undefined) return tape.index
  const names = yield* tape.replies.list
  tape.index = new Map()
  for (const one of names) addTo(tape.index, one)
  return tape.index
})

const addTo = (index: Map<string, Array<string>>, { hash, ...rest }: name.Name) => {
  const file = name.toFile(rest)
  const files = index.get(hash) ?? []
  if (!files.includes(file)) index.set(hash, [...files, file])
}

/** A file of the cassette was written: it is in use. */
export const written = ({ index, used }: Tape, one: name.Name) => {
  if (index !== undefined) addTo(index, one)
  used.add(name.toFile(one))
}

/** Writes what could not be written before, as far as that can be done now. */
export const retry = (tape: Tape): Effect.Effect<void> =>
  Effect.suspend(() => {
    const all = [...tape.unwritten]
    tape.unwritten.clear()
    return Effect.forEach(all, (one) => attempt(tape, one).pipe(Effect.ignore), { discard: true })
  })

/** Writes a reply, or keeps it to be written later. */
export const attempt = (tape: Tape, one: Unwritten): Effect.Effect<void, CassetteError> =>
  Effect.tapError(one.write, () => Effect.sync(() => tape.unwritten.add(one)))

/** The origins of the entries that nothing has asked for. */
export const unused = (tape: Tape): Effect.Effect<ReadonlyArray<Origin>, CassetteError> =>
  Effect.map(left(tape), (all) => all.map(({ origin }) => origin))

/** Removes the entries that nothing has asked for, and gives their origins. */
export const prune = Effect.fnUntraced(function* (tape: Tape): Effect.fn.Return<ReadonlyArray<Origin>, CassetteError> {
  const { remove } = yield* writerOf(tape)
  const gone = yield* left(tape)
  for (const { file } of gone) yield* remove(file)
  tape.index = undefined
  return gone.map(({ origin }) => origin)
})

export const writerOf = ({ file, replies: { writer } }: Tape) =>
  writer === undefined
    ? Effect.fail(
        new CassetteError({
          file,
          detail: `it is a single file, which is only read: \`stepwright cassette migrate ${file}\` makes a folder of it`
        })
      )
    : Effect.succeed(writer)

const left = Effect.fnUntraced(function* ({ asked, replies, used }: Tape) {
  const all: Array<{ readonly file: string; readonly origin: Origin }> = []
  for (const file of (yield* replies.list).map(name.toFile)) {
    const entry = used.has(file) ? undefined : yield* replies.read(file)
    if (entry === undefined || [...asked].some((isAsked) => isAsked(entry.request))) continue
    const { path, step, turn } = entry.request.metadata
    all.push({ file, origin: { path, step, turn } })
  }
  return all
})

/** The tape of a folder, or of a single file, which all who have it open share. */
export const open = Effect.fnUntraced(function* (
  file: string,
  asked?: Asked
): Effect.fn.Return<Tape, CassetteError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const target = yield* Effect.mapError(fs.realPath(file), unusable(file))
  const tapes = yield* Tapes
  const own = yield* Effect.flatMap(Effect.scope, Scope.fork)
  const tape = yield* RcMap.get(tapes, new Target(file, target, fs)).pipe(
    // What could not be opened is to be read again the next time.
    Effect.onError((cause) => Scope.close(own, Exit.failCause(cause))),
    Scope.provide(own)
  )
  if (asked !== undefined) tape.asked.add(asked)
  return tape
})

/** Which cassette is meant: equal where it is the same one of the same file system, however it was named. */
class Target implements Equal.Equal {
  readonly file: string
  readonly path: string
  readonly fs: FileSystem.FileSystem
  constructor(file: string, path: string, fs: FileSystem.FileSystem) {
    this.file = file
    this.path = path
    this.fs = fs
  }
  [Equal.symbol](that: Equal.Equal): boolean {
    return that instanceof Target && that.path === this.path && that.fs === this.fs
  }
  [Hash.symbol](): number {
    return Hash.string(this.path)
  }
}

/** The tapes that are open in this process. */
const Tapes = Context.Reference<RcMap.RcMap<Target, Tape, CassetteError>>("@stepwright/llm/Cassette/Tapes", {
  // Each tape is closed when the last of those who have it open is done with it; the map itself needs no end.
  defaultValue: () => Effect.runSync(Scope.provide(RcMap.make({ lookup: load }), Scope.makeUnsafe()))
})

const load = Effect.fnUntraced(function* ({ file, fs }: Target): Effect.fn.Return<Tape, CassetteError, Scope.Scope> {
  const hasher = yield* Hasher
  const replies = yield* repliesOf(fs, file, hasher)
  const nameOf = (request: LlmRequest) => name.ofRequest(request, hasher)
  const tape: Tape = {
    file,
    nameOf,
    replies,
    used: new Set(),
    asked: new Set(),
    unwritten: new Set(),
    index: undefined,
    recorded: 0
  }
  yield* Effect.addFinalizer(() => end(tape))
  return tape
})

/** The replies in a folder, or in a single file. */
export const repliesOf = Effect.fnUntraced(function* (
  fs: FileSystem.FileSystem,
  file: string,
  hasher: (text: string) => string
): Effect.fn.Return<Replies, CassetteError> {
  const { type } = yield* Effect.mapError(fs.stat(file), unusable(file))
  if (type === "Directory") return folder.make(fs, file)
  return yield* singleFile.make(file, yield* Effect.mapError(fs.readFileString(file), unusable(file)), hasher)
})

/** Tidies up after a recording, and warns of what it did not use. */
const end = (tape: Tape): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (tape.recorded === 0) return
    yield* retry(tape)
    yield* (yield* writerOf(tape)).sweep
    const old = yield* unused(tape)
    if (old.length === 0) return
    const some = old.slice(0, 10).map(shownRequest.originOf)
    yield* Effect.logWarning(
      `cassette ${tape.file}: nothing asked for ${old.length} of its entries, and others were recorded: ` +
        `${some.join("; ")}${old.length > some.length ? "; …" : ""}; ` +
        "remove them with Cassette.prune if they are out of date"
    )
  }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))
