// One measurement of Stepwright on PostgreSQL, through a worker or by its journal alone, or on files: runs of 20 steps in
// a row, so many of them at a time.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Deferred, Effect, Exit, Layer, ManagedRuntime } from "effect"
import { SqlClient } from "effect/sql"
import { ClusterRunner, Runs, SqlJournal } from "@stepwright/cluster"
import * as Core from "@stepwright/core"
import { NodeHasher, NodeJournal } from "@stepwright/node-runner"
import { done, runtimeOf } from "../support/database.ts"
import { measure } from "../support/measure.ts"
import { chain, replied } from "../support/workflows.ts"
import { beginning, expectPart, instant, runsOf, stepsOfRun } from "../support/workload.ts"

const [what = "", atATime = "", url = ""] = process.argv.slice(2)
const width = Number(atATime)
const count = runsOf(width)

const { Engine, LlmClient } = Core
const workflow: Core.Workflow.Workflow<typeof beginning, any, never, Core.LlmClient.LlmClient> = chain(Core, stepsOfRun)
const ask = instant()
const common = Layer.merge(
  LlmClient.layer(() => Effect.sync(() => replied(ask()))),
  NodeHasher.layer
)

let runs = 0

const each = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.forEach(Array.from({ length: count }), () => work, { concurrency: width, discard: true })

const ran = Effect.gen(function* () {
  const run = `${process.pid}-${++runs}`
  const { ending } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, beginning, { run }))
  if (ending._tag !== "Completed") throw new Error(JSON.stringify(ending))
  expectPart(ending.output[`s${stepsOfRun - 1}`])
})

/** Runs wait, and a worker comes, works on them, and goes: all of it counts. */
const worked = Effect.gen(function* () {
  const { submit } = yield* Runs.Runs
  yield* each(Effect.suspend(() => submit(workflow, beginning, { run: `${process.pid}-${++runs}` })))
  const all = yield* Deferred.make<void>()
  let left = count
  const ended = Effect.sync(() => --left === 0 && Deferred.doneUnsafe(all, Exit.void))
  const worker = ClusterRunner.layer({
    workflows: [workflow],
    slots: width,
    around: (_run, work) => Effect.ensuring(work, ended)
  })
  yield* Effect.scoped(Effect.andThen(Layer.build(worker), Deferred.await(all)))
})

/** How many statements a step took so far, once all runs are as they are to be. */
const checked = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ runs: number }>`select count(*)::int as runs from sw_run where status = 'COMPLETED'`
  if (row!.runs !== runs) throw new Error(`${row!.runs} of ${runs} runs are completed`)
  return { statements: (yield* done).statements / runs / stepsOfRun }
})

const steps = count * stepsOfRun
const subjects: Readonly<Record<string, () => Promise<void>>> = {
  files: async () => {
    const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
    const runtime = ManagedRuntime.make(Layer.merge(common, NodeJournal.layer({ directory })))
    await measure(() => runtime.runPromise(each(ran)), steps)
    rmSync(directory, { recursive: true })
  },
  journal: async () => {
    const runtime = runtimeOf(url, (client) => Layer.provideMerge(Layer.merge(common, SqlJournal.layer), client))
    await measure(
      () => runtime.runPromise(each(ran)),
      steps,
      () => runtime.runPromise(checked)
    )
  },
  worker: async () => {
    const runtime = runtimeOf(url, (client) => Layer.provideMerge(Layer.merge(common, Runs.layer), client))
    await measure(
      () => runtime.runPromise(worked),
      steps,
      () => runtime.runPromise(checked)
    )
  }
}

await subjects[what]!()
process.exit()
