import { PgClient } from "@effect/sql-pg"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { ClusterRunner, Runs } from "@stepwright/cluster"
import type { Loaded } from "../../src/cli/module/workflowModule.ts"

let count = 0

const clientOf = (url: string) => PgClient.layer({ url: Redacted.make(url), maxConnections: 4 })

/** The address of a database with tables of its own, on a server. */
export const emptyDatabase = (server: string) => {
  const schema = `cli${count++}`
  const made = Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(`create schema ${schema}`))
  return Effect.as(Effect.provide(made, clientOf(server)), `${server}?options=-c%20search_path%3D${schema}`)
}

/** The runs in a database. */
export const runsAt = (url: string) => Layer.provideMerge(Runs.layer, clientOf(url))

/** A worker that has workflows of programs, while the scope is open. */
export const worker = (url: string, ...programs: ReadonlyArray<Pick<Loaded, "workflow">>) =>
  Layer.build(
    Layer.fresh(
      ClusterRunner.layer({
        workflows: programs.map(({ workflow }) => workflow as ClusterRunner.Options<never>["workflows"][number]),
        poll: "50 millis",
        drain: 0
      })
    ).pipe(Layer.provide(clientOf(url)))
  )

/** Commands that find the address in their environment. */
export const knowing = (url: string) =>
  Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown({ STEPWRIGHT_DATABASE_URL: url }))
