import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Hash from "effect/Hash"
import type * as PlatformError from "effect/PlatformError"
import * as RcMap from "effect/RcMap"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { Hasher } from "@stepwright/core/Hasher"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { identity, type LlmRequest } from "@stepwright/core/LlmRequest"
import * as requestDiff from "../around/requestDiff.ts"
import * as shownRequest from "../around/shownRequest.ts"
import type { Problem } from "../file/jsonText.ts"
import { writeWhole } from "../file/writeWhole.ts"
import * as cassetteFile from "./file.ts"

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

/** The entries of a cassette's file, those of them that are in use, and how much of it is on disk. */
export interface Tape {
  /** As it was named, for messages. */
  readonly file: string
  /** Where it is: what a link points to. */
  readonly target: string
  readonly fs: FileSystem.FileSystem
  readonly keyOf: (request: LlmRequest) => string
  readonly entries: Map<string, cassetteFile.Entry>
  readonly used: Set<string>
  readonly lock: Semaphore.Semaphore
  /** Why there was no file, until it is written. */
  absent: PlatformError.PlatformError | undefined
  recorded: number
  changes: number
  written: number
}

/** The reply that is recorded under a key, which is in use from now on. */
export const get = ({ entries, used }: Tape, key: string): LlmReply | undefined => {
  used.add(key)
  return entries.get(key)?.reply
}

/** Puts an entry under a key. Returns once all that was put before is in the file. */
export const put = (tape: Tape, key: string, entry: cassetteFile.Entry): Effect.Effect<void, CassetteError> =>
  Effect.suspend(() => {
    tape.entries.set(key, entry)
    tape.recorded++
    tape.changes++
    return save(tape)
  })

/** Writes the file, also when nothing has changed. */
export const rewrite = (tape: Tape): Effect.Effect<void, CassetteError> =>
  Effect.suspend(() => {
    tape.changes++
    return save(tape)
  })

/** The origins of the entries that nothing has asked for. */
export const unused = (tape: Tape): ReadonlyArray<Origin> => left(tape).map(originOf)

/** Removes the entries that nothing has asked for, and gives their origins. */
export const prune = (tape: Tape): Effect.Effect<ReadonlyArray<Origin>, CassetteError> =>
  Effect.suspend(() => {
    const gone = left(tape)
    for (const [key] of gone) tape.entries.delete(key)
    return Effect.as(rewrite(tape), gone.map(originOf)).pipe(
      Effect.tapError(() => Effect.sync(() => gone.forEach(([key, entry]) => tape.entries.set(key, entry))))
    )
  })

/** Why there is no reply for a request: the nearest entry, and where it differs. */
export const explain = ({ entries, file }: Tape, request: LlmRequest): string => {
  const nearest = requestDiff.nearest(request, entries.values())
  const lines = [
    `cassette ${file} has none for ${shownRequest.origin(request)}`,
    ...(nearest === undefined
      ? ["  it is empty"]
      : [
          `  the nearest is for ${shownRequest.origin(nearest.request)}; - recorded, + asked`,
          ...requestDiff.difference(nearest.request, request).map((line) => `    ${line}`)
        ])
  ]
  return lines.join("\n")
}

/**
 * The tape of a file, which all who have it open share, so that none undoes what another did. `missing` is the path that
 * the file gets where it is not there yet; without it, it must be there.
 */
export const open = Effect.fnUntraced(function* (
  file: string,
  missing?: string
): Effect.fn.Return<Tape, CassetteError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  // A link stays one: what is written is its target.
  const target = yield* Effect.orElseSucceed(fs.realPath(file), () => missing ?? file)
  const tapes = yield* Tapes
  const own = yield* Effect.flatMap(Effect.scope, Scope.fork)
  return yield* RcMap.get(tapes, new Target(file, target, fs)).pipe(
    Effect.filterOrFail(
      ({ absent }) => absent === undefined || missing !== undefined,
      ({ absent }) => new CassetteError({ file, detail: absent?.message ?? "" })
    ),
    // What could not be opened is to be read again the next time.
    Effect.onError((cause) => Scope.close(own, Exit.failCause(cause))),
    Scope.provide(own)
  )
})

/** Which file is meant: equal where it is the same one of the same file system, however it was named. */
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

const load = Effect.fnUntraced(function* ({
  file,
  fs,
  path
}: Target): Effect.fn.Return<Tape, CassetteError, Scope.Scope> {
  const hasher = yield* Hasher
  const keyOf = (request: LlmRequest) => hasher(identity(request))
  const entries = new Map<string, cassetteFile.Entry>()
  const found = yield* Effect.result(fs.readFileString(path))
  if (Result.isSuccess(found)) {
    for (const entry of yield* Effect.mapError(cassetteFile.parse(found.success), unfit(file))) {
      entries.set(keyOf(entry.request), entry)
    }
  } else if (found.failure.reason._tag !== "NotFound") {
    return yield* unusable(file)(found.failure)
  }
  const absent = Result.isFailure(found) ? found.failure : undefined
  const lock = yield* Semaphore.make(1)
  const counts = { recorded: 0, changes: 0, written: 0 }
  const tape: Tape = { file, target: path, fs, keyOf, entries, used: new Set(), lock, absent, ...counts }
  yield* Effect.addFinalizer(() => warnOfUnused(tape))
  return tape
})

/** Returns once all that was put before is in the file: the save before may have written it too. */
const save = (tape: Tape): Effect.Effect<void, CassetteError> =>
  Effect.suspend(() => {
    const { changes, entries, fs, target, written } = tape
    if (written === changes) return Effect.void
    return Effect.map(writeWhole(fs, target, cassetteFile.print(entries)), () => {
      tape.written = changes
      tape.absent = undefined
    })
  }).pipe(Effect.uninterruptible, tape.lock.withPermit, Effect.mapError(unusable(tape.file)))

const left = ({ entries, used }: Tape) => [...entries].filter(([key]) => !used.has(key))

const originOf = ([, { request }]: readonly [string, cassetteFile.Entry]): Origin => {
  const { path, step, turn } = request.metadata
  return { path, step, turn }
}

const warnOfUnused = (tape: Tape): Effect.Effect<void> =>
  Effect.suspend(() => {
    const old = unused(tape)
    if (tape.recorded === 0 || old.length === 0) return Effect.void
    const some = old.slice(0, 10).map(shownRequest.originOf)
    return Effect.logWarning(
      `cassette ${tape.file}: nothing asked for ${old.length} of its entries, and others were recorded: ` +
        `${some.join("; ")}${old.length > some.length ? "; …" : ""}; ` +
        "remove them with Cassette.prune if they are out of date"
    )
  })

/** The error of a file that cannot be read or written. */
export const unusable = (file: string) => (error: PlatformError.PlatformError) =>
  new CassetteError({ file, detail: error.message })

const unfit = (file: string) => (problems: ReadonlyArray<Problem>) =>
  new CassetteError({
    file,
    detail: problems.map(({ line, column, detail }) => `${detail} (${file}:${line}:${column})`).join(";\n  ")
  })
