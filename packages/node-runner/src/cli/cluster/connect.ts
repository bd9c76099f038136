// The database of a cluster, and what talks to it: packages that only who has a cluster installs.

import type { PgClientConfig } from "@effect/sql-pg/PgClient"
import type { Runs } from "@stepwright/cluster/Runs"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as SqlClient from "effect/sql/SqlClient"
import { type CliError, configuration } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import { Configuration } from "../config/configuration.ts"
import { databaseVariable } from "../start/configFile.ts"
import * as ownServer from "./ownServer.ts"

/** Where the database of a cluster is. */
export interface Place {
  /** `postgres://HOST:PORT/DATABASE`, for people: without user and password. */
  readonly text: string
  readonly options: Pick<
    PgClientConfig,
    "url" | "host" | "port" | "username" | "password" | "database" | "connectTimeout"
  >
}

const variable = (name: string) =>
  Effect.map(Effect.orDie(Config.withDefault(Config.String(name), "")), (value) => value.trim())

const shape = "postgres://USER@HOST:PORT/DATABASE"
/** What makes known where a cluster is. */
export const howToSay = `set ${databaseVariable} to ${shape}, or start a worker with a database of this folder: stepwright worker --embedded`

/** Whether somebody said where the database is. */
export const isSaid = Effect.map(variable(databaseVariable), (said) => said !== "")

/** The server that a worker of this folder has started, while that runs. */
const own = Effect.gen(function* (): Effect.fn.Return<Place | undefined, CliError> {
  const { store } = yield* Configuration
  const found = yield* ownServer.read(ownServer.folderBelow(store))
  if (found === undefined || !(yield* ownServer.isGuarded(found))) return undefined
  const options = { url: Redacted.make(ownServer.urlOf(found)), connectTimeout: "3 seconds" } as const
  return { text: `postgres://127.0.0.1:${found.port}/postgres`, options }
})

const refused = (problem: string) =>
  configuration(`${databaseVariable} ${problem}`, {
    target: databaseVariable,
    fix: `write ${shape}, what it leaves out in PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and PGSSLMODE`
  })

/**
 * Where the database is; `undefined` where nobody said so, and the folder has none of its own. Only STEPWRIGHT_DATABASE_URL
 * says it: PG* variables are there for many reasons, and say what that leaves out, such as the password.
 */
export const place: Effect.Effect<Place | undefined, CliError> = Effect.gen(function* () {
  const said = yield* variable(databaseVariable)
  if (said === "") return yield* own
  const url = URL.parse(said)
  // the text may hold a password, and is not shown
  if (url === null || !/^postgres(?:ql)?:$/u.test(url.protocol)) return yield* refused("is no address of PostgreSQL")
  const otherwise = Effect.fnUntraced(function* (own: string, parameter: string, name: string) {
    return own !== "" || url.searchParams.has(parameter) ? "" : yield* variable(name)
  })
  const host = yield* otherwise(url.hostname, "host", "PGHOST")
  const port = yield* otherwise(url.port, "port", "PGPORT")
  const username = yield* otherwise(url.username, "user", "PGUSER")
  const password = yield* otherwise(url.password, "password", "PGPASSWORD")
  const database = yield* otherwise(url.pathname.replace(/^\//u, ""), "dbname", "PGDATABASE")
  const sslmode = yield* otherwise("", "sslmode", "PGSSLMODE")
  if (port !== "" && !/^\d{1,5}$/u.test(port)) return yield* refused("leaves out the port, and PGPORT is no number")
  if (sslmode !== "") url.searchParams.set("sslmode", sslmode)
  const told = (own: string, parameter: string, other: string, standard: string) =>
    (url.searchParams.get(parameter) ?? own) || other || standard
  const at = `${told(url.hostname, "host", host, "localhost")}:${told(url.port, "port", port, "5432")}`
  return {
    text: `postgres://${at}/${told(url.pathname.slice(1), "dbname", database, "")}`,
    options: {
      url: Redacted.make(url.href),
      // for so long it is tried
      ...(!url.searchParams.has("connect_timeout") && { connectTimeout: "3 seconds" }),
      ...(host !== "" && { host }),
      ...(port !== "" && { port: Number(port) }),
      ...(username !== "" && { username }),
      ...(password !== "" && { password: Redacted.make(password) }),
      ...(database !== "" && { database })
    }
  }
})

/** The packages that talk to a cluster, which are peers that need not be there. */
const imported = () =>
  Promise.all([import("@stepwright/cluster/Runs"), import("@effect/sql-pg/PgClient")]).then(([cluster, postgres]) => ({
    cluster,
    postgres
  }))

type Packages = Awaited<ReturnType<typeof imported>>

const notThere = (cause: unknown) => {
  const isMissing = Predicate.hasProperty(cause, "code") && cause.code === "ERR_MODULE_NOT_FOUND"
  const fix = "npm install @stepwright/cluster @effect/sql-pg"
  return isMissing
    ? configuration("what talks to a cluster is not installed here", { target: "@stepwright/cluster", fix, cause })
    : configuration(`what talks to a cluster cannot be loaded: ${reasonOf(cause)}`, { fix, cause })
}

/** The packages, loaded. **Fails with** what to install. */
export const packages = (load = imported): Effect.Effect<Packages, CliError> =>
  Effect.tryPromise({ try: load, catch: notThere })

/** What is at the bottom of an error, which says most. */
const reasonOf = (error: unknown): string => {
  let reason = error
  for (;;) {
    const below: unknown =
      Predicate.hasProperty(reason, "reason") && Predicate.isError(reason.reason)
        ? reason.reason
        : Predicate.hasProperty(reason, "cause") && reason.cause
    if (!Predicate.isError(below)) return oneLine(Predicate.isError(reason) ? reason.message : String(reason))
    reason = below
  }
}

/** For how long is tried to reach a database. */
const patience = "8 seconds"

/** The runs of a cluster, and its database, by packages that are loaded. **Fails with** why the database cannot be used. */
export const layerOf = (
  { cluster, postgres }: Packages,
  { options, text }: Place
): Layer.Layer<Runs | SqlClient.SqlClient, CliError> => {
  const away = (reason: string, cause?: unknown) =>
    configuration(`the database ${text} cannot be used: ${reason}`, {
      target: text,
      fix: `see that it runs, and that ${databaseVariable} says where it is and who asks: PGUSER and PGPASSWORD fill in what it leaves out`,
      cause
    })
  const database = postgres.layer({ ...options, maxConnections: 4 })
  return Layer.effectContext(
    Effect.flatMap(Effect.scope, (scope) =>
      Layer.buildWithScope(Layer.provideMerge(cluster.layer, database), scope).pipe(
        Effect.mapError((error) => away(reasonOf(error), error)),
        Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(away(`no answer in ${patience}`)) })
      )
    )
  )
}

/** The same, with packages that are loaded for it. **Fails with** what to install, too. */
export const layer = (place: Place): Layer.Layer<Runs | SqlClient.SqlClient, CliError> =>
  Layer.unwrap(Effect.map(packages(), (found) => layerOf(found, place)))
