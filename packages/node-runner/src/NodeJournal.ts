import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as ScopedCache from "effect/ScopedCache"
import { Journal, JournalError, type Service } from "@stepwright/core/Journal"
import { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { format } from "@stepwright/core/WorkflowState"
import * as jsonLines from "./internal/disk/jsonLines.ts"
import { isRunId, runIdRule } from "./internal/disk/runId.ts"
import * as runLock from "./internal/disk/runLock.ts"
import { reasonOf } from "./internal/disk/systemError.ts"

const eventsFile = "events.jsonl"
const textsFile = "texts.jsonl"

const encodeEvent = Schema.encodeSync(Schema.fromJsonString(WorkflowEvent))
const decodeEvent = Schema.decodeUnknownResult(Schema.fromJsonString(WorkflowEvent))
const Format = Schema.Struct({ format: Schema.Int })
/** The format of a first event, or of the state that it starts from. */
const AnyFormat = Schema.fromJsonString(Schema.Union([Format, Schema.Struct({ state: Format })]))
const Text = Schema.fromJsonString(Schema.Struct({ hash: Schema.String, text: Schema.String }))
const encodeText = Schema.encodeSync(Text)
const decodeText = Schema.decodeUnknownResult(Text)

/**
 * Keeps each run in a folder of its own: `events.jsonl`, one event a line, written through to the disk before the run
 * goes on, and `texts.jsonl`, prompts and replies by hash. One process at a time writes to a run; any may read.
 */
export const layer = (options: { readonly directory: string }): Layer.Layer<never> =>
  Layer.effect(Journal, make(options.directory)).pipe(Layer.provide(NodeFileSystem.layer))

/** Ids of the runs in a directory, the one that was written to last first. */
export const runs = (directory: string): Effect.Effect<ReadonlyArray<string>, JournalError> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if (!(yield* fs.exists(directory))) return []
    const found: Array<{ readonly run: string; readonly written: number }> = []
    for (const run of yield* fs.readDirectory(directory)) {
      const events = yield* Effect.option(fs.stat(`${directory}/${run}/${eventsFile}`))
      if (Option.isNone(events)) continue
      const written = Option.match(events.value.mtime, { onNone: () => 0, onSome: (time) => time.getTime() })
      found.push({ run, written })
    }
    return found.toSorted((a, b) => b.written - a.written).map(({ run }) => run)
  }).pipe(Effect.mapError(failed(directory)), Effect.provide(NodeFileSystem.layer))

/** The process that writes to a run now, if one does. */
export const writer = (directory: string, run: string): Effect.Effect<number | undefined> =>
  Effect.provide(runLock.holder(`${directory}/${run}`), NodeFileSystem.layer)

const make = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem

  const folder = (run: string) =>
    isRunId(run)
      ? Effect.succeed(`${directory}/${run}`)
      : Effect.fail(new JournalError({ run, reason: "Failed", detail: runIdRule }))

  /** Locks a run and opens its files; the texts that are there already are known by their hashes. */
  const open = Effect.fnUntraced(function* (run: string) {
    const path = yield* folder(run)
    return yield* Effect.gen(function* () {
      yield* fs.makeDirectory(path, { recursive: true })
      yield* runLock.acquire(run, path)
      const texts = yield* readTexts(`${path}/${textsFile}`)
      return {
        events: yield* jsonLines.appender(`${path}/${eventsFile}`, { sync: true }),
        texts: yield* jsonLines.appender(`${path}/${textsFile}`, { sync: false }),
        hashes: new Set(texts.keys())
      }
    }).pipe(
      Effect.provideService(FileSystem.FileSystem, fs),
      Effect.catchTag("PlatformError", (error) => Effect.fail(failed(run)(error)))
    )
  })

  const readTexts = (path: string) =>
    Effect.map(jsonLines.read(path), (lines) => {
      const texts = new Map<string, string>()
      for (const line of lines) {
        const text = decodeText(line)
        if (Result.isSuccess(text)) texts.set(text.success.hash, text.success.text)
      }
      return texts
    }).pipe(Effect.provideService(FileSystem.FileSystem, fs))

  /** The runs that this process writes to, each opened by what writes first. A run that could not be is tried again. */
  const writers = yield* ScopedCache.makeWith({
    lookup: open,
    capacity: Infinity,
    timeToLive: (exit) => (Exit.isSuccess(exit) ? Infinity : 0)
  })

  const journal: Service = {
    append: Effect.fnUntraced(function* (run, event) {
      const { events } = yield* ScopedCache.get(writers, run)
      yield* Effect.mapError(events.append(encodeEvent(event)), failed(run))
    }),
    load: Effect.fnUntraced(function* (run) {
      const path = `${yield* folder(run)}/${eventsFile}`
      const lines = yield* jsonLines
        .read(path)
        .pipe(Effect.provideService(FileSystem.FileSystem, fs), Effect.mapError(failed(run)))
      if (lines.length === 0) return yield* notFound(run, `no such run below ${directory}`)
      const events: Array<WorkflowEvent> = []
      for (const [index, line] of lines.entries()) {
        const event = decodeEvent(line)
        if (Result.isFailure(event)) return yield* unreadable(run, `${path}:${index + 1}`, line, event.failure.message)
        events.push(event.success)
      }
      return events
    }),
    size: Effect.fnUntraced(function* (run) {
      const writer = Option.getOrUndefined(yield* ScopedCache.getSuccess(writers, run))
      const known = writer?.events.lines()
      if (known !== undefined) return known
      const path = yield* folder(run)
      // who asks is about to write, and what another process has is none to go on from
      const other = yield* Effect.provideService(runLock.holder(path), FileSystem.FileSystem, fs)
      if (other !== undefined) return yield* runLock.locked(run, other)
      const lines = jsonLines.read(`${path}/${eventsFile}`)
      return (yield* Effect.mapError(Effect.provideService(lines, FileSystem.FileSystem, fs), failed(run))).length
    }),
    putText: Effect.fnUntraced(function* (run, hash, text) {
      const { hashes, texts } = yield* ScopedCache.get(writers, run)
      if (hashes.has(hash)) return
      hashes.add(hash)
      yield* Effect.mapError(texts.append(encodeText({ hash, text })), failed(run))
    }),
    getText: Effect.fnUntraced(function* (run, hash) {
      const texts = yield* Effect.mapError(readTexts(`${yield* folder(run)}/${textsFile}`), failed(run))
      const text = texts.get(hash)
      return text === undefined ? yield* notFound(run, `no text with hash ${hash}`) : text
    })
  }
  return journal
})

const failed = (run: string) => (error: PlatformError) => {
  const place = "pathOrDescriptor" in error.reason ? error.reason.pathOrDescriptor : undefined
  return new JournalError({ run, reason: "Failed", detail: [place, reasonOf(error)].filter(Boolean).join(": ") })
}

const notFound = (run: string, detail: string) => new JournalError({ run, reason: "NotFound", detail })

const unreadable = (run: string, place: string, line: string, detail: string) => {
  const first = Option.getOrUndefined(Schema.decodeUnknownOption(AnyFormat)(line))
  const written = first && "state" in first ? first.state : first
  return written !== undefined && written.format > format
    ? new JournalError({
        run,
        reason: "Newer",
        detail: `${place}: it has format ${written.format}, this version reads up to ${format}; install a newer one`
      })
    : new JournalError({ run, reason: "Unreadable", detail: `${place}: ${detail}` })
}
