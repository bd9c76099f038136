/* oxlint-disable no-await-in-loop -- one take-over after another */
// What runs take of a database, what a worker asks of it that has nothing to do, and what it takes to take a run over.
import { setTimeout } from "node:timers/promises"
import { Effect, Layer, ManagedRuntime } from "effect"
import { SqlClient } from "effect/sql"
import { ClusterRunner, SqlJournal } from "@stepwright/cluster"
import * as Core from "@stepwright/core"
import { NodeHasher } from "@stepwright/node-runner"
import { done, runtimeOf } from "../support/database.ts"
import { answer } from "../support/measure.ts"
import { chain, fanOut, replied } from "../support/workflows.ts"
import { beginning, instant, items, stepsOfRun } from "../support/workload.ts"

const [what = "", count = "", url = ""] = process.argv.slice(2)

const { Engine, LlmClient } = Core
const workflow: Core.Workflow.Workflow<typeof beginning, any, never, Core.LlmClient.LlmClient> = chain(Core, stepsOfRun)
const ask = instant()
const common = Layer.merge(
  LlmClient.layer(() => Effect.sync(() => replied(ask()))),
  NodeHasher.layer
)
const runtime = runtimeOf(url, (client) => Layer.provideMerge(common, client))
const journal = () => Layer.fresh(SqlJournal.layer)

const tables = ["sw_run", "sw_event", "sw_text"]

const subjects: Readonly<Record<string, () => Promise<Readonly<Record<string, number>>>>> = {
  /** So many runs of 20 steps, and what each table has of them. **Units** a step */
  tables: async () => {
    const runs = Number(count)
    const ran = Effect.flatMap(Engine.initialize(workflow, beginning), (state) => Engine.run(workflow, state))
    await runtime.runPromise(
      Effect.forEach(Array.from({ length: runs }), () => ran, { concurrency: 50, discard: true }).pipe(
        Effect.provide(journal())
      )
    )
    const measured = Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const figures: Record<string, number> = {}
      for (const table of tables) {
        const [row] = yield* sql.unsafe<{ bytes: number; rows: number }>(
          `select pg_total_relation_size('${table}')::float8 as bytes, count(*)::float8 as rows from ${table}`
        )
        figures[`${table} bytes`] = row!.bytes / runs / stepsOfRun
        figures[`${table} rows`] = row!.rows / runs / stepsOfRun
      }
      return figures
    })
    return runtime.runPromise(measured)
  },
  /** A worker with nothing to do, for so many seconds. **Units** a second */
  idle: async () => {
    const seconds = Number(count)
    const worker = ManagedRuntime.make(
      Layer.provide(ClusterRunner.layer({ workflows: [workflow] }), Layer.succeedContext(await runtime.context()))
    )
    await worker.context()
    const before = await runtime.runPromise(done)
    await setTimeout(seconds * 1000)
    const after = await runtime.runPromise(done)
    await worker.dispose()
    return {
      statements: (after.statements - before.statements) / seconds,
      transactions: (after.transactions - before.transactions) / seconds
    }
  },
  /** A run of so many steps that is complete: it is loaded by another journal, and gone on with, which asks nothing. **Units** ms */
  take: async () => {
    const all = fanOut(Core)
    const state = await runtime.runPromise(
      Effect.provide(
        Effect.flatMap(Engine.initialize(all, items(Number(count))), (state) => Engine.run(all, state)),
        journal()
      )
    )
    const { run } = state.state
    const timed = Effect.gen(function* () {
      yield* (yield* Core.Journal.Journal).size(run)
      const began = performance.now()
      const events = yield* (yield* Core.Journal.Journal).load(run)
      const read = performance.now()
      const loaded = yield* Engine.load(all, run)
      const folded = performance.now()
      const { ran } = yield* Engine.run(all, loaded)
      if (ran.length > 0) throw new Error(`${ran.length} steps ran again`)
      return {
        events: events.length,
        read: read - began,
        load: folded - read,
        resume: performance.now() - folded
      }
    })
    // until all is compiled
    for (let i = 0; i < 3; i++) await runtime.runPromise(Effect.provide(timed, journal()))
    return runtime.runPromise(Effect.provide(timed, journal()))
  }
}

await answer(subjects[what]!)
process.exit()
