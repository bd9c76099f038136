import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import { JournalError } from "@stepwright/core/Journal"
import * as claim from "./claim.ts"
import * as journalFile from "./journalFile.ts"
import { type Lost, salvage } from "./salvage.ts"
import { writeWhole } from "../disk/writeWhole.ts"

/** What was done about a damaged journal. */
export interface Repaired {
  /** How many events are left, and what was lost: nothing where nothing was damaged. */
  readonly events: number
  readonly lost: ReadonlyArray<Lost>
  /** The damaged file, which is kept. */
  readonly kept?: string
}

/** Drops the damaged lines of a run's journal. **Fails with** `Unreadable` where its beginning is lost. */
export const repair = Effect.fnUntraced(function* (run: string, folder: string) {
  const fs = yield* FileSystem.FileSystem
  yield* claim.acquire(run, folder)
  const file = `${folder}/${journalFile.name}`
  const read = yield* fs.readFile(file)
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength)
  const checked = journalFile.check(run, bytes)
  const whole = Result.flatMap(checked, (found) =>
    Result.map(journalFile.events(run, found), ({ length }) => ({
      events: length,
      torn: journalFile.tornOf(file, found)
    }))
  )
  if (Result.isSuccess(whole)) {
    const { events, torn } = whole.success
    if (torn !== undefined) yield* Effect.logWarning(torn)
    return { events, lost: [] } satisfies Repaired
  }
  const { detail, reason } = whole.failure
  const { isBegun, isChecked, kept, lost } = salvage(run, bytes)
  // where no checksum holds nothing says what was there
  const isKnown = isChecked || Result.isSuccess(checked)
  if (reason !== "Unreadable" || !isKnown) return yield* new JournalError({ run, reason, detail })
  const repaired = journalFile.ofLines(run, kept)
  const left = Result.flatMap(journalFile.check(run, repaired), (found) => journalFile.events(run, found))
  if (Result.isFailure(left)) {
    const beginning = "the line with which the run began is lost, and its input with it: start it anew"
    return yield* new JournalError({ run, reason: "Failed", detail: isBegun ? left.failure.detail : beginning })
  }
  let aside = `${file}.damaged`
  for (let n = 2; yield* fs.exists(aside); n++) aside = `${file}.damaged-${n}`
  yield* fs.copyFile(file, aside)
  yield* writeWhole(file, repaired)
  return { events: left.success.length, lost, kept: aside } satisfies Repaired
}, Effect.scoped)
