import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Semaphore from "effect/Semaphore"
import { Hasher } from "@stepwright/core/Hasher"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, ProviderUnavailable } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { identity, type LlmRequest } from "@stepwright/core/LlmRequest"
import * as Usage from "@stepwright/core/Usage"
import { writeWhole } from "./internal/file/writeWhole.ts"
import * as relayFile from "./internal/relay/file.ts"

export interface Options {
  /** The mailbox: a folder, made where it is missing. */
  readonly directory: string
  /** How often to look for a reply: every second unless given. */
  readonly interval?: Duration.Input
}

/** A request that has no reply yet. `request` and `reply` are names of files in the folder. */
export interface Waiting {
  readonly request: string
  readonly reply: string
  readonly path: string
  readonly step: string
  readonly turn: number
  readonly since: DateTime.Utc
}

/**
 * A mailbox in a folder, so that a person or another program is the model. Each request becomes `….request.md`; the reply
 * is the whole content of `….reply.md` beside it, taken once it is not empty and no longer changes from one
 * look to the next: a writer that may pause for longer writes another file and renames it. `WAITING.md` lists what waits.
 *
 * The folder, where it is made, and the files are for nobody else to read.
 *
 * A request is known by its content: asked again, also by another process, it finds its file and its reply. One that a
 * step asks anew, since the reply was of no use or by force, waits for another: the old one is kept as
 * `….rejected1.md`. What a reply cost is unknown.
 *
 * **Fails with** ProviderUnavailable, when the folder cannot be read or written.
 */
export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient, never, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    LlmClient.LlmClient,
    Effect.gen(function* () {
      const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const hasher = yield* Hasher
      const lock = yield* Semaphore.make(1)
      const { directory, interval = "1 second" } = options
      const every = Duration.fromInputUnsafe(interval)

      const write = (name: string, content: string) =>
        writeWhole(fs, path.join(directory, name), new TextEncoder().encode(content))

      const setAside = Effect.fnUntraced(function* (stem: string) {
        if (!(yield* fs.exists(`${stem}${replyEnding}`))) return
        let n = 1
        while (yield* fs.exists(`${stem}.rejected${n}.md`)) n++
        yield* fs.rename(`${stem}${replyEnding}`, `${stem}.rejected${n}.md`)
      })

      /** Writes the request's file unless it is there, and gives its name without the ending. */
      const post = Effect.fnUntraced(function* (request: LlmRequest) {
        const id = hasher(identity(request)).slice(0, 12)
        yield* fs.makeDirectory(directory, { recursive: true, mode: 0o700 })
        const stems = yield* stemsOf(fs, directory)
        const known = stems.find((stem) => stem.endsWith(`-${id}`))
        if (known !== undefined) {
          if (request.metadata.fresh === true) yield* setAside(path.join(directory, known))
          return known
        }
        const last = Math.max(0, ...stems.map((stem) => Number.parseInt(stem, 10) || 0))
        const stem = relayFile.stem(last + 1, request, id)
        const now = yield* DateTime.now
        yield* write(`${stem}${requestEnding}`, relayFile.print(request, id, `${stem}${replyEnding}`, now))
        return stem
      })

      const list = Effect.flatMap(waiting(directory), (all) => write("WAITING.md", printWaiting(all)))

      const alone = <A>(effect: Effect.Effect<A, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path>) =>
        lock.withPermit(Effect.uninterruptible(Effect.provide(effect, context)))

      const poll = Effect.fnUntraced(function* (file: string) {
        let before = ""
        for (let look = 1; ; look++) {
          if (yield* fs.exists(file)) {
            const text = yield* fs.readFileString(file)
            // Only what was there before is trusted to be whole by its age: a copy may carry an old time from the start.
            const isSettled = text === before || (look === 1 && (yield* isOlder(fs, file, Duration.times(every, 2))))
            if (text.trim() !== "" && isSettled) return text
            before = text
          }
          yield* Effect.sleep(every)
        }
      })

      return LlmClient.make((request) =>
        Effect.gen(function* () {
          const stem = yield* alone(Effect.tap(post(request), () => list))
          const text = yield* poll(path.join(directory, `${stem}${replyEnding}`))
          yield* alone(list)
          return { text, finishReason: "stop", usage: Usage.unknown } satisfies LlmReply
        }).pipe(
          Effect.mapError(
            (error) =>
              new LlmError({ reason: new ProviderUnavailable({ detail: `relay ${directory}: ${error.message}` }) })
          )
        )
      )
    })
  )

/** The requests in a mailbox that have no reply yet, in the order in which they were asked. */
export const waiting = (
  directory: string
): Effect.Effect<ReadonlyArray<Waiting>, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const all: Array<Waiting> = []
    for (const stem of yield* stemsOf(fs, directory)) {
      const request = `${stem}${requestEnding}`
      const reply = `${stem}${replyEnding}`
      if (yield* fs.exists(path.join(directory, reply))) continue
      const head = relayFile.parseHead(yield* fs.readFileString(path.join(directory, request)))
      if (Option.isNone(head)) continue
      const { step, turn, asked } = head.value
      all.push({ request, reply, path: head.value.path, step, turn, since: asked })
    }
    return all
  })

const requestEnding = ".request.md"
const replyEnding = ".reply.md"

const stemsOf = (fs: FileSystem.FileSystem, directory: string) =>
  Effect.map(fs.readDirectory(directory), (names) =>
    names
      .filter((name) => name.endsWith(requestEnding))
      .map((name) => name.slice(0, -requestEnding.length))
      .toSorted((a, b) => (Number.parseInt(a, 10) || 0) - (Number.parseInt(b, 10) || 0))
  )

/** Whether a file was last written at least so long ago. */
const isOlder = Effect.fnUntraced(function* (fs: FileSystem.FileSystem, file: string, age: Duration.Duration) {
  const { mtime } = yield* fs.stat(file)
  const now = yield* Clock.currentTimeMillis
  return Option.isSome(mtime) && now - mtime.value.getTime() >= Duration.toMillis(age)
})

const printWaiting = (all: ReadonlyArray<Waiting>): string => {
  const items = all.map(
    ({ request, reply, path, turn, since }) =>
      `- ${path}, turn ${turn}, since ${DateTime.formatIso(since)}: read \`${request}\`, answer in \`${reply}\``
  )
  return [`# Waiting for ${all.length} ${all.length === 1 ? "reply" : "replies"}`, "", ...items, ""].join("\n")
}
