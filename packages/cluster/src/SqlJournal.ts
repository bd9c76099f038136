import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Migrator from "effect/sql/Migrator"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { Journal, JournalError, type Service } from "@stepwright/core/Journal"
import { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import * as ledgers from "./internal/ledger.ts"
import { all as migrations } from "./internal/migrations/all.ts"
import * as statements from "./internal/statements.ts"

/** Makes the tables that are not there yet, or brings them up to date. */
export const migrate: Effect.Effect<void, Migrator.MigrationError | SqlError, SqlClient.SqlClient> = Effect.asVoid(
  Migrator.make({})({ loader: migrations, table: "sw_migration" })
)

/** A run that is owned, and the journal of who owns it, which refuses all others with `Fenced` once somebody else does. */
export interface Claim {
  readonly run: string
  readonly epoch: string
  /** How many events there are. */
  readonly size: () => number
  readonly append: (event: WorkflowEvent) => Effect.Effect<void, JournalError>
  readonly putText: (hash: string, text: string) => void
  readonly textOf: (hash: string) => string | undefined
  /** Gives the run back. */
  readonly release: (status: string) => Effect.Effect<void, JournalError>
}

const encode = Schema.encodeSync(Schema.fromJsonString(WorkflowEvent))
/** As JSON: a text of the database holds no NUL, and no half of a character. */
const encodeText = (text: string) => JSON.stringify(text)
const decode = Schema.decodeUnknownResult(Schema.fromJsonString(WorkflowEvent))

export interface Runs {
  readonly begin: (
    run: string,
    event: WorkflowEvent,
    texts: ReadonlyMap<string, string>
  ) => Effect.Effect<Claim, JournalError>
  /** Takes over a run that is there. */
  readonly claim: (run: string) => Effect.Effect<Claim | undefined, JournalError>
  readonly load: (run: string) => Effect.Effect<ReadonlyArray<WorkflowEvent>, JournalError>
  readonly text: (run: string, hash: string) => Effect.Effect<string, JournalError>
  /** How many statements were sent. */
  readonly counts: { readonly statements: number }
}

/** Runs of one process in a database; `owner` says which one. */
export const make = Effect.fnUntraced(function* ({
  owner
}: {
  readonly owner: string
}): Effect.fn.Return<Runs, never, SqlClient.SqlClient> {
  const ledger = yield* ledgers.make
  const query = (run: string, statement: string, more: ReadonlyArray<unknown>) =>
    Effect.mapError(ledger.query(statement, [run, ...more]), (error) => ledgers.failed(run, error))

  const held = (run: string, epoch: string, size: number): Claim => {
    const texts = new Map<string, string>()
    let next = size
    let lost: JournalError | undefined
    return {
      run,
      epoch,
      size: () => next,
      append: (event) =>
        Effect.suspend(() => {
          if (lost !== undefined) return Effect.fail(lost)
          // they are in the flush of the event that names them
          const own = Array.from(texts, ([hash, text]) => [hash, encodeText(text)] as const)
          texts.clear()
          const entry = { run, epoch, seq: next++, event: encode(event), texts: own }
          return Effect.tapError(ledger.write(entry), (error) =>
            Effect.sync(() => {
              lost = error
            })
          )
        }),
      putText: (hash, text) => void texts.set(hash, text),
      textOf: (hash) => texts.get(hash),
      release: (status) => Effect.asVoid(query(run, statements.release, [epoch, status]))
    }
  }

  const begin = Effect.fnUntraced(function* (run: string, event: WorkflowEvent, texts: ReadonlyMap<string, string>) {
    const hashes = [...texts.keys()]
    const kept = Array.from(texts.values(), encodeText)
    const [made] = yield* query(run, statements.begin, [owner, encode(event), hashes, kept])
    if (made === undefined) return yield* new JournalError({ run, reason: "Exists", detail: "it has begun already" })
    return held(run, String(made[0]), 1)
  })

  const claim = Effect.fnUntraced(function* (run: string) {
    const [taken] = yield* query(run, statements.claim, [owner])
    return taken === undefined ? undefined : held(run, String(taken[0]), Number(taken[1]))
  })

  const load = Effect.fnUntraced(function* (run: string) {
    const rows = yield* query(run, statements.events, [])
    if (rows.length === 0) return yield* new JournalError({ run, reason: "NotFound", detail: "no such run" })
    const events: Array<WorkflowEvent> = []
    for (const [i, [seq, json]] of rows.entries()) {
      const decoded = decode(json)
      if (seq !== i || Result.isFailure(decoded)) {
        const detail = seq === i ? `event ${i + 1} cannot be read` : `event ${i + 1} is missing`
        return yield* new JournalError({ run, reason: "Unreadable", detail })
      }
      events.push(decoded.success)
    }
    return events
  })

  const text = Effect.fnUntraced(function* (run: string, hash: string) {
    const [found] = yield* query(run, statements.text, [hash])
    if (found === undefined)
      return yield* new JournalError({ run, reason: "NotFound", detail: `no text with hash ${hash}` })
    return JSON.parse(String(found[0])) as string
  })
  return { begin, claim, load, text, counts: ledger.counts }
})

const begins = new Set(["RunInitialized", "RunImported"])

/** The journal of a process that takes over whatever run it is asked to write to. */
export const makeJournal = (options: { readonly owner: string }) => Effect.map(make(options), journalOf)

export const journalOf = (runs: Runs): Service => {
  const claims = new Map<string, Claim>()
  /** Texts of runs that have not begun. */
  const early = new Map<string, Map<string, string>>()
  const claimOf = Effect.fnUntraced(function* (run: string) {
    const known = claims.get(run) ?? (yield* runs.claim(run))
    if (known !== undefined) claims.set(run, known)
    return known
  })
  const journal: Service = {
    append: Effect.fnUntraced(function* (run, event) {
      // what begins a run goes on with none
      const claim = claims.get(run) ?? (begins.has(event._tag) ? undefined : yield* claimOf(run))
      if (claim !== undefined) {
        yield* claim.append(event)
      } else {
        claims.set(run, yield* runs.begin(run, event, early.get(run) ?? new Map()))
        early.delete(run)
      }
      if (event._tag === "RunEnded") {
        yield* claims.get(run)!.release(event.status)
        claims.delete(run)
      }
    }),
    load: runs.load,
    size: (run) => Effect.map(claimOf(run), (claim) => claim?.size() ?? 0),
    putText: (run, hash, text) =>
      Effect.map(claimOf(run), (claim) => {
        if (claim !== undefined) return claim.putText(hash, text)
        early.set(run, (early.get(run) ?? new Map<string, string>()).set(hash, text))
      }),
    getText: (run, hash) => {
      const kept = claims.get(run)?.textOf(hash) ?? early.get(run)?.get(hash)
      return kept === undefined ? runs.text(run, hash) : Effect.succeed(kept)
    }
  }
  return journal
}

/** A journal on the database of a `SqlClient`, of PostgreSQL, with its tables. */
export const layer = (options: { readonly owner: string }) =>
  Layer.effectContext(
    Effect.gen(function* () {
      yield* migrate
      return Context.make(Journal, yield* makeJournal(options))
    })
  )
