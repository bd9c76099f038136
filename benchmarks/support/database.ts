import { Effect, type Layer, ManagedRuntime } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { clientOf } from "../../packages/cluster/test/support/database.ts"

/** Work on a database, with as many connections as the driver takes by itself, until the process ends. */
export const runtimeOf = <A, E>(
  url: string,
  layer: (client: ReturnType<typeof clientOf>) => Layer.Layer<A, E>
): ManagedRuntime.ManagedRuntime<A, E> => ManagedRuntime.make(layer(clientOf(url, "public", 10)))

/** How many statements and transactions the database has done so far, as it counts them itself. */
export const done: Effect.Effect<
  { readonly statements: number; readonly transactions: number },
  SqlError.SqlError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create extension if not exists pg_stat_statements`
  const [row] = yield* sql<{ statements: number; transactions: number }>`
    select (select sum(calls) from pg_stat_statements where dbid = datid)::float8 as statements,
      xact_commit::float8 as transactions
    from pg_stat_database where datname = current_database()`
  return row!
})
