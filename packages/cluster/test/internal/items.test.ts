import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Queue, Schedule, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Engine, Journal, Step, StepExecutor, Workflow } from "@stepwright/core"
import { needs } from "../../../../test/support/tool.ts"
import * as byHand from "../../src/internal/byHand.ts"
import * as statements from "../../src/internal/itemStatements.ts"
import * as items from "../../src/internal/items.ts"
import { layer, type Ledger } from "../../src/internal/ledger.ts"
import { emptyAt } from "../support/database.ts"
import { postgres, type Postgres } from "../support/postgres.ts"

/** Somebody who has started on an item, and goes on once told to. */
interface Started {
  readonly by: string
  readonly name: string
  readonly goOn: Effect.Effect<unknown>
}

/** Where a worker does its work. */
class Bench extends Context.Service<
  Bench,
  { readonly by: string; readonly hold: (name: string) => Effect.Effect<void> }
>()("Bench") {}

class Refused extends Schema.TaggedError<Refused>()("Refused", { on: Schema.Date }) {}

const job = Step.effect("job", {
  input: Schema.String,
  output: Schema.Struct({ by: Schema.String, on: Schema.Date }),
  error: Refused,
  heavy: true,
  run: (name) =>
    Effect.gen(function* () {
      const { by, hold } = yield* Bench
      yield* hold(name)
      if (name === "refused") return yield* new Refused({ on: new Date(1) })
      if (name === "broken") return yield* Effect.die(new Error("it broke"))
      return { by, on: new Date(0) }
    })
})

const jobs = Workflow.make("jobs", { input: Schema.Array(Schema.String) }).pipe(
  Workflow.forEach("each", job, { items: "input", key: String, input: "item", concurrency: 100 })
)

const named = (count: number) => Array.from({ length: count }, (_, i) => `${i}`)

describe("items", needs("postgres"), () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server.stop())

  /** One of several machines, whose row is alive. */
  const machine = (by: string) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`insert into sw_worker (worker, seen, since, lease, about) values (${by}, now(), now(), '1 hour', '{}')
        on conflict (worker) do update set seen = excluded.seen`
      const { executor, work } = yield* items.make({ worker: by, poll: "20 millis" })
      const started = yield* Queue.unbounded<Started>()
      const interrupted: Array<string> = []
      const hold = Effect.fnUntraced(function* (name: string) {
        const goOn = yield* Deferred.make<void>()
        yield* Queue.offer(started, { by, name, goOn: Deferred.succeed(goOn, undefined) })
        yield* Effect.onInterrupt(Deferred.await(goOn), () => Effect.sync(() => void interrupted.push(name)))
      })
      const workflows = new Map([[yield* Engine.definition(jobs), jobs]])
      /** Works, held where a test says when it goes on. */
      const works = (slots: number, isHeld = true) =>
        Effect.provideService(work({ slots, workflows, around: (_run, work) => work }), Bench, {
          by,
          hold: isHeld ? hold : () => Effect.void
        })
      return { executor, interrupted, started, works }
    })

  type Machine = Effect.Success<ReturnType<typeof machine>>

  /** A new run that a machine owns. */
  const begun = (run: string, { executor }: Machine, names: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const journal = yield* byHand.make()
      const owned = { run, epoch: "1", definition: yield* Engine.definition(jobs) }
      return yield* Effect.gen(function* () {
        const state = yield* Engine.initialize(jobs, names, { run })
        return yield* Engine.run(jobs, state, { onInterrupt: "leave" })
      }).pipe(
        Effect.provideService(Journal.Journal, journal),
        Effect.provideService(StepExecutor.StepExecutor, executor(owned)),
        Effect.provideService(Bench, { by: "nobody", hold: () => Effect.die(new Error("it was not sent")) })
      )
    })

  const taken = (machines: ReadonlyArray<Machine>, count: number) =>
    Effect.gen(function* () {
      const all = yield* Queue.unbounded<Started>()
      const fibers = yield* Effect.forEach(machines, ({ started }) =>
        Effect.forkChild(Effect.forever(Effect.flatMap(Queue.take(started), (one) => Queue.offer(all, one))))
      )
      const got = yield* Effect.replicateEffect(Queue.take(all), count)
      yield* Fiber.interruptAll(fibers)
      return got
    })

  const goOn = (started: ReadonlyArray<Started>) => Effect.forEach(started, ({ goOn }) => goOn, { discard: true })

  const by = (started: ReadonlyArray<Started>, who: string) => started.filter(({ by }) => by === who).length

  /** Waits until so many items are in the table. */
  const inTable = (count: number) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Effect.repeat(sql`select item from sw_item`, {
        until: (rows) => rows.length === count,
        schedule: Schedule.spaced("10 millis")
      })
    })
  const emptied = inTable(0)

  /** Waits until the work on so many items has ended before it was done. */
  const stopped = ({ interrupted }: Machine, count: number) =>
    Effect.repeat(Effect.void, { until: () => interrupted.length === count, schedule: Schedule.spaced("10 millis") })

  const withDatabase = <A, E>(work: Effect.Effect<A, E, SqlClient.SqlClient | Ledger>) =>
    Effect.flatMap(
      Effect.suspend(() => emptyAt(server.url)),
      (client) => Effect.provide(work, Layer.provideMerge(layer, client))
    )

  it.live("spread over who has room, and leave nothing behind", () =>
    withDatabase(
      Effect.gen(function* () {
        const machines = yield* Effect.forEach(["a", "b", "c"], machine)
        for (const { works } of machines) yield* Effect.forkChild(works(8))
        const running = yield* Effect.forkChild(begun("spread", machines[0]!, named(64)))
        for (const round of [24, 24, 16]) {
          const started = yield* taken(machines, round)
          const spread = ["a", "b", "c"].map((who) => by(started, who))
          if (round === 24) assert.deepStrictEqual(spread, [8, 8, 8])
          else assert.isAtMost(Math.max(...spread), 8)
          yield* goOn(started)
        }
        const { ending } = yield* Fiber.join(running)
        assert.strictEqual(ending._tag, "Completed")
        if (ending._tag === "Completed") assert.lengthOf(ending.output.each, 64)
        yield* emptied
      }).pipe(Effect.scoped)
    )
  )

  it.live("give what the step would have given: an output, an error of its own, a defect", () =>
    withDatabase(
      Effect.gen(function* () {
        const own = yield* machine("a")
        yield* Effect.forkChild(own.works(2, false))
        const { ending } = yield* begun("output", own, ["fine"])
        assert.deepStrictEqual(ending._tag === "Completed" && ending.output.each, [{ by: "a", on: new Date(0) }])
        const { ending: failed } = yield* begun("error", own, ["refused"])
        if (failed._tag !== "Failed") return assert.fail("it failed")
        assert.strictEqual(failed.path, "each/refused")
        assert.deepStrictEqual(failed.reason, new Refused({ on: new Date(1) }))
        const broken = yield* Effect.exit(begun("defect", own, ["broken"]))
        assert.isTrue(Exit.hasDies(broken))
        assert.include(String(broken), "it broke")
        yield* emptied
      }).pipe(Effect.scoped)
    )
  )

  it.live("go to another worker where theirs died, whose results come too late", () =>
    withDatabase(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const [dead, other] = [yield* machine("dead"), yield* machine("other")]
        yield* Effect.forkChild(dead.works(4))
        const running = yield* Effect.forkChild(begun("taken-over", other, named(4)))
        const lost = yield* taken([dead], 4)
        yield* sql`update sw_worker set seen = now() - interval '2 hours' where worker = 'dead'`
        yield* Effect.forkChild(other.works(4))
        const again = yield* taken([other], 4)
        assert.sameMembers(
          again.map(({ name }) => name),
          lost.map(({ name }) => name)
        )
        for (const { item } of yield* sql<{ readonly item: string }>`select item from sw_item`) {
          yield* sql.unsafe(statements.give, [item, "dead", "1"])
        }
        yield* goOn(again)
        const { ending } = yield* Fiber.join(running)
        const who = ending._tag === "Completed" ? ending.output.each.map(({ by }) => by) : []
        assert.deepStrictEqual(who, ["other", "other", "other", "other"])
        yield* emptied
        yield* stopped(dead, 4)
      }).pipe(Effect.scoped)
    )
  )

  it.live("end, with the reason, where they seem to be what their workers die of", () =>
    withDatabase(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const owner = yield* machine("owner")
        const running = yield* Effect.forkChild(Effect.exit(begun("deadly", owner, named(1))))
        for (const name of ["1", "2", "3", "4", "5"]) {
          const victim = yield* machine(name)
          yield* Effect.forkChild(victim.works(1))
          yield* taken([victim], 1)
          yield* sql`update sw_worker set seen = now() - interval '2 hours' where worker = ${name}`
        }
        assert.include(String(yield* Fiber.join(running)), "the last 5 workers that had it died")
        yield* emptied
      }).pipe(Effect.scoped)
    )
  )

  it.live("go to another worker at once where theirs ends", () =>
    withDatabase(
      Effect.gen(function* () {
        const [first, other] = [yield* machine("first"), yield* machine("other")]
        const works = yield* Effect.forkChild(first.works(4))
        const running = yield* Effect.forkChild(begun("left", other, named(4)))
        yield* taken([first], 4)
        yield* Fiber.interrupt(works)
        assert.lengthOf(first.interrupted, 4)
        yield* Effect.forkChild(other.works(4, false))
        assert.strictEqual((yield* Fiber.join(running)).ending._tag, "Completed")
      }).pipe(Effect.scoped)
    )
  )

  it.live("are taken back where the step is interrupted, and their work ends", () =>
    withDatabase(
      Effect.gen(function* () {
        const [owner, worker] = [yield* machine("owner"), yield* machine("worker")]
        yield* Effect.forkChild(worker.works(2))
        const running = yield* Effect.forkChild(begun("back", owner, named(4)))
        yield* taken([worker], 2)
        yield* Fiber.interrupt(running)
        yield* emptied
        yield* stopped(worker, 2)
      }).pipe(Effect.scoped)
    )
  )

  it.live("are dropped where their owner is gone and somebody else owns the run", () =>
    withDatabase(
      Effect.gen(function* () {
        const worker = yield* machine("worker")
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* Effect.forkChild(begun("gone", yield* machine("gone"), named(3)))
            yield* inTable(3)
          })
        )
        yield* (yield* byHand.make()).size("gone")
        yield* Effect.forkChild(worker.works(1))
        yield* emptied
        assert.strictEqual(yield* Queue.size(worker.started), 0)
      }).pipe(Effect.scoped)
    )
  )

  it.live("are refused where the epoch of their owner is over, which is told to who waits", () =>
    withDatabase(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const owner = yield* machine("owner")
        const running = yield* Effect.forkChild(begun("fenced", owner, named(2)))
        yield* inTable(2)
        yield* (yield* byHand.make()).size("fenced")
        const { reason } = yield* Effect.flip(Fiber.join(running))
        assert.strictEqual(reason._tag === "JournalError" && reason.reason, "Fenced")
        yield* emptied
        // what comes of that epoch later is not put there
        const late = yield* Effect.exit(
          Engine.run(jobs, yield* Engine.initialize(jobs, ["late"], { run: "fenced" })).pipe(
            Effect.provideService(
              StepExecutor.StepExecutor,
              owner.executor({ run: "fenced", epoch: "1", definition: yield* Engine.definition(jobs) })
            ),
            Effect.provideService(Bench, { by: "nobody", hold: () => Effect.void })
          )
        )
        assert.include(String(late), "epoch 1 is over")
        assert.deepStrictEqual(yield* sql`select item from sw_item`, [])
      }).pipe(Effect.scoped)
    )
  )

  it.live("are given to nobody who is dead", () =>
    withDatabase(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const [dead, alive] = [yield* machine("dead"), yield* machine("alive")]
        yield* sql`update sw_worker set seen = now() - interval '2 hours' where worker = 'dead'`
        yield* Effect.forkChild(dead.works(8))
        const running = yield* Effect.forkChild(begun("alive", dead, named(4)))
        yield* Effect.forkChild(alive.works(1, false))
        const { ending } = yield* Fiber.join(running)
        assert.deepStrictEqual(
          ending._tag === "Completed" && new Set(ending.output.each.map(({ by }) => by)),
          new Set(["alive"])
        )
      }).pipe(Effect.scoped)
    )
  )
})
