import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { uuidV4Unsafe } from "effect/crypto/SecureRandom"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { InvalidRequest, LlmError } from "@stepwright/core/LlmError"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import {
  type Amount,
  type AtMost,
  type Caps,
  type Cost,
  type Granted,
  type Later,
  Limits,
  type Refused,
  type Service
} from "@stepwright/llm/Limits"
import * as ledger from "./internal/ledger.ts"
import * as statements from "./internal/limitStatements.ts"
import { Owned } from "./internal/owned.ts"

/** What is counted under a name. */
export interface Reading {
  readonly calls: number
  /** What providers said that they bill. */
  readonly recorded: Amount
  /** The bounds of what may have been billed: of requests whose process died, and of those of which nobody said. */
  readonly unclear: Amount
  /** The bounds of requests that are on their way. */
  readonly held: Amount
  /** How many requests are on their way under its rates. */
  readonly flying: number
}

type Row = readonly [
  answer: "granted" | "later" | "full" | keyof Caps,
  wait: number,
  demanded: number,
  most: number | null,
  recorded: number,
  unclear: number,
  held: number
]

const nano = 1e9
/** Without what the last digits of a product say wrong. */
const exact = (value: number) => Number(value.toPrecision(15))
/** In whole units, rounded up; what is no number stays none. */
const whole = (value: number) => (Number.isFinite(value) ? Math.ceil(exact(value)) : Number.NaN)
const limitOf = (value: number) => (value === Infinity ? null : value)

/** Others change limits too. **Units** seconds */
const longestWait = 10
const leastWait = 0.02
/** As quotas of a day are the longest. **Units** seconds */
const longestDemand = 86_400

/**
 * The counts of all processes that have a database of PostgreSQL in common, with its tables, which are made. A
 * request is counted for its run, by the epoch by which this process owns that: once another has taken the run over, its
 * places are free, what it held is unclear, and nothing that it still says counts. The caps that were given last under
 * a name hold for all. Money is counted in nano-dollars, rounded up.
 *
 * Who waits for a place is not served in turn with those of other processes. Tokens that were reserved and not used are
 * given back when a request ends: what begins then may come to a little more than `tokensPerMinute`, for one minute, by what
 * was given back of requests from before it.
 *
 * **Fails with** InvalidRequest, for a request of a run that this process does not own, or the database refuses to count.
 */
export const make: Effect.Effect<Service, never, ledger.Ledger> = Effect.gen(function* () {
  const { query } = yield* ledger.Ledger
  const owned = yield* Owned

  /** Asks for a hold; `changed` is called when one of them is no more. */
  const reserving = (name: string, isPlace: boolean, changed: () => void) =>
    Effect.fnUntraced(function* ({ metadata: { path, run } }: LlmRequest, { calls, tokens, usd }: AtMost) {
      const epoch = owned.epochOf(run)
      if (epoch === undefined) return yield* refused(`run "${run}" is not owned here, so it is not asked under ${name}`)
      const hold = uuidV4Unsafe()
      const amounts = [calls, whole(tokens), whole(usd * nano)]
      const [row] = yield* Effect.catch(
        query(statements.reserve, [name, run, epoch, hold, path, isPlace, ...amounts]),
        ({ message }) => refused(`the database cannot count under ${name}: ${message}`)
      )
      if (row === undefined)
        return yield* refused(`somebody else owns run "${run}", or it has ended: epoch ${epoch} is over`)
      const answer = row as unknown as Row
      const granted: Granted = {
        _tag: "Granted",
        settle: ({ error, isUnclear, tokens, usd }: Cost) => {
          const limited = error?.reason._tag === "RateLimited" ? error.reason : undefined
          const { retryAfter = Duration.zero } = limited ?? {}
          const seconds = Math.min(longestDemand, Duration.toSeconds(retryAfter))
          const came = [whole(tokens), whole(usd * nano), isUnclear, limited !== undefined, seconds]
          // the hold was there, so the tables are, and a database that is away is waited for
          return Effect.andThen(
            Effect.orDie(query(statements.settle, [run, epoch, hold, ...came])),
            Effect.sync(changed)
          )
        }
      }
      return { answer, granted }
    })

  const spending: Service["spending"] = Effect.fnUntraced(function* (name, { maxCalls, maxTokens, maxUsd }) {
    const caps = [limitOf(maxCalls), limitOf(maxTokens), limitOf(Math.floor(exact(maxUsd * nano)))]
    // whoever makes a limit has made its tables
    yield* Effect.orDie(query(statements.openSpending, [name, ...caps]))
    const reserve = reserving(name, false, () => {})
    return {
      reserve: (request, atMost) =>
        Effect.map(reserve(request, atMost), ({ answer, granted }): Granted | Refused => {
          const [cap, , , most, recorded, unclear, held] = answer
          if (cap !== "maxCalls" && cap !== "maxTokens" && cap !== "maxUsd") return granted
          const unit = cap === "maxUsd" ? nano : 1
          const asked = { maxCalls: 1, maxTokens: atMost.tokens, maxUsd: atMost.usd }[cap]
          const spent = { spent: (recorded + unclear) / unit, unclear: unclear / unit, inFlight: held / unit }
          return { _tag: "Refused", refusal: { cap, limit: (most ?? Infinity) / unit, ...spent, asked } }
        })
    }
  })

  const pace: Service["pace"] = Effect.fnUntraced(function* (
    name,
    { concurrency, requestsPerMinute, tokensPerMinute }
  ) {
    const rates = [limitOf(requestsPerMinute), limitOf(tokensPerMinute), limitOf(concurrency)]
    // whoever makes a limit has made its tables
    yield* Effect.orDie(query(statements.openPace, [name, ...rates]))
    let changed = Deferred.makeUnsafe<void>()
    const reserve = reserving(name, true, () => {
      const change = changed
      changed = Deferred.makeUnsafe()
      Deferred.doneUnsafe(change, Exit.void)
    })
    return {
      reserve: (request, atMost) =>
        Effect.suspend(() => {
          const change = changed
          return Effect.map(reserve(request, atMost), ({ answer, granted }): Granted | Later => {
            const [said, seconds, demanded] = answer
            if (said !== "later" && said !== "full") return granted
            // all are woken by nobody: a little apart from each other
            const wait = Effect.flatMap(Random.nextBetween(1, 1.1), (jitter) => {
              const time = Duration.seconds(Math.min(longestWait, Math.max(leastWait, seconds)) * jitter)
              // a place that is given up here is known at once
              return said === "later" ? Effect.sleep(time) : Effect.timeoutOption(Deferred.await(change), time)
            })
            return { _tag: "Later", wait: Effect.asVoid(wait), demanded: (demanded ?? 0) * 1000 }
          })
        })
    }
  })
  return { spending, pace }
})

/** Where all limits that have a name keep their counts. */
export const layer: Layer.Layer<never, ledger.Problem, SqlClient.SqlClient> = Layer.effect(Limits, make).pipe(
  Layer.provide(ledger.layer)
)

/** What is counted under a name, if anybody has made such a limit. */
export const read = Effect.fnUntraced(function* (
  name: string
): Effect.fn.Return<Reading | undefined, SqlError, SqlClient.SqlClient> {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const [row] = yield* sql.unsafe(statements.read, [name]).values
  if (row === undefined) return undefined
  const [
    calls = 0,
    recordedTokens = 0,
    recorded = 0,
    unclearTokens = 0,
    unclear = 0,
    heldTokens = 0,
    held = 0,
    flying = 0
  ] = row.map(Number)
  return {
    calls,
    recorded: { tokens: recordedTokens, usd: recorded / nano },
    unclear: { tokens: unclearTokens, usd: unclear / nano },
    held: { tokens: heldTokens, usd: held / nano },
    flying
  }
})

const refused = (detail: string) => Effect.fail(new LlmError({ reason: new InvalidRequest({ detail }) }))
