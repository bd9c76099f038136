import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Schedule, Schema } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { Engine, Journal, Step, Workflow } from "@stepwright/core"
import { Fixtures, JournalConformance } from "@stepwright/core/testing"
import { SqlJournal } from "@stepwright/cluster"
import * as byHand from "../src/internal/byHand.ts"
import * as statements from "../src/internal/statements.ts"
import { layer, Ledger } from "../src/internal/ledger.ts"
import { needs } from "../../../test/support/tool.ts"
import { answering, emptyAt } from "./support/database.ts"
import { postgres, type Postgres } from "./support/postgres.ts"

const double = Step.effect("double", { input: Schema.Int, output: Schema.Int, run: (n) => Effect.succeed(2 * n) })
const workflow = Workflow.make("doubling", { input: Schema.Int }).pipe(
  Workflow.bind("once", double, "input"),
  Workflow.bind("twice", double, "once")
)

const begun = (run: string) => Fixtures.event("RunInitialized", { run })
const started = (path: string) => Fixtures.event("StepStarted", { path })
const done = (path: string) => Fixtures.event("StepSucceeded", { path })

describe("SqlJournal", needs("postgres"), () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server.stop())

  /** Work with tables of its own. */
  const migrated = <A, E>(work: Effect.Effect<A, E, SqlClient.SqlClient | Ledger>) =>
    Effect.flatMap(emptyAt(server.url), (client) => Effect.provide(work, Layer.provideMerge(layer, client)))

  const store = Effect.map(
    Effect.suspend(() => emptyAt(server.url)),
    (client) => Layer.provide(SqlJournal.layer, client)
  )

  describe("layer", () => {
    for (const { name, run } of JournalConformance.suite(store)) it.live(name, () => Effect.orDie(run))
  })

  it.live("refuses all that a former owner writes once somebody else has taken the run over", () =>
    migrated(
      Effect.gen(function* () {
        const [one, other] = [yield* byHand.make(), yield* byHand.make()]
        yield* one.append("r", begun("r"))
        assert.strictEqual(yield* other.size("r"), 1)
        yield* one.putText("r", "hash", "text")
        const refused = yield* Effect.flip(one.append("r", done("late")))
        assert.strictEqual(refused.reason, "Fenced")
        // and it does not take it back by itself
        assert.strictEqual((yield* Effect.flip(one.append("r", done("later")))).reason, "Fenced")
        yield* other.append("r", done("a"))
        assert.deepStrictEqual(yield* other.load("r"), [begun("r"), done("a")])
        assert.strictEqual((yield* Effect.flip(other.getText("r", "hash"))).reason, "NotFound")
      })
    )
  )

  it.live("leaves a database alone that a later major version has changed, and says so", () =>
    Effect.gen(function* () {
      const client = yield* emptyAt(server.url)
      const makes = Effect.scoped(Layer.build(Layer.fresh(SqlJournal.layer)))
      const error = yield* Effect.gen(function* () {
        yield* makes
        const sql = yield* SqlClient.SqlClient
        // one of this major version that is not known here only adds
        yield* sql`insert into sw_migration (migration_id, name) values (999, 'more')`
        yield* makes
        yield* sql`insert into sw_migration (migration_id, name) values (1000, 'otherwise')`
        return yield* Effect.flip(makes)
      }).pipe(Effect.provide(client))
      assert.strictEqual(error._tag, "LaterDatabase")
      assert.include(error.message, 'made "otherwise"')
    })
  )

  it.live("counts what a former owner wrote while a claim waited for it", () =>
    Effect.gen(function* () {
      const client = yield* emptyAt(server.url)
      const [mine, others] = yield* Effect.replicateEffect(
        Layer.build(Layer.fresh(Layer.provideMerge(layer, client))),
        2
      )
      const sql = Context.get(mine!, SqlClient.SqlClient)
      const one = yield* Effect.provideContext(byHand.make(), mine!)
      const other = yield* Effect.provideContext(byHand.make(), others!)
      yield* one.append("r", begun("r"))
      const isWaiting = Effect.repeat(sql`select 1 from pg_locks where not granted`, {
        until: (rows) => rows.length > 0,
        schedule: Schedule.spaced("5 millis")
      })
      const claiming = yield* Effect.gen(function* () {
        const event = JSON.stringify(started("a"))
        yield* sql.unsafe(statements.write, [["r"], ["1"], [1], [event], [], [], []])
        const fiber = yield* Effect.forkChild(other.size("r"))
        yield* isWaiting
        return fiber
      }).pipe(sql.withTransaction)
      assert.strictEqual(yield* Fiber.join(claiming), 2)
      yield* other.append("r", started("b"))
      assert.deepStrictEqual(yield* other.load("r"), [begun("r"), started("a"), started("b")])
    }).pipe(Effect.scoped)
  )

  it.live("writes that something begins with what follows, or else in a moment", () =>
    migrated(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { counts } = yield* Ledger
        const [one, other] = [yield* byHand.make(), yield* byHand.make()]
        yield* one.append("r", begun("r"))
        const before = counts.statements
        yield* one.append("r", started("a"))
        yield* one.append("r", done("a"))
        assert.strictEqual(counts.statements - before, 1)
        yield* one.append("r", started("b"))
        yield* Effect.repeat(sql`select seq from sw_event`, {
          until: (rows) => rows.length === 4,
          schedule: Schedule.spaced("5 millis")
        })
        // whoever has lost the run is told of it with the next thing
        yield* other.append("r", done("b"))
        yield* one.append("r", started("c"))
        assert.strictEqual((yield* Effect.flip(one.append("r", done("c")))).reason, "Fenced")
      })
    )
  )

  it.live("leaves no gap where the database has forgotten what was written, as one does that is restored", () =>
    migrated(
      Effect.gen(function* () {
        const journal = yield* byHand.make()
        const sql = yield* SqlClient.SqlClient
        yield* journal.append("r", begun("r"))
        yield* journal.append("r", done("a"))
        yield* journal.append("r", done("b"))
        yield* sql`delete from sw_event where run = 'r' and seq > 0`
        assert.strictEqual((yield* Effect.flip(journal.append("r", done("c")))).reason, "Fenced")
        // somebody who reads what there is goes on from there
        const other = yield* byHand.make()
        yield* other.append("r", done("a"))
        assert.deepStrictEqual(yield* other.load("r"), [begun("r"), done("a")])
      })
    )
  )

  it.live("lets one of two begin a run, and tells the other that it exists", () =>
    migrated(
      Effect.gen(function* () {
        const journals = yield* Effect.forEach(["a", "b", "c"], () => byHand.make())
        const exits = yield* Effect.forEach(
          journals,
          (journal) =>
            Effect.exit(
              Effect.provideService(Engine.initialize(workflow, 1, { run: "r" }), Journal.Journal, {
                ...journal,
                // each has looked before any of them begins
                size: () => Effect.succeed(0)
              })
            ),
          { concurrency: "unbounded" }
        )
        assert.lengthOf(exits.filter(Exit.isSuccess), 1)
        const reasons = exits.flatMap((exit) => (Exit.isFailure(exit) ? [String(exit.cause)] : []))
        assert.lengthOf(reasons, 2)
        for (const reason of reasons) assert.include(reason, 'there is a run "r" already')
      })
    )
  )

  it.live("writes what comes of fifty runs at a time in few statements", () =>
    migrated(
      Effect.gen(function* () {
        const { counts } = yield* Ledger
        const journal = yield* byHand.make()
        const before = counts.statements
        const ids = Array.from({ length: 50 }, (_, i) => `r${i}`)
        const ran = yield* Effect.forEach(
          ids,
          (run) => Effect.flatMap(Engine.initialize(workflow, 1, { run }), (state) => Engine.run(workflow, state)),
          { concurrency: "unbounded" }
        ).pipe(Effect.provideService(Journal.Journal, journal))
        assert.isTrue(ran.every(({ state }) => state.status === "COMPLETED"))
        const { statements } = counts
        const events = yield* Effect.forEach(ids, (run) => Effect.map(journal.load(run), ({ length }) => length))
        const all = events.reduce((sum, n) => sum + n, 0)
        // to begin a run takes one
        assert.isBelow(statements - before - ids.length, all / 5)
      })
    )
  )

  it.live("reads a run while others are written to without a pause", () =>
    migrated(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        let more: Effect.Effect<unknown> = Effect.void
        // while something is on its way the next thing comes
        const busy = answering(sql, (statement, parameters) =>
          Effect.andThen(Effect.forkDetach(more), sql.unsafe(statement, parameters).values)
        )
        const journal = yield* byHand
          .make()
          .pipe(Effect.provide(Layer.fresh(layer)), Effect.provideService(SqlClient.SqlClient, busy))
        yield* journal.append("r", begun("r"))
        yield* journal.append("other", begun("other"))
        more = Effect.ignore(journal.append("other", done("a")))
        yield* more
        yield* journal.append("r", started("a"))
        assert.deepStrictEqual(yield* journal.load("r"), [begun("r"), started("a")])
        more = Effect.void
      })
    )
  )

  it.live("reads no more of a long run to write to it than of a short one", () =>
    migrated(
      Effect.gen(function* () {
        const sql = (yield* SqlClient.SqlClient).withoutTransforms()
        const journal = yield* byHand.make()
        yield* journal.append("r", begun("r"))
        const fill = (runs: string, last: number) =>
          sql.unsafe(`insert into sw_event (run, seq, epoch, event)
            select run, n, 1, repeat('x', 300) from ${runs} as t (run), generate_series(1, ${last}) n`)
        // as far as the database knows, there are many runs, and all are short
        yield* sql.unsafe(`insert into sw_run (run, workflow, token, epoch, status)
          select 'short' || n, '', '', 1, 'COMPLETED' from generate_series(1, 200) n`)
        yield* fill("(select 'short' || generate_series(1, 200))", 60)
        yield* sql.unsafe("analyze")
        yield* fill("(values ('r'))", 5000)
        const values = [["r"], ["1"], [5001], ["{}"], ["r"], ["hash"], ["text"]]
        const [row] = yield* sql.unsafe(`explain (analyze, buffers, format json) ${statements.write}`, values).values
        const [{ Plan: plan }] = row![0] as readonly [{ readonly Plan: Record<string, number> }]
        // pages of 8 KB, of which the run has some 250
        assert.isBelow(plan["Shared Hit Blocks"]! + plan["Shared Read Blocks"]!, 60)
      })
    )
  )

  it.live("puts no more into a statement than a few megabytes", () =>
    migrated(
      Effect.gen(function* () {
        const { counts } = yield* Ledger
        const journal = yield* byHand.make()
        const runs = ["a", "b", "c", "d", "e", "f"]
        yield* Effect.forEach(runs, (run) => journal.append(run, begun(run)))
        const before = counts.statements
        const large = "x".repeat(1_500_000)
        const write = (run: string) =>
          Effect.andThen(journal.putText(run, "hash", large), journal.append(run, done("a")))
        yield* Effect.forEach(runs, write, { concurrency: "unbounded" })
        // the first goes at once; of the others three, and two
        assert.strictEqual(counts.statements - before, 3)
        for (const run of runs) assert.strictEqual(yield* journal.getText(run, "hash"), large)
      })
    )
  )

  it.live("finds out by the same statement again what became of one whose answer was lost", () =>
    migrated(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const lost = new SqlError.SqlError({ reason: new SqlError.ConnectionError({ cause: "it is cut" }) })
        let losing = 0
        // the answer is lost once the statement has done its work
        const lossy = answering(sql, (statement, parameters) =>
          Effect.flatMap(sql.unsafe(statement, parameters).values, (rows) =>
            losing-- > 0 ? Effect.fail(lost) : Effect.succeed(rows)
          )
        )
        const journal = yield* byHand
          .make()
          .pipe(Effect.provide(Layer.fresh(layer)), Effect.provideService(SqlClient.SqlClient, lossy))
        losing = 1
        yield* journal.append("r", begun("r"))
        losing = 2
        yield* journal.append("r", started("a"))
        yield* journal.append("r", started("b"))
        assert.deepStrictEqual(yield* journal.load("r"), [begun("r"), started("a"), started("b")])
      })
    )
  )
})
