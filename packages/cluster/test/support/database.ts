import { PgClient } from "@effect/sql-pg"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient, type SqlError } from "effect/sql"

let count = 0

/** A client of a server, whose tables are in a schema. */
export const clientOf = (url: string, schema: string, maxConnections = 4) =>
  PgClient.layer({ url: Redacted.make(url), maxConnections, startupParameters: { search_path: schema } })

/** A client of a server with tables of its own, of which there are none yet. */
export const emptyAt = (url: string) =>
  Effect.suspend(() => {
    const schema = `s${count++}`
    const client = clientOf(url, schema)
    const made = Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(`create schema ${schema}`))
    return Effect.as(Effect.provide(made, client), client)
  })

/** A client that answers statements otherwise. */
export const answering = <A>(
  sql: SqlClient.SqlClient,
  values: (statement: string, parameters: ReadonlyArray<unknown>) => Effect.Effect<A, SqlError.SqlError>
) =>
  new Proxy(sql, {
    get: (target, name) =>
      name !== "withoutTransforms"
        ? Reflect.get(target, name)
        : () => ({
            unsafe: (statement: string, parameters: ReadonlyArray<unknown>) => ({
              values: Effect.suspend(() => values(statement, parameters))
            })
          })
  })
