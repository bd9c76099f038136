import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as PlatformError from "effect/PlatformError"
import * as Random from "effect/Random"
import { flush, make as makeFolder } from "../file/folders.ts"
import type { Problem } from "../file/jsonText.ts"
import * as name from "./name.ts"
import * as recorded from "./recorded.ts"
import { CassetteError, recordAnew, type Replies, unfit, unusable, type Writer } from "./replies.ts"

/** A folder with a file for each reply; whatever else is in it is left alone. */
export const make = (fs: FileSystem.FileSystem, folder: string): Replies => ({
  list: fs.readDirectory(folder).pipe(
    Effect.map((files) => files.flatMap((file) => name.fromFile(file) ?? []).toSorted(inOrder)),
    Effect.mapError(unusable(folder))
  ),
  read: Effect.fnUntraced(function* (file) {
    const path = `${folder}/${file}`
    const text = yield* Effect.mapError(readText(fs, path), unusable(path))
    return text === undefined ? undefined : yield* Effect.mapError(recorded.parse(text), damaged(path))
  }),
  writer: makeWriter(fs, folder)
})

/**
 * Writes into a folder beside other processes. A file appears whole, under a name that nobody had: it is written as
 * `.….tmp` and then linked, which fails where the name is taken.
 */
export const makeWriter = (fs: FileSystem.FileSystem, folder: string): Writer => {
  const at = (file: string) => `${folder}/${file}`

  /** Writes a text beside a file, to be moved to its place. */
  const draft = (file: string, text: string) =>
    Effect.acquireRelease(Effect.retry(create(file, text), { while: isTaken }), (draft) =>
      Effect.ignore(fs.remove(draft))
    )

  const create = Effect.fnUntraced(function* (
    file: string,
    text: string
  ): Effect.fn.Return<string, PlatformError.PlatformError> {
    const draft = at(`.${file}.${yield* Random.nextIntBetween(0, 2 ** 40)}.tmp`)
    yield* fs.open(draft, { flag: "wx" }).pipe(
      Effect.flatMap((handle) => Effect.andThen(handle.writeAll(new TextEncoder().encode(text)), handle.sync)),
      Effect.scoped
    )
    return draft
  })

  /** Whether a file got a name that nobody had. A disk that knows no links has the name empty for a moment. */
  const link = (from: string, to: string) =>
    fs.link(from, to).pipe(
      Effect.catchIf(
        (error) => !isTaken(error) && !isNotFound(error),
        () =>
          Effect.andThen(
            Effect.scoped(fs.open(to, { flag: "wx" })),
            Effect.tapError(fs.rename(from, to), () => Effect.ignore(fs.remove(to)))
          )
      ),
      Effect.as(true),
      Effect.catchIf(isTaken, () => Effect.succeed(false))
    )

  return {
    look: (file) =>
      Effect.gen(function* () {
        const text = yield* readText(fs, at(file))
        return text === undefined ? undefined : { text, time: timeOf(yield* fs.stat(at(file))) }
      }).pipe(Effect.mapError(unusable(at(file)))),
    now: Effect.gen(function* () {
      const probe = Effect.scoped(Effect.flatMap(draft("now", ""), fs.stat))
      const time = timeOf(yield* probe)
      // a disk's clock ticks a few milliseconds; for one that ticks seconds nobody waits
      for (let tries = 0; tries < 100 && timeOf(yield* probe) === time; tries++);
      return time
    }).pipe(Effect.mapError(unusable(folder))),
    add: (stem, from, text) =>
      Effect.gen(function* () {
        yield* makeFolder(fs, folder)
        const written = yield* draft(name.toFile({ stem, number: from }), text)
        let number = from
        while (!(yield* link(written, at(name.toFile({ stem, number }))))) number++
        yield* flush(fs, folder)
        return number
      }).pipe(Effect.scoped, Effect.uninterruptible, Effect.mapError(unusable(folder))),
    replace: (file, known, text) =>
      Effect.gen(function* () {
        const written = yield* draft(file, text)
        // whoever has this name may replace the file, and nobody else
        const claim = at(`.${file}.tmp`)
        if (!(yield* link(written, claim))) return false
        if ((yield* readText(fs, at(file))) === known) {
          yield* fs.rename(claim, at(file))
          yield* flush(fs, folder)
          return true
        }
        yield* fs.remove(claim)
        return false
      }).pipe(Effect.scoped, Effect.uninterruptible, Effect.mapError(unusable(at(file)))),
    remove: (file) => Effect.mapError(fs.remove(at(file)), unusable(at(file))),
    sweep: Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      for (const file of (yield* fs.readDirectory(folder)).filter((file) => left.test(file))) {
        const remove = Effect.flatMap(fs.stat(at(file)), (info) =>
          now - timeOf(info) > writingMillis ? fs.remove(at(file)) : Effect.void
        )
        // another writer may have been faster
        yield* Effect.catchIf(remove, isNotFound, () => Effect.void)
      }
    }).pipe(Effect.mapError(unusable(folder)))
  }
}

const readText = (fs: FileSystem.FileSystem, file: string) =>
  Effect.catchIf(fs.readFileString(file), isNotFound, () => Effect.undefined)

const damaged = (file: string) => (problems: ReadonlyArray<Problem>) => {
  const { detail } = unfit(file)(problems)
  return new CassetteError({ file, detail: `${detail}: ${recordAnew}` })
}

/** A disk that tells no times has written all long ago. */
const timeOf = ({ mtime }: FileSystem.File.Info) => Option.match(mtime, { onNone: () => 0, onSome: Number })

const left = /^\.(?:now|.+@[\da-f]{12}).*\.tmp$/u

/** What has not been finished for so long will never be. */
const writingMillis = 60_000

const isNotFound = ({ reason }: PlatformError.PlatformError) => reason._tag === "NotFound"
const isTaken = ({ reason }: PlatformError.PlatformError) => reason._tag === "AlreadyExists"

const inOrder = (a: name.Name, b: name.Name) => (a.stem < b.stem ? -1 : a.stem > b.stem ? 1 : a.number - b.number)
