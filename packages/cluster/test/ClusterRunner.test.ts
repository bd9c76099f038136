import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Engine, LlmClient } from "@stepwright/core"
import { ClusterRunner, Runs } from "@stepwright/cluster"
import { flow, localModel } from "./support/flow.ts"
import { postgres, type Postgres } from "./support/postgres.ts"

describe("ClusterRunner", () => {
  let server: Postgres
  let count = 0
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server.stop())

  const clientOf = (url: string) => PgClient.layer({ url: Redacted.make(url), maxConnections: 4 })

  /** A database of its own. */
  const database = Effect.suspend(() =>
    Effect.gen(function* () {
      const name = `d${count++}`
      const sql = yield* SqlClient.SqlClient
      yield* sql.unsafe(`create database ${name}`)
      return clientOf(server.url.replace(/postgres$/u, name))
    }).pipe(Effect.provide(clientOf(server.url)))
  )

  /** Work with the runs of a cluster whose workers are in this process. */
  const withWorkers = <A, E>(
    workers: ReadonlyArray<Layer.Layer<never, unknown, SqlClient.SqlClient | LlmClient.LlmClient>>,
    work: Effect.Effect<A, E, Runs.Runs>
  ) =>
    Effect.flatMap(database, (client) =>
      work.pipe(
        Effect.provide(
          Layer.mergeAll(Runs.layer, ...workers).pipe(
            Layer.provide([client, Layer.succeed(LlmClient.LlmClient, localModel)])
          )
        )
      )
    )

  it.live("works on runs that were submitted, and tells who watches all that happens", () =>
    withWorkers(
      [ClusterRunner.layer({ workflows: [flow], poll: "50 millis" })],
      Effect.gen(function* () {
        const runs = yield* Runs.Runs
        const run = yield* runs.submit(flow, "one")
        const events = yield* Stream.runCollect(runs.watch(run))
        assert.deepStrictEqual(
          events.map(({ number }) => number),
          events.map((_, i) => i + 1)
        )
        assert.strictEqual(events.at(-1)?.event._tag, "RunEnded")
        const glance = yield* runs.glance(run)
        assert.include(glance, { status: "COMPLETED", worker: undefined, events: events.length })
        const alone = yield* Effect.provideService(Engine.execute(flow, "one"), LlmClient.LlmClient, localModel)
        const state = yield* Effect.map(runs.journal.load(run), (events) => events)
        assert.lengthOf(state, events.length)
        assert.isString(alone.h)
      })
    )
  )
})
