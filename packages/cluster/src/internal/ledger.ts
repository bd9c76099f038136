// Events and texts of all runs of a process on their way to the database: one statement is on its way, what comes meanwhile
// makes up the next.

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { JournalError } from "@stepwright/core/Journal"
import * as statements from "./statements.ts"

/** What is written of a run by who owns it. */
export interface Entry {
  readonly run: string
  readonly epoch: string
  readonly seq: number
  /** JSON. */
  readonly event: string
  /** Texts by their hashes. */
  readonly texts: ReadonlyArray<readonly [hash: string, text: string]>
}

interface Waiting extends Entry {
  readonly done: Deferred.Deferred<void, JournalError>
}

export type Values = ReadonlyArray<ReadonlyArray<unknown>>

export interface Ledger {
  readonly query: (statement: string, parameters: ReadonlyArray<unknown>) => Effect.Effect<Values, SqlError>
  /** Writes; **fails with** `Fenced` where somebody else owns the run by now. */
  readonly write: (entry: Entry) => Effect.Effect<void, JournalError>
  /** How many statements were sent. */
  readonly counts: { statements: number }
}

export const failed = (run: string, error: unknown) =>
  new JournalError({
    run,
    reason: "Failed",
    detail: `the database: ${isSqlError(error) ? error.message : String(error)}`
  })

/** A database that is away comes back: the same statement again finds out what became of the first. */
const again = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")])

export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const counts = { statements: 0 }
  const query: Ledger["query"] = (statement, parameters) =>
    Effect.suspend(() => {
      counts.statements++
      return sql.unsafe(statement, parameters).values
    }).pipe(Effect.retry({ schedule: again, while: ({ reason }) => reason.isRetryable }))

  const settle = Effect.fnUntraced(function* (entries: ReadonlyArray<Waiting>) {
    const texts = entries.flatMap(({ run, texts }) => texts.map(([hash, text]) => [run, hash, text] as const))
    const answer = yield* Effect.exit(
      query(statements.append, [
        entries.map(({ run }) => run),
        entries.map(({ epoch }) => epoch),
        entries.map(({ seq }) => seq),
        entries.map(({ event }) => event),
        texts.map(([run]) => run),
        texts.map(([, hash]) => hash),
        texts.map(([, , text]) => text)
      ])
    )
    if (Exit.isFailure(answer)) {
      for (const { done, run } of entries) {
        Deferred.doneUnsafe(done, Exit.asVoid(Exit.mapError(answer, (error) => failed(run, error))))
      }
      return
    }
    const owned = new Set(answer.value.map(([run]) => run))
    for (const { done, epoch, run } of entries) {
      const detail = `somebody else owns the run: epoch ${epoch} is over`
      const fenced = new JournalError({ run, reason: "Fenced", detail })
      Deferred.doneUnsafe(done, owned.has(run) ? Exit.void : Exit.fail(fenced))
    }
  })

  let waiting: Array<Waiting> = []
  let isFlying = false
  const fly: Effect.Effect<void> = Effect.suspend(() => {
    if (waiting.length === 0) {
      isFlying = false
      return Effect.void
    }
    const entries = waiting
    waiting = []
    return Effect.andThen(settle(entries), fly)
  })
  const ledger: Ledger = {
    counts,
    query,
    write: (entry) =>
      Effect.suspend(() => {
        const done = Deferred.makeUnsafe<void, JournalError>()
        waiting.push({ ...entry, done })
        const wait = Deferred.await(done)
        if (isFlying) return wait
        isFlying = true
        return Effect.andThen(Effect.forkDetach(fly, { startImmediately: true }), wait)
      })
  }
  return ledger
})
