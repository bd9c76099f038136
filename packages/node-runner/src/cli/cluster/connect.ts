import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as Cluster from "@stepwright/cluster"
import { describeError } from "@stepwright/core/WorkflowError"
import { type CliError, configuration } from "../base/cliError.ts"
import { type Place, placeAsked } from "./place.ts"

/** What speaks with a cluster: packages that are installed by who has one. */
export const packages = Effect.tryPromise({
  try: () => Promise.all([import("@stepwright/cluster"), import("@effect/sql-pg")]),
  catch: (cause) =>
    configuration("runs on a cluster need packages that are not installed here", {
      target: "@stepwright/cluster",
      fix: "npm install @stepwright/cluster @effect/sql-pg",
      cause
    })
})

/** The database that the environment names. **Fails** where it names none. */
export const place: Effect.Effect<Place, CliError> = Effect.suspend(() => {
  const found = placeAsked()
  if (found !== undefined) return Effect.succeed(found)
  const fix = "set STEPWRIGHT_DATABASE_URL to postgres://USER:PASSWORD@HOST/DATABASE, or PGHOST and its like"
  return Effect.fail(configuration("no database is named", { target: "STEPWRIGHT_DATABASE_URL", fix }))
})

/** The database, and its runs. **Fails** where it cannot be used, without a word of who may. */
export const layer = ({ shown, url }: Place): Layer.Layer<Cluster.Runs.Runs | SqlClient.SqlClient, CliError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const [{ Runs }, { PgClient }] = yield* packages
      const options = { url: Redacted.make(url), applicationName: "stepwright", connectTimeout: "5 seconds" } as const
      return yield* Layer.build(Layer.provideMerge(Runs.layer, PgClient.layer(options))).pipe(
        Effect.mapError((cause) => unusable({ shown }, cause))
      )
    })
  )

export const unusable = ({ shown }: Pick<Place, "shown">, cause: unknown): CliError =>
  configuration(`the database ${shown} cannot be used: ${reasonOf(cause)}`, {
    target: shown,
    fix: "see that it runs, and that STEPWRIGHT_DATABASE_URL or PGHOST and its like say where it is and who asks",
    cause
  })

/** What is wrong in the end: what lies around says that something is. */
const reasonOf = (error: unknown): string => {
  const inner = Predicate.hasProperty(error, "cause") ? error.cause : undefined
  return inner === undefined ? describeError(error).message : reasonOf(inner)
}
