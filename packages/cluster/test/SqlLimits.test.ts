import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Context, Deferred, Duration, Effect, Fiber, Layer, ManagedRuntime, Redacted, Schedule, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { LlmClient } from "@stepwright/core"
import { LlmError, NetworkFailure, RateLimited } from "@stepwright/core/LlmError"
import { Fixtures } from "@stepwright/core/testing"
import { Attempts, Budget, Limits, RateLimit } from "@stepwright/llm"
import { SqlLimits } from "@stepwright/cluster"
import type { Held } from "../src/internal/held.ts"
import { layer, Ledger, migrate } from "../src/internal/ledger.ts"
import * as owned from "../src/internal/owned.ts"
import * as runs from "../src/internal/runs.ts"
import { needs } from "../../../test/support/tool.ts"
import { postgres, type Postgres } from "./support/postgres.ts"

/** A request of 8 characters: at most 12 input tokens, 88 output tokens. */
const asking = (run: string, path = "draft") =>
  Fixtures.request("12345678", { parameters: { maxOutputTokens: 88 }, metadata: { run, path } })

const began = (run: string) => Fixtures.event("RunInitialized", { run })

const none = { tokens: 0, usd: 0 }
const free = { ...none, isUnclear: false }
const rated = (tokens: number) => ({ calls: 1, tokens, usd: 0 })
const uncapped: Limits.Caps = { maxCalls: Infinity, maxTokens: Infinity, maxUsd: Infinity }
const unrated: Limits.Rates = { requestsPerMinute: Infinity, tokensPerMinute: Infinity, concurrency: Infinity }
const nano = 1e9

describe("SqlLimits", needs("postgres"), () => {
  let server: Postgres
  let runtime: ManagedRuntime.ManagedRuntime<SqlClient.SqlClient, unknown>
  let sql: SqlClient.SqlClient
  let count = 0
  const clientOf = () => PgClient.layer({ url: Redacted.make(server.url), maxConnections: 6 })
  beforeAll(async () => {
    server = await postgres()
    runtime = ManagedRuntime.make(clientOf())
    await runtime.runPromise(migrate)
    sql = await runtime.runPromise(SqlClient.SqlClient)
  })
  afterAll(async () => {
    await runtime.dispose()
    await server.stop()
  })

  const fresh = (what: string) => `${what}-${++count}`
  const looking = <A, E>(work: Effect.Effect<A, E, SqlClient.SqlClient>) =>
    Effect.provideService(work, SqlClient.SqlClient, sql)
  const read = (name: string) =>
    Effect.map(looking(SqlLimits.read(name)), (reading) => reading ?? assert.fail(`no limit ${name}`))

  /** A process: a client of its own, the runs that it owns, and limits that it counts by. */
  const worker = Effect.gen(function* () {
    const owner = fresh("worker")
    const registry = owned.make()
    // a layer of its own, and so a pool of its own
    const context = yield* Layer.build(Layer.fresh(Layer.provide(layer, clientOf())))
    const limits = yield* SqlLimits.make.pipe(
      Effect.provideContext(context),
      Effect.provideService(owned.Owned, registry)
    )
    const ledger = Context.get(context, Ledger)
    const helds = new Map<string, Held>()
    const own = (held: Held | undefined) => {
      if (held === undefined) return
      registry.own(held.run, held.epoch)
      helds.set(held.run, held)
    }
    return {
      limits,
      begin: (run: string) => Effect.map(runs.begin(ledger, run, began(run), { owner }), own),
      claim: (run: string) => Effect.map(runs.claim(ledger, run, owner), own),
      end: (run: string) => helds.get(run)!.append({ _tag: "RunEnded", status: "COMPLETED", orphaned: [], at: 1 }),
      counted: Effect.provideService(Limits.Limits, limits)
    }
  })
  const workers = (many: number) =>
    Effect.forEach(Array.from({ length: many }), () =>
      Effect.gen(function* () {
        const one = yield* worker
        const run = fresh("run")
        yield* one.begin(run)
        return { ...one, run }
      })
    )

  const granted = (answer: { readonly _tag: string }): Limits.Granted =>
    answer._tag === "Granted" ? (answer as Limits.Granted) : assert.fail(`it is ${JSON.stringify(answer)}`)
  const refusal = (answer: Limits.Granted | Limits.Refused) =>
    answer._tag === "Refused" ? answer.refusal : assert.fail("it is granted")
  const later = (answer: Limits.Granted | Limits.Later) =>
    answer._tag === "Later" ? answer : assert.fail("it is granted")

  describe("concurrency", () => {
    it.live("lets so many requests of all processes go at a time, and serves them all", () =>
      Effect.gen(function* () {
        const name = fresh("account")
        let active = 0
        let most = 0
        let served = 0
        const isFull = yield* Deferred.make<void>()
        const model = LlmClient.make(() =>
          Effect.gen(function* () {
            most = Math.max(most, ++active)
            // the first ones wait for each other
            if (active === 3) yield* Deferred.succeed(isFull, undefined)
            yield* Deferred.await(isFull)
            yield* Effect.sleep("5 millis")
            served++
            return { text: "", finishReason: "stop" as const, usage: { input: 1, output: 1 } }
          }).pipe(Effect.ensuring(Effect.sync(() => active--)))
        )
        yield* Effect.forEach(
          yield* workers(3),
          Effect.fnUntraced(function* ({ counted, run }) {
            const client = (yield* counted(RateLimit.make({ name, concurrency: 3 })))(model)
            const asks = Array.from({ length: 20 }, (_, i) => client.generate(asking(run, `item-${i}`)))
            yield* Effect.all(asks, { concurrency: 8 })
          }),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual([served, most], [60, 3])
        assert.strictEqual((yield* read(name)).flying, 0)
      })
    )

    it.live("wakes who waits here as soon as a place is free, and says how long to wait for others", () =>
      Effect.gen(function* () {
        const [one] = yield* workers(1)
        const { limits, run } = one!
        const name = fresh("account")
        const { reserve } = yield* limits.pace(name, { ...unrated, concurrency: 1 })
        const held = granted(yield* reserve(asking(run), rated(100)))
        // calls take a while, and so does it to wait for one
        yield* looking(sql`update sw_limit set seconds = 60 where name = ${name}`)
        const wait = yield* Effect.forkChild(later(yield* reserve(asking(run), rated(100))).wait)
        yield* held.settle(free)
        yield* Fiber.join(wait)
        granted(yield* reserve(asking(run), rated(100)))
      })
    )
  })

  describe("budget", () => {
    it.live("is kept by all processes together, whatever breaks off, and told apart by what is known", () =>
      Effect.gen(function* () {
        const name = fresh("team")
        const prices = { date: "2026-01-01", models: { m: { input: 10, output: 100 } } }
        const maxUsd = 0.2
        let billed = 0
        let asked = 0
        const model = Attempts.make(
          LlmClient.make(() =>
            Effect.gen(function* () {
              const turn = asked++
              yield* Effect.sleep(turn % 3)
              const output = turn % 89
              // what broke off may have been billed as well
              billed += 12 * 10_000 + output * 100_000
              if (turn % 5 === 0) return yield* new LlmError({ reason: new NetworkFailure({ detail: "reset" }) })
              return { text: "", finishReason: "stop" as const, usage: { input: 12, output } }
            })
          )
        )
        const looks: Array<readonly [string, boolean]> = []
        const look = Effect.gen(function* () {
          const before = billed
          const { held, recorded, unclear } = yield* read(name)
          const [known, all] = [recorded.usd * nano, (recorded.usd + unclear.usd + held.usd) * nano]
          const is = Math.round(known) <= billed && before <= Math.round(all) && Math.round(all) <= maxUsd * nano
          looks.push([`${known} <= ${before}, ${billed} <= ${all}`, is])
        })
        const watching = yield* Effect.forkChild(
          Effect.delay(look, "5 millis").pipe(Effect.ignore, Effect.repeat(Schedule.forever))
        )
        yield* Effect.forEach(
          yield* workers(3),
          Effect.fnUntraced(function* ({ counted, run }) {
            const budget = yield* counted(Budget.make({ name, maxUsd, prices, models: { default: "m" } }))
            const client = budget(model)
            const ask = client.generate(asking(run)).pipe(
              Effect.as("answered"),
              Effect.catch(({ reason }) =>
                reason._tag === "InvalidRequest" ? Effect.die(reason) : Effect.succeed(reason._tag)
              )
            )
            yield* Effect.all(
              Array.from({ length: 4 }, () => Effect.repeat(ask, { until: (tag) => tag === "BudgetExceeded" })),
              { concurrency: "unbounded" }
            )
          }),
          { concurrency: "unbounded" }
        )
        yield* Fiber.interrupt(watching)
        yield* look
        assert.deepStrictEqual(
          looks.filter(([, is]) => !is),
          []
        )
        const { calls, held, recorded, unclear } = yield* read(name)
        assert.deepStrictEqual([calls, held], [asked, none])
        assert.isAbove(recorded.usd, maxUsd / 3)
        assert.isAbove(unclear.usd, 0)
      })
    )

    it.live("has the cap that was given last, and tells of one that is used up what was spent", () =>
      Effect.gen(function* () {
        const [one, other] = yield* workers(2)
        const name = fresh("team")
        const ask = rated(60)
        const early = yield* one!.limits.spending(name, { ...uncapped, maxTokens: 100, maxCalls: 5 })
        yield* granted(yield* early.reserve(asking(one!.run), ask)).settle({ tokens: 50, usd: 0, isUnclear: true })
        granted(yield* early.reserve(asking(one!.run), rated(20)))
        assert.deepStrictEqual(refusal(yield* early.reserve(asking(one!.run), ask)), {
          cap: "maxTokens",
          limit: 100,
          spent: 50,
          unclear: 50,
          inFlight: 20,
          asked: 60
        })
        assert.strictEqual(refusal(yield* early.reserve(asking(one!.run), rated(Number.NaN))).cap, "maxTokens")
        const late = yield* other!.limits.spending(name, { ...uncapped, maxTokens: 200, maxCalls: 3 })
        granted(yield* early.reserve(asking(one!.run), ask))
        assert.deepStrictEqual(refusal(yield* late.reserve(asking(other!.run), ask)), {
          cap: "maxCalls",
          limit: 3,
          spent: 3,
          unclear: 0,
          inFlight: 0,
          asked: 1
        })
      })
    )

    it.live("takes a cost that is no number for its bound, unclear", () =>
      Effect.gen(function* () {
        const [one] = yield* workers(1)
        const name = fresh("team")
        const { reserve } = yield* one!.limits.spending(name, { ...uncapped, maxUsd: 1 })
        const held = granted(yield* reserve(asking(one!.run), { calls: 1, tokens: 10, usd: 0.3 }))
        yield* held.settle({ tokens: 7, usd: Number.NaN, isUnclear: false })
        const { recorded, unclear } = yield* read(name)
        assert.deepStrictEqual([recorded, unclear], [none, { tokens: 7, usd: 0.3 }])
      })
    )
  })

  describe("a take-over", () => {
    it.live(
      "frees the places of who owned the run, and makes unclear what they held, which they can settle no more",
      () =>
        Effect.gen(function* () {
          const [dead, heir] = yield* workers(2)
          const { run } = dead!
          const name = fresh("both")
          const spend = yield* dead!.limits.spending(name, { ...uncapped, maxUsd: 1 })
          const go = yield* dead!.limits.pace(name, { ...unrated, concurrency: 2 })
          const holds = [
            granted(yield* spend.reserve(asking(run), { calls: 1, tokens: 100, usd: 0.25 })),
            granted(yield* go.reserve(asking(run), rated(100))),
            granted(yield* go.reserve(asking(run), rated(100)))
          ]
          assert.deepStrictEqual(yield* read(name), {
            calls: 1,
            recorded: none,
            unclear: none,
            held: { tokens: 100, usd: 0.25 },
            flying: 2
          })
          yield* heir!.claim(run)
          const after = { calls: 1, recorded: none, unclear: { tokens: 100, usd: 0.25 }, held: none, flying: 0 }
          assert.deepStrictEqual(yield* read(name), after)
          for (const { settle } of holds) yield* settle({ tokens: 1, usd: 0.01, isUnclear: false })
          assert.deepStrictEqual(yield* read(name), after)
          const refusals = [
            yield* Effect.flip(spend.reserve(asking(run), rated(1))),
            yield* Effect.flip(go.reserve(asking(run), rated(1)))
          ]
          for (const { reason } of refusals) {
            assert.strictEqual(reason.detail, `somebody else owns run "${run}", or it has ended: epoch 1 is over`)
          }
          const mine = yield* heir!.limits.pace(name, { ...unrated, concurrency: 2 })
          yield* granted(yield* mine.reserve(asking(run), rated(100))).settle(free)
        })
    )

    it.live("is not needed for a run that has ended: it holds nothing, and what comes late holds nothing either", () =>
      Effect.gen(function* () {
        const [one] = yield* workers(1)
        const { end, limits, run } = one!
        const name = fresh("both")
        const spend = yield* limits.spending(name, { ...uncapped, maxUsd: 1 })
        const go = yield* limits.pace(name, { ...unrated, concurrency: 1 })
        granted(yield* spend.reserve(asking(run), { calls: 1, tokens: 100, usd: 0.25 }))
        granted(yield* go.reserve(asking(run), rated(100)))
        yield* end(run)
        const after = { calls: 1, recorded: none, unclear: { tokens: 100, usd: 0.25 }, held: none, flying: 0 }
        assert.deepStrictEqual(yield* read(name), after)
        yield* Effect.flip(go.reserve(asking(run), rated(100)))
        assert.deepStrictEqual(yield* read(name), after)
      })
    )

    it.live("misses nothing that was reserved while it waited for the run", () =>
      Effect.gen(function* () {
        const [dead, heir] = yield* workers(2)
        const { limits, run } = dead!
        const name = fresh("team")
        yield* limits.spending(name, uncapped)
        const isWaiting = looking(sql`select 1 from pg_locks where not granted`).pipe(
          Effect.flatMap((rows) => (rows.length > 0 ? Effect.void : Effect.fail("not yet"))),
          Effect.retry(Schedule.spaced("5 millis"))
        )
        const claiming = yield* looking(
          sql.withTransaction(
            Effect.gen(function* () {
              const hold = [name, run, "1", "00000000-0000-4000-8000-000000000001", "draft", false, 1, 100, 5]
              yield* sql.unsafe("select answer from sw_reserve($1, $2, $3, $4, $5, $6, $7, $8, $9)", hold)
              const claiming = yield* Effect.forkChild(heir!.claim(run))
              yield* isWaiting
              return claiming
            })
          )
        )
        yield* Fiber.join(claiming)
        const { held, unclear } = yield* read(name)
        assert.deepStrictEqual([held, unclear], [none, { tokens: 100, usd: 5 / nano }])
      })
    )
  })

  const Group = Schema.Struct({
    bounds: Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))).check(
      Schema.isMaxLength(3)
    ),
    /** Of what is held. */
    billed: Schema.Literals([0, 0.4, 1]),
    end: Schema.Literals(["told", "unclear", "dies", "is late"])
  })
  const Groups = Schema.Array(Group).check(Schema.isMaxLength(8))
  it.live.prop(
    "has recorded <= billed <= recorded + unclear + held <= budget at every look, whoever dies and is taken over",
    {
      groups: Schema.Tuple([Groups, Groups, Groups]),
      budget: Schema.Int.check(Schema.isBetween({ minimum: 10, maximum: 120 }))
    },
    ({ budget, groups }) =>
      Effect.gen(function* () {
        const name = fresh("both")
        const concurrency = 4
        const all = yield* workers(3)
        const counts = yield* Effect.forEach(all, ({ limits }) =>
          Effect.all({
            spend: limits.spending(name, { ...uncapped, maxUsd: budget / nano }),
            go: limits.pace(name, { ...unrated, concurrency })
          })
        )
        const expected = { recorded: 0, unclear: 0 }
        let billed = 0
        const look = Effect.gen(function* () {
          const before = billed
          const now = yield* read(name)
          const [recorded, unclear, held] = [now.recorded, now.unclear, now.held].map(({ usd }) =>
            Math.round(usd * nano)
          )
          const bound = recorded! + unclear! + held!
          const sums = `${recorded} <= ${before}, ${billed} <= ${bound} <= ${budget}`
          assert.isTrue(recorded! <= billed && before <= bound && bound <= budget && now.flying <= concurrency, sums)
          return { recorded, unclear, held, flying: now.flying }
        })

        const actor = Effect.fnUntraced(function* (first: number) {
          const { run } = all[first]!
          let owner = first
          for (const { billed: part, bounds, end } of groups[first]!) {
            const { go, spend } = counts[owner]!
            const holds: Array<readonly [bound: number, spent: Limits.Granted, place: Limits.Granted]> = []
            for (const bound of bounds) {
              const spent = yield* spend.reserve(asking(run), { calls: 1, tokens: 0, usd: bound / nano })
              if (spent._tag === "Refused") continue
              const place = yield* go.reserve(asking(run), rated(0))
              if (place._tag === "Later") yield* spent.settle(free)
              else holds.push([bound, spent, place])
            }
            yield* look
            const isDead = end === "dies" || end === "is late"
            if (isDead) {
              owner = (owner + 1) % 3
              yield* all[owner]!.claim(run)
            }
            for (const [bound, spent, place] of holds) {
              // a provider knows nothing of who died
              const bill = Math.floor(bound * part)
              billed += bill
              if (end === "told") expected.recorded += bill
              else expected.unclear += bound
              if (end === "dies") continue
              const isUnclear = end === "unclear"
              yield* place.settle(free)
              yield* spent.settle({ tokens: 0, usd: (isUnclear ? bound : bill) / nano, isUnclear })
            }
            yield* look
          }
        })
        yield* Effect.all([actor(0), actor(1), actor(2)], { concurrency: "unbounded" })
        assert.deepStrictEqual(yield* look, { ...expected, held: 0, flying: 0 })
      }),
    { arbitrary: { runs: 5 } }
  )

  it.live("asks nothing for a run that is not owned here", () =>
    Effect.gen(function* () {
      const one = yield* worker
      const { reserve } = yield* one.limits.spending("team", uncapped)
      const { reason } = yield* Effect.flip(reserve(asking("elsewhere"), rated(1)))
      assert.strictEqual(reason.detail, `run "elsewhere" is not owned here, so it is not asked under team`)
    })
  )

  it.live("counts once what is said again because its answer was lost", () =>
    Effect.gen(function* () {
      const [one] = yield* workers(1)
      const name = fresh("both")
      yield* one!.limits.spending(name, { ...uncapped, maxTokens: 100 })
      yield* one!.limits.pace(name, { ...unrated, concurrency: 1 })
      for (const isPlace of [true, false]) {
        const id = `00000000-0000-4000-8000-00000000000${Number(isPlace)}`
        const reserve = [name, one!.run, "1", id, "draft", isPlace, 1, 100, 5]
        const twice = yield* Effect.replicateEffect(
          sql.unsafe("select answer from sw_reserve($1, $2, $3, $4, $5, $6, $7, $8, $9)", reserve).values,
          2
        )
        assert.deepStrictEqual(twice, [[["granted"]], [["granted"]]])
        const settle = [one!.run, "1", id, 40, 2, false, false, 0]
        yield* Effect.replicateEffect(sql.unsafe("select from sw_settle($1, $2, $3, $4, $5, $6, $7, $8)", settle), 2)
      }
      assert.deepStrictEqual(yield* read(name), {
        calls: 1,
        recorded: { tokens: 40, usd: 2 / nano },
        unclear: none,
        held: none,
        flying: 0
      })
    })
  )

  /** As if so much time went by. */
  const pass = (name: string, span: Duration.Input) =>
    looking(
      sql.unsafe(
        `update sw_limit set ${["request_at", "token_at", "paused_until", "lowered_at"].map((at) => `${at} = ${at} - $2::interval`).join(", ")} where name = $1`,
        [name, `${Duration.toMillis(span)} milliseconds`]
      )
    )

  describe("rates", () => {
    it.live("let all wait as long as a provider demands, and halve what goes at a time for a minute", () =>
      Effect.gen(function* () {
        const [one, other] = yield* workers(2)
        const name = fresh("account")
        const rates = { ...unrated, concurrency: 8 }
        const [mine, theirs] = [yield* one!.limits.pace(name, rates), yield* other!.limits.pace(name, rates)]
        const ask = rated(10)
        const told = (seconds: number) =>
          new LlmError({ reason: new RateLimited({ detail: "…", retryAfter: Duration.seconds(seconds) }) })
        const held = []
        for (let i = 0; i < 6; i++) held.push(granted(yield* mine.reserve(asking(one!.run), ask)))
        // two that were on their way together tell of one overload
        for (const { settle } of held.splice(0, 2)) yield* settle({ ...free, error: told(1000) })
        const { demanded } = later(yield* theirs.reserve(asking(other!.run), ask))
        assert.isTrue(demanded > 990_000 && demanded <= 1_000_000)
        yield* pass(name, "1000 seconds")
        yield* looking(sql`update sw_limit set lowered_at = now() where name = ${name}`)
        for (const { settle } of held) yield* settle(free)
        const go = Effect.map(theirs.reserve(asking(other!.run), ask), ({ _tag }) => _tag)
        // half of the six
        assert.deepStrictEqual(yield* Effect.replicateEffect(go, 4), ["Granted", "Granted", "Granted", "Later"])
        yield* pass(name, "1 minute")
        assert.deepStrictEqual(yield* Effect.replicateEffect(go, 6), [
          ...Array.from({ length: 5 }, () => "Granted"),
          "Later"
        ])
      })
    )

    for (const [what, most] of [
      ["requests", { requestsPerMinute: 60, tokensPerMinute: 100_000 }],
      ["tokens", { requestsPerMinute: 100_000, tokensPerMinute: 2000 }]
    ] as const) {
      it.live.prop(
        `let no more ${what} begin in any minute than they say, and not much less`,
        {
          requestsPerMinute: Schema.Int.check(
            Schema.isBetween({ minimum: most.requestsPerMinute / 6, maximum: most.requestsPerMinute })
          ),
          tokensPerMinute: Schema.Int.check(
            Schema.isBetween({ minimum: most.tokensPerMinute / 2, maximum: most.tokensPerMinute })
          ),
          sizes: Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 20, maximum: 100 })))
        },
        ({ sizes, ...rates }) =>
          Effect.gen(function* () {
            const name = fresh("account")
            const { limits, run } = yield* only
            const { reserve } = yield* limits.pace(name, { ...unrated, ...rates })
            const began: Array<{ readonly passed: number; readonly tokens: number }> = []
            for (let passed = 0; passed < 75_000; passed += 3000) {
              const next = Effect.suspend(() => {
                const tokens = sizes[began.length % sizes.length]!
                return Effect.map(reserve(asking(run), rated(tokens)), ({ _tag }) => {
                  if (_tag === "Granted") began.push({ passed, tokens })
                  return _tag
                })
              })
              yield* Effect.repeat(next, { while: (tag) => tag === "Granted" })
              yield* pass(name, 3000)
            }
            const times = yield* looking(
              sql.unsafe("select (extract(epoch from at) * 1000)::float8 from sw_hold where name = $1 order by at", [
                name
              ]).values
            )
            const all = began.map(({ passed, tokens }, i) => ({ at: Number(times[i]?.[0]) + passed, tokens }))
            const sum = (of: typeof all) => of.reduce((sum, { tokens }) => sum + tokens, 0)
            for (const { at } of all) {
              // the database rounds to microseconds
              const inMinute = all.filter((other) => other.at >= at && other.at < at + 59_999.9)
              assert.isAtMost(inMinute.length, rates.requestsPerMinute)
              assert.isAtMost(sum(inMinute), rates.tokensPerMinute)
            }
            const share = Math.max(all.length / rates.requestsPerMinute, sum(all) / rates.tokensPerMinute)
            assert.isAtLeast(share, 0.8)
          }),
        { arbitrary: { runs: 3 } }
      )
    }
  })

  /** One worker for all of a property. */
  const only = Effect.suspend(() => Effect.map(workers(1), ([one]) => one ?? assert.fail()))
})
