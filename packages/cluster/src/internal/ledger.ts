// Events and texts of all runs of a process on their way to the database: one statement is on its way, what comes meanwhile
// makes up the next.

import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import { isSqlError, SqlError, StatementTimeoutError } from "effect/sql/SqlError"
import { JournalError } from "@stepwright/core/Journal"
import { all as migrations } from "./migrations/all.ts"
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
  /** How the run stands by that, where it changes; `isEnded`: it is given back. */
  readonly status?: { readonly status: string; readonly isEnded: boolean } | undefined
}

interface Waiting extends Entry {
  readonly done: (exit: Exit.Exit<void, JournalError>) => void
}

export type Values = ReadonlyArray<ReadonlyArray<unknown>>

/** The database, asked again while it is away, and what is on its way to it. */
export class Ledger extends Context.Service<
  Ledger,
  {
    /** `patience`: how long an answer is waited for before the same is said by another connection: this one may be cut off. */
    readonly query: (
      statement: string,
      parameters: ReadonlyArray<unknown>,
      patience?: Duration.Input
    ) => Effect.Effect<Values, SqlError>
    /** Writes; **fails with** `Fenced` where somebody else owns the run by now. */
    readonly write: (entry: Entry) => Effect.Effect<void, JournalError>
    /** Writes with what comes next, or else in a moment; `lost` is told where that fails. */
    readonly writeSoon: (entry: Entry, lost: (error: JournalError) => void) => Effect.Effect<void>
    /** Writes what has come so far, and waits until that is done. */
    readonly written: Effect.Effect<void>
    /** From now on nothing is asked again: who ends does not wait for a database that is away. */
    readonly end: Effect.Effect<void>
    /** How many statements were sent. */
    readonly counts: { statements: number }
  }
>()("@stepwright/cluster/Ledger") {}

export const failed = (run: string, error: unknown) =>
  new JournalError({
    run,
    reason: "Failed",
    detail: `the database: ${isSqlError(error) ? `${error.message}${causeOf(error)}` : String(error)}`
  })

/** Asks for something of a run, which is the first parameter. */
export const queryOf = (
  { query }: typeof Ledger.Service,
  run: string,
  statement: string,
  more: ReadonlyArray<unknown> = []
): Effect.Effect<Values, JournalError> =>
  Effect.mapError(query(statement, [run, ...more]), (error) => failed(run, error))

const causeOf = ({ reason: { cause } }: SqlError) => (Predicate.isError(cause) ? `: ${cause.message}` : "")

/** A database that is away comes back. */
const again = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")])

/** One that shuts down or starts, has no room, or a disk that fails: PostgreSQL's classes 53, 57P and 58. */
const passes = /^(?:53|57P|58)/u

const isPassing = ({ reason }: SqlError): boolean => {
  const { cause } = reason
  return (
    reason.isRetryable ||
    (Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) && passes.test(cause.code))
  )
}

/** How long something that nobody waits for is kept for what comes next. **Units** milliseconds */
const moment = 20

/** From what size on what follows makes up the next statement: a large one holds up the others. **Units** characters */
const large = 2 ** 22

/** For how long a database may be away before it is told. **Units** milliseconds */
const quiet = 1000

/**
 * How long the n-th try is waited for: connections may be cut off without a word, several of them at once, and what is large,
 * over a slow line, needs longer. **Units** milliseconds
 */
const patienceOf = (tries: number) => (tries < 4 ? 2500 : 5000 * 2 ** Math.min(tries - 4, 4))

/** What takes too long is left to itself: a connection that is cut off takes a while to notice. */
const within = <A>(self: Effect.Effect<A, SqlError>, duration: Duration.Input): Effect.Effect<A, SqlError> =>
  Effect.flatMap(Effect.forkDetach(self, { startImmediately: true }), (fiber) =>
    Fiber.join(fiber).pipe(
      Effect.timeoutOrElse({ duration, orElse: () => Effect.fail(silent) }),
      Effect.onExit((exit) => Effect.sync(() => (Exit.isSuccess(exit) ? undefined : fiber.interruptUnsafe())))
    )
  )

const silent = new SqlError({
  reason: new StatementTimeoutError({ cause: undefined, message: "it does not answer", operation: "query" })
})

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const counts = { statements: 0 }
  const clock = yield* Clock.Clock
  let isEnding = false
  /** Since when the database is away, and whether that was told. */
  let away: number | undefined
  let isTold = false

  /** The same statement again finds out what became of the first. */
  const query: typeof Ledger.Service.query = (statement, parameters, patience) => {
    let tries = 0
    return Effect.suspend(() => {
      counts.statements++
      return within(sql.unsafe(statement, parameters).values, patience ?? patienceOf(tries++))
    }).pipe(
      Effect.tapError((error) => {
        if (!isPassing(error)) return Effect.void
        const now = clock.currentTimeMillisUnsafe()
        away ??= now
        if (isTold || now - away < quiet) return Effect.void
        isTold = true
        const { detail } = failed("", error)
        return Effect.logWarning(`${detail}; it is asked again until it answers, and nothing goes on meanwhile`)
      }),
      Effect.retry({ schedule: again, while: (error) => !isEnding && isPassing(error) }),
      Effect.tap(() => {
        away = undefined
        if (!isTold) return Effect.void
        isTold = false
        return Effect.logWarning("the database answers again")
      })
    )
  }

  const settle = Effect.fnUntraced(function* (entries: ReadonlyArray<Waiting>) {
    const texts = entries.flatMap(({ run, texts }) => texts.map(([hash, text]) => [run, hash, text] as const))
    // the last word of a run counts
    const statuses = new Map(
      entries.flatMap(({ run, seq, status }) => (status === undefined ? [] : [[run, { ...status, seq }] as const]))
    )
    const answer = yield* Effect.exit(
      query(statuses.size === 0 ? statements.write : statements.writeStatuses, [
        entries.map(({ run }) => run),
        entries.map(({ epoch }) => epoch),
        entries.map(({ seq }) => seq),
        entries.map(({ event }) => event),
        texts.map(([run]) => run),
        texts.map(([, hash]) => hash),
        texts.map(([, , text]) => text),
        ...(statuses.size === 0
          ? []
          : [
              [...statuses.keys()],
              Array.from(statuses.values(), ({ seq }) => seq),
              Array.from(statuses.values(), ({ status }) => status),
              Array.from(statuses.values(), ({ isEnded }) => isEnded)
            ])
      ])
    )
    if (Exit.isFailure(answer)) {
      for (const { done, run } of entries) done(Exit.asVoid(Exit.mapError(answer, (error) => failed(run, error))))
      return
    }
    const owned = new Set(answer.value.map(([run]) => run))
    for (const { done, epoch, run } of entries) {
      done(owned.has(run) ? Exit.void : Exit.fail(fenced(run, epoch)))
    }
  })

  const waiting: Array<Waiting> = []
  let isFlying = false
  /** Whether somebody sees to it that what waits is written. */
  let isSeenTo = false
  /** How many came so far, and how many of them are settled; opened whenever that rises. */
  let [came, settled] = [0, 0]
  const landed = Latch.makeUnsafe()
  const add = (entry: Waiting) => {
    came++
    waiting.push(entry)
  }
  const fly: Effect.Effect<void> = Effect.suspend(() => {
    if (waiting.length === 0) {
      isFlying = false
      return Effect.void
    }
    const entries = waiting.splice(0, batch(waiting))
    const land = Effect.sync(() => {
      settled += entries.length
      landed.openUnsafe()
    })
    return settle(entries).pipe(Effect.andThen(land), Effect.andThen(fly))
  })
  /** Writes what waits, unless something is on its way already, which takes it along. */
  const go = Effect.suspend(() => {
    if (isFlying || waiting.length === 0) return Effect.void
    isFlying = true
    return Effect.asVoid(Effect.forkDetach(fly, { startImmediately: true }))
  })
  const inAMoment = Effect.suspend(() => {
    if (isSeenTo || isFlying) return Effect.void
    isSeenTo = true
    const seen = Effect.andThen(
      Effect.sleep(moment),
      Effect.suspend(() => {
        isSeenTo = false
        return go
      })
    )
    return Effect.asVoid(Effect.forkDetach(seen))
  })
  const until = (count: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (settled >= count) return Effect.void
      landed.closeUnsafe()
      return Effect.andThen(landed.await, until(count))
    })
  const written = Effect.andThen(
    go,
    Effect.suspend(() => until(came))
  )
  // a database that is away is not waited for
  yield* Effect.addFinalizer(() => Effect.timeoutOption(written, "5 seconds"))
  return Ledger.of({
    counts,
    query,
    written,
    end: Effect.sync(() => {
      isEnding = true
    }),
    write: (entry) =>
      Effect.suspend(() => {
        const done = Deferred.makeUnsafe<void, JournalError>()
        add({ ...entry, done: (exit) => Deferred.doneUnsafe(done, exit) })
        return Effect.andThen(go, Deferred.await(done))
      }),
    writeSoon: (entry, lost) =>
      Effect.suspend(() => {
        add({
          ...entry,
          done: Exit.match({ onFailure: (cause) => lost(Cause.squash(cause) as JournalError), onSuccess: () => {} })
        })
        return inAMoment
      })
  })
})

/** How many of them make up a statement: one at least. */
const batch = (waiting: ReadonlyArray<Waiting>): number => {
  let size = 0
  const last = waiting.findIndex(({ event, texts }) => {
    size += event.length
    for (const [, text] of texts) size += text.length
    return size >= large
  })
  return last === -1 ? waiting.length : last + 1
}

export const fenced = (run: string, epoch: string) =>
  new JournalError({ run, reason: "Fenced", detail: `somebody else owns the run: epoch ${epoch} is over` })

/** The tables are of a later major version, which this one cannot work with. */
export class LaterDatabase extends Schema.TaggedError<LaterDatabase>()("LaterDatabase", {
  migration: Schema.String
}) {
  override get message() {
    return `the database is of a later version of @stepwright/cluster, which made "${this.migration}": update this one, or restore a copy of the database from before`
  }
}

/** Why a database cannot be used. */
export type Problem = Migrator.MigrationError | SqlError | LaterDatabase

/** Migrations of this major version have smaller numbers, and only add: what knows fewer of them goes on beside. */
const nextMajor = 1000

/** Makes the tables that are not there yet, or brings them up to date. */
export const migrate: Effect.Effect<void, Problem, SqlClient.SqlClient> = Effect.gen(function* () {
  yield* Migrator.make({})({ loader: migrations, table: "sw_migration" })
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const later = "select name from sw_migration where migration_id >= $1 order by migration_id desc limit 1"
  const [found] = yield* sql.unsafe(later, [nextMajor]).values
  if (found !== undefined) return yield* new LaterDatabase({ migration: String(found[0]) })
})

export const layer: Layer.Layer<Ledger, Problem, SqlClient.SqlClient> = Layer.effect(
  Ledger,
  Effect.andThen(migrate, make)
)
