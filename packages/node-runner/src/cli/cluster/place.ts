import process from "node:process"

/** A database with the runs of a cluster. */
export interface Place {
  readonly url: string
  /** The same for people, without what lets anybody in. */
  readonly shown: string
}

type Environment = Readonly<Record<string, string | undefined>>

const scheme = /^postgres(?:ql)?:\/\//u

/** The database that variables name: `STEPWRIGHT_DATABASE_URL`, and what that leaves open those of PostgreSQL. */
export const placeOf = (env: Environment = process.env): Place | undefined => {
  const said = env["STEPWRIGHT_DATABASE_URL"]?.trim() ?? ""
  return said === "" ? undefined : made(said, env)
}

/** The same for a command that needs one: the variables of PostgreSQL will do. */
export const placeAsked = (env: Environment = process.env): Place | undefined =>
  placeOf(env) ??
  (env["PGHOST"] === undefined && env["PGDATABASE"] === undefined ? undefined : made("postgres://", env))

const made = (said: string, env: Environment): Place | undefined => {
  if (!scheme.test(said) || !URL.canParse(said.replace(/:\/\/$/u, "://localhost"))) return undefined
  const url = new URL(said.replace(/:\/\/$/u, "://localhost"))
  const { PGDATABASE, PGHOST, PGPASSWORD, PGPORT, PGSSLMODE, PGUSER } = env
  if (PGHOST !== undefined && said.endsWith("://")) url.hostname = PGHOST
  if (url.port === "" && PGPORT !== undefined) url.port = PGPORT
  if (url.username === "" && PGUSER !== undefined) url.username = encodeURIComponent(PGUSER)
  if (url.password === "" && PGPASSWORD !== undefined) url.password = encodeURIComponent(PGPASSWORD)
  if (url.pathname.length < 2 && PGDATABASE !== undefined) url.pathname = `/${encodeURIComponent(PGDATABASE)}`
  if (PGSSLMODE !== undefined && !url.searchParams.has("sslmode")) url.searchParams.set("sslmode", PGSSLMODE)
  return { url: url.href, shown: `postgres://${url.host}${url.pathname}` }
}

/** Whether a call has to do with a cluster, told without anything that is heavy. */
export const isMeant = (args: ReadonlyArray<string>, env: Environment = process.env): boolean =>
  placeOf(env) !== undefined || args.some((arg) => arg === "worker" || arg === "workers" || arg.startsWith("--on"))
