import { Buffer } from "node:buffer"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { JournalError } from "@stepwright/core/Journal"
import { ifThere } from "../disk/ifThere.ts"
import { isPartOf, partOf } from "../disk/parts.ts"
import * as processes from "./processes.ts"

/*
 * Who writes to a run: the process in the file `claim.N` of its folder with the highest number, until that is renamed to
 * `claim.N.ended`. To take it over is to make the next number, which only one can. A process of this machine that is
 * gone gives way at once; one of which nothing is known from here as soon as it has not renewed its claim for a while.
 */

/** How long a claim holds that is not renewed, and how often it is. **Units** milliseconds. */
const lease = 20_000
const renewal = 5_000
/** How long after a renewal nobody can have taken it over: less than a lease, as clocks are not quite alike. */
const sure = 10_000

export interface Claim {
  /** Whether who held it before may not know of that: what it has open must not be written to. */
  readonly isTakenOver: boolean
  /** Whether nobody can have taken the run over meanwhile. */
  readonly isSure: () => boolean
  /** **Fails with** `Locked` where another process has taken it over. */
  readonly renew: Effect.Effect<void, JournalError | PlatformError>
}

const file = /^claim\.(\d{1,15})(\.ended)?$/
const highest = 1e15 - 1

/** Whether a file in the folder of a claim is part of it. */
export const isFile = (name: string): boolean =>
  file.test(name) || isPartOf(name, (whole) => whole === "claim" || file.test(whole))

/** Whether a claim may hold yet. A time to come is one by a clock that was set back: who lives renews it soon. */
const isRecent = (renewed: number, now: number): boolean => Math.abs(now - renewed) < lease

const Owner = Schema.fromJsonString(processes.Process)
const content = `${Schema.encodeSync(Owner)(processes.self)}\n`

/** The claim that counts, by its number. */
const newest = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  let last = { name: "", number: 0, isEnded: true }
  for (const name of yield* fs.readDirectory(folder)) {
    const [, digits, ended] = file.exec(name) ?? []
    if (digits !== undefined && Number(digits) >= last.number) {
      last = { name, number: Number(digits), isEnded: ended !== undefined }
    }
  }
  return last
})

const placeOf = (folder: string, number: number) => `${folder}/claim.${number}`

/** Who made a claim, and when it was renewed; nothing where it has ended meanwhile. */
const made = Effect.fnUntraced(function* (folder: string, { name }: { readonly name: string }) {
  const fs = yield* FileSystem.FileSystem
  const place = `${folder}/${name}`
  const found = yield* ifThere(Effect.all([fs.readFileString(place), fs.stat(place)]))
  return Option.map(found, ([text, { mtime }]) => ({
    // one that is being written has nobody's name yet
    process: Option.getOrUndefined(Schema.decodeUnknownOption(Owner)(text)),
    renewed: Option.match(mtime, { onNone: () => 0, onSome: (time) => time.getTime() })
  }))
})

/** Holds a run for this process until the scope closes. **Fails with** `Locked` naming the process that holds it. */
export const acquire = Effect.fnUntraced(function* (
  run: string,
  folder: string
): Effect.fn.Return<Claim, JournalError | PlatformError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const clock = yield* Clock.Clock
  const now = () => ({ wall: clock.currentTimeMillisUnsafe(), steady: Number(clock.currentTimeNanosUnsafe()) / 1e6 })
  let renewed = now()
  const { isTakenOver, number } = yield* Effect.acquireRelease(take(run, folder), ({ number }) => {
    const place = placeOf(folder, number)
    return Effect.ignore(fs.rename(place, `${place}.ended`))
  })
  let lost: JournalError | undefined
  const renew = Effect.gen(function* () {
    const at = now()
    const last = yield* newest(folder)
    if (lost === undefined && last.number === number && !last.isEnded) {
      // in place: a kill leaves it as it was
      yield* Effect.scoped(
        Effect.flatMap(fs.open(placeOf(folder, number), { flag: "r+" }), (file) => file.writeAll(Buffer.from(content)))
      )
      renewed = at
      return
    }
    const found = Option.getOrUndefined(yield* made(folder, last))
    const by = found?.process === undefined ? "another process" : processes.describe(found.process)
    lost ??= new JournalError({
      run,
      reason: "Locked",
      detail: `${by} has taken it over while this one was stopped; what is recorded is not lost`
    })
    return yield* lost
  }).pipe(Effect.provideService(FileSystem.FileSystem, fs))
  const isSure = () => {
    const { steady, wall } = now()
    // one of the two stands still while a machine sleeps, the other may be set
    const since = Math.max(wall - renewed.wall, steady - renewed.steady)
    return lost === undefined && since < sure && wall >= renewed.wall
  }
  const renewing = Effect.forever(Effect.andThen(Effect.sleep(renewal), Effect.ignore(renew)))
  // other processes go by real time
  yield* Effect.forkScoped(Effect.provideService(renewing, Clock.Clock, Clock.Clock.defaultValue()))
  return { isTakenOver, isSure, renew }
})

const take = Effect.fnUntraced(function* (run: string, folder: string) {
  const fs = yield* FileSystem.FileSystem
  for (;;) {
    const last = yield* newest(folder)
    let isTakenOver = false
    if (!last.isEnded) {
      const found = yield* made(folder, last)
      if (Option.isNone(found)) continue
      const { process, renewed } = found.value
      const isAlive = process && processes.isAlive(process)
      const isHeld = isAlive ?? isRecent(renewed, yield* timeAt(folder))
      if (isHeld) return yield* locked(run, process)
      isTakenOver = isAlive === undefined
    }
    const number = last.number + 1
    const place = placeOf(folder, number)
    if (number > highest) {
      return yield* new JournalError({
        run,
        reason: "Failed",
        detail: `no claim can follow: remove ${folder}/${last.name}`
      })
    }
    const claimed = yield* Effect.result(make(place))
    if (Result.isFailure(claimed)) {
      if (isThere(claimed.failure)) continue
      return yield* claimed.failure
    }
    if ((yield* newest(folder)).number !== number) {
      // the claims that were there when it began have come and gone
      yield* Effect.ignore(fs.remove(place))
      continue
    }
    for (const name of yield* fs.readDirectory(folder)) {
      const [, digits] = file.exec(name) ?? []
      if (digits !== undefined && Number(digits) < number) yield* Effect.ignore(fs.remove(`${folder}/${name}`))
    }
    return { number, isTakenOver }
  }
})

const isThere = (error: PlatformError): boolean => error.reason._tag === "AlreadyExists"

/** Makes a claim, with its content where the file system has links: else a kill may leave one that names nobody. */
const make = Effect.fnUntraced(function* (place: string) {
  const fs = yield* FileSystem.FileSystem
  const part = yield* partOf(place)
  const link = Effect.catchIf(
    fs.link(part, place),
    (error) => !isThere(error),
    () => fs.writeFileString(place, content, { flag: "wx" })
  )
  yield* Effect.ensuring(
    Effect.andThen(fs.writeFileString(part, content, { flag: "wx" }), link),
    Effect.ignore(fs.remove(part))
  )
})

/** The time by the clock that dates the files of a folder, which may be another machine's. */
const timeAt = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const probe = yield* partOf(`${folder}/claim`)
  const { mtime } = yield* Effect.ensuring(
    Effect.andThen(fs.writeFileString(probe, "", { flag: "wx" }), fs.stat(probe)),
    Effect.ignore(fs.remove(probe))
  )
  return Option.isSome(mtime) ? mtime.value.getTime() : yield* Clock.currentTimeMillis
})

/** The process that writes to the run in a folder, if one does. */
export const holder = Effect.fnUntraced(function* (folder: string) {
  const last = yield* ifThere(newest(folder))
  if (Option.isNone(last) || last.value.isEnded) return undefined
  const found = Option.getOrUndefined(yield* made(folder, last.value))
  if (found?.process === undefined) return undefined
  const isAlive = processes.isAlive(found.process) ?? isRecent(found.renewed, yield* Clock.currentTimeMillis)
  return isAlive ? found.process : undefined
})

/** Whether who held the run last has ended: it is nobody's until there is another claim. */
export const isEnded = (folder: string) => Effect.map(newest(folder), ({ isEnded }) => isEnded)

const locked = (run: string, process: processes.Process | undefined) =>
  new JournalError({
    run,
    reason: "Locked",
    detail:
      process === undefined
        ? "another process has just begun to run it; wait for its end"
        : `${processes.describe(process)} is running it; wait for its end, or stop it first`
  })
