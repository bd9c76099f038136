import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as name from "./name.ts"
import * as recorded from "./recorded.ts"
import type { CassetteError } from "./replies.ts"
import * as Tape from "./tape.ts"

/** What one user of a tape has asked for and recorded so far, by what of a name a request decides. */
export interface Session {
  readonly tape: Tape.Tape
  /** Which of the replies to equal requests the last one got. */
  readonly asked: Map<string, number>
  readonly takes: Map<string, Takes>
  /** When it began, by the clock of the disk: what others write later stays, where all is recorded anew. */
  readonly began: number
}

/** The replies to equal requests. */
interface Takes {
  /** The files as they are known: as they were before, or as they were written. */
  readonly texts: Array<string | undefined>
  /** How many of them were written. */
  written: number
}

export const make = (tape: Tape.Tape, began = Infinity): Session => ({
  tape,
  began,
  asked: new Map(),
  takes: new Map()
})

/** The reply that is recorded for a request, which is in use from now on. */
export const get = Effect.fnUntraced(function* (
  { asked, tape }: Session,
  request: LlmRequest
): Effect.fn.Return<LlmReply | undefined, CassetteError> {
  const { stem } = tape.nameOf(request)
  const nth = (asked.get(stem) ?? 0) + 1
  asked.set(stem, nth)
  const found = yield* Tape.find(tape, request, nth)
  if (found?.number !== nth) asked.set(stem, found?.number ?? 0)
  return found?.reply
})

/** Looks at what a request may replace, before it is asked: what others write after that stays. */
export const lookAt = Effect.fnUntraced(function* (
  { began, takes, tape }: Session,
  request: LlmRequest
): Effect.fn.Return<void, CassetteError> {
  const { stem } = tape.nameOf(request)
  if (takes.has(stem)) return
  const { look } = yield* Tape.writerOf(tape)
  const texts: Array<string | undefined> = []
  for (let number = 1; ; number++) {
    const found = yield* look(name.toFile({ stem, number }))
    if (found === undefined) break
    const now = yield* Clock.currentTimeMillis
    // what is of the future came with its time from elsewhere
    texts.push(found.time > began && found.time <= now ? undefined : found.text)
  }
  if (!takes.has(stem)) takes.set(stem, { texts, written: 0 })
})

/**
 * Records a reply: the n-th to equal requests of a path as the n-th file, in place of what was there when it was looked
 * at; one that was asked anew in place of that which was of no use.
 */
export const put = ({ asked, takes, tape }: Session, request: LlmRequest, reply: LlmReply) =>
  Effect.gen(function* () {
    const { add, replace } = yield* Tape.writerOf(tape)
    const { hash, key, stem } = tape.nameOf(request)
    const own = takes.get(stem) ?? { texts: [], written: 0 }
    takes.set(stem, own)
    const before = own.written || asked.get(stem) || 1
    const nth = request.metadata.fresh === true ? before : own.written + 1
    own.written = Math.max(own.written, nth)
    tape.recorded++
    const text = recorded.print({ request, reply })
    const write = Effect.gen(function* () {
      const known = own.texts[nth - 1]
      const isReplaced = known !== undefined && (yield* replace(name.toFile({ stem, number: nth }), known, text))
      const number = isReplaced ? nth : yield* add(stem, nth, text)
      own.texts[number - 1] = text
      own.written = Math.max(own.written, number)
      Tape.written(tape, { stem, hash, number })
    })
    yield* Tape.attempt(tape, { key, reply, write })
    yield* Tape.retry(tape)
  })
