// What happens to a run, for all who read it: its journal is read once and an event encoded once, however many they are.

import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Replies } from "../act/replies.ts"
import type { Kept, RunStore } from "../run/store/runStore.ts"

/** Where somebody was in the events of a run. */
export interface Position {
  readonly run: string
  readonly number: number
  readonly checksum: string
}

const printId = ({ checksum, number, run }: Position): string => `${run}/${number}/${checksum}`

export const parseId = (id: string): Position | undefined => {
  const [, run, number, checksum] = /^([^/]+)\/(\d+)\/([0-9a-f]{8})$/u.exec(id) ?? []
  return run === undefined || checksum === undefined ? undefined : { run, number: Number(number), checksum }
}

/** Why nobody can go on where they were. */
export type Lost = "Foreign" | "TakenBack"

export interface Reader {
  /** What is there to be sent; waits for it. */
  readonly next: Effect.Effect<ReadonlyArray<Uint8Array>>
}

export interface Feed {
  /** Looks for what is new, now. */
  readonly look: Effect.Effect<void>
  /** Why a position is none of this run by now. */
  readonly lost: (position: Position) => Lost | undefined
  /** Reads on after so many events; `drop` is called when more was sent than a reader may be behind. */
  readonly read: (after: number, drop: () => void) => Effect.Effect<Reader, never, Scope.Scope>
  /** How often the journal was read and an event encoded. */
  readonly counts: { reads: number; encoded: number }
}

/** How much may be sent while a reader takes nothing. **Units** bytes */
const mostBehind = 1_000_000

/** How much a reader takes at once. **Units** bytes */
const most = 64 * 1024

interface Frame {
  readonly checksum: string
  readonly bytes: Uint8Array
}

const frame = (event: string, data: unknown): Uint8Array =>
  Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)

/** Follows the journal of a run while somebody reads. */
export const make = Effect.fnUntraced(function* (store: Pick<RunStore, "read">, run: string, replies: Replies) {
  let readOn = store.read(run)
  const frames: Array<Frame> = []
  const counts = { reads: 0, encoded: 0 }
  let isLive: boolean | undefined

  interface State {
    /** The event that is sent next, and how much of it was. */
    cursor: number
    sent: number
    /** How much was sent since it took something, and how often the journal had been read then. */
    behind: number
    took: number
    /** Pieces of replies for it, once it has all events, each after so many of these. */
    readonly pieces: Array<{ readonly after: number; readonly bytes: Uint8Array }>
    isCurrent: boolean
    wake: () => void
    readonly drop: () => void
  }
  const readers = new Set<State>()

  const told = (reader: State, bytes: number) => {
    reader.behind += bytes
    // who is at work on what it took is given the time of two looks
    if (reader.behind > mostBehind && counts.reads - reader.took > 2) {
      readers.delete(reader)
      reader.drop()
    }
    reader.wake()
  }
  const send = (bytes: Uint8Array) => {
    for (const reader of readers) {
      if (reader.isCurrent) reader.pieces.push({ after: frames.length, bytes })
      told(reader, bytes.length)
    }
  }
  const dropAll = () => {
    for (const reader of readers) reader.drop()
    readers.clear()
  }
  const encode = ({ checksum, json }: Kept): Frame => {
    counts.encoded++
    const number = frames.length + 1
    const id = printId({ run, number, checksum })
    return { checksum, bytes: Buffer.from(`id: ${id}\nevent: event\ndata: {"number":${number},"event":${json}}\n\n`) }
  }
  const alone = yield* Semaphore.make(1)
  const look = Effect.gen(function* () {
    const read = yield* readOn
    // what cannot be read now may be there later: they ask anew, and are told
    if (read === undefined) return dropAll()
    counts.reads++
    if (read.isAnew && frames.length > 0) {
      // what they have may have been taken back
      dropAll()
      frames.length = 0
    }
    readOn = read.next
    for (const event of read.events) {
      const made = encode(event)
      frames.push(made)
      for (const reader of readers) told(reader, made.bytes.length)
    }
    if (isLive === true && !read.isLive) send(atRest)
    isLive = read.isLive
    // what one look reads no other one sends
  }).pipe(alone.withPermits(1))

  const atRest = frame("rest", { run })
  const unsubscribe = replies.subscribe(run, (piece) =>
    send(frame(piece.text === undefined ? "discarded" : "delta", piece))
  )
  yield* Effect.addFinalizer(() => Effect.sync(unsubscribe))
  yield* look
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced("100 millis")))

  const take = (reader: State): ReadonlyArray<Uint8Array> => {
    reader.behind = 0
    reader.took = counts.reads
    const taken: Array<Uint8Array> = []
    const takePieces = () => {
      const due = reader.pieces.findIndex(({ after }) => after > reader.cursor)
      taken.push(...reader.pieces.splice(0, due === -1 ? reader.pieces.length : due).map(({ bytes }) => bytes))
    }
    takePieces()
    for (let left = most; reader.cursor < frames.length && left > 0;) {
      const { bytes } = frames[reader.cursor]!
      const part = bytes.subarray(reader.sent, reader.sent + left)
      taken.push(part)
      left -= part.length
      reader.sent += part.length
      if (reader.sent < bytes.length) break
      reader.cursor++
      reader.sent = 0
      takePieces()
    }
    if (reader.cursor === frames.length && !reader.isCurrent) {
      reader.isCurrent = true
      for (const reply of replies.coming(run)) taken.push(frame("partial", reply))
      if (isLive === false) taken.push(atRest)
    }
    return taken
  }

  const feed: Feed = {
    counts,
    look,
    lost: ({ checksum, number, run: of }) =>
      of !== run ? "Foreign" : frames[number - 1]?.checksum === checksum ? undefined : "TakenBack",
    read: (after, drop) =>
      Effect.acquireRelease(
        Effect.sync((): State => {
          const reader = {
            cursor: after,
            sent: 0,
            behind: 0,
            took: counts.reads,
            pieces: [],
            isCurrent: false,
            wake: () => {},
            drop
          }
          readers.add(reader)
          return reader
        }),
        (reader) => Effect.sync(() => readers.delete(reader))
      ).pipe(
        Effect.map((reader) => ({
          next: Effect.callback<ReadonlyArray<Uint8Array>>((resume) => {
            const give = () => {
              const taken = take(reader)
              if (taken.length === 0) return
              reader.wake = () => {}
              resume(Effect.succeed(taken))
            }
            reader.wake = give
            give()
          })
        }))
      )
  }
  return feed
})
