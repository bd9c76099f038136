// A process of its own that has the server of PostgreSQL below it while somebody holds it. Who wants the server connects
// here, and is told once it answers; whoever ends lets go of it, however that happens, since their connection ends.

import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { chownSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import process from "node:process"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { attempt } from "../start/attempt.ts"
import { freePort, type Place, read, write } from "../cluster/ownServer.ts"
import { Told } from "./told.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Told))

const listening = (port: number): Effect.Effect<Server | undefined> =>
  Effect.callback((resume) => {
    const server = createServer()
    server.once("error", () => resume(Effect.undefined))
    server.listen(port, "127.0.0.1", () => resume(Effect.succeed(server)))
  })

const isFree = (port: number) =>
  Effect.flatMap(listening(port), (server) =>
    server === undefined
      ? Effect.succeed(false)
      : Effect.callback<boolean>((resume) => void server.close(() => resume(Effect.succeed(true))))
  )

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

/** Until something is so. */
const until = (isSo: () => boolean) =>
  Effect.asVoid(Effect.repeat(Effect.sync(isSo), { until: (is) => is, schedule: Schedule.spaced("50 millis") }))

const main = Effect.gen(function* () {
  const { as, folder, programs } = decode(process.argv[2])
  const place = yield* read(folder)
  if (place === undefined) return
  // whoever listens is the one guard
  const server = yield* listening(place.guard)
  if (server === undefined) return
  const data = `${folder}/data`
  const log = openSync(`${folder}/log`, "w", 0o600)
  // what of the environment is none of the server's, such as PGDATA, or a language of its messages
  const own = { ...as, env: { PATH: process.env["PATH"], SystemRoot: process.env["SystemRoot"] }, cwd: folder }

  let said: { readonly port: number } | { readonly problem: string } | undefined
  const holders = new Set<Socket>()
  const tell = (holder: Socket) =>
    said === undefined ? undefined : holder.write(`${JSON.stringify({ id: place.id, ...said })}\n`)
  server.on("connection", (holder) => {
    holders.add(holder)
    holder.on("error", () => {})
    holder.on("close", () => holders.delete(holder))
    holder.resume()
    tell(holder)
  })
  const say = (now: typeof said): void => {
    said = now
    for (const holder of holders) tell(holder)
  }

  /** What a program said that did not do what it is for. */
  const run = (program: string, args: ReadonlyArray<string>): Effect.Effect<void, string> =>
    Effect.suspend(() => {
      const { error, status, stderr } = spawnSync(program, args, { ...own, encoding: "utf8" })
      return status === 0 ? Effect.void : Effect.fail(error?.message ?? stderr.trim())
    })

  const initialise = Effect.suspend(() => {
    const [secret, made] = [`${folder}/secret`, `${folder}/data.new`]
    // what was begun and not ended cannot be used
    rmSync(made, { recursive: true, force: true })
    mkdirSync(made, { mode: 0o700 })
    writeFileSync(secret, place.password, { mode: 0o600 })
    if (as !== undefined) for (const path of [made, secret]) chownSync(path, as.uid, as.gid)
    const done = Effect.tap(
      run(programs.initdb, [
        `--pgdata=${made}`,
        "--username=stepwright",
        "--auth=scram-sha-256",
        `--pwfile=${secret}`,
        "--encoding=UTF8",
        "--locale=C"
      ]),
      () => Effect.sync(() => renameSync(made, data))
    )
    return Effect.ensuring(
      done,
      Effect.sync(() => rmSync(secret))
    )
  })

  /** Stops one whose guard was killed. */
  const stopLeft = Effect.suspend(() =>
    existsSync(`${data}/postmaster.pid`)
      ? Effect.ignore(run(programs.pg_ctl, ["stop", "-D", data, "-m", "fast", "-t", "20"]))
      : Effect.void
  )

  /** The server, once it answers. */
  const started = Effect.gen(function* () {
    if (!existsSync(data)) yield* initialise
    yield* stopLeft
    const known: Place = (yield* read(folder)) ?? place
    const port = (yield* isFree(known.port)) ? known.port : yield* freePort
    if (port !== known.port) yield* write(folder, { ...known, port })
    const flags = [`port=${port}`, "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100"]
    const child = spawn(programs.postgres, ["-D", data, ...flags.flatMap((flag) => ["-c", flag])], {
      ...own,
      stdio: ["ignore", log, log]
    })
    let problem = ""
    child.on("error", ({ message }) => {
      problem = message
    })
    const isReady = () => / *ready *\n?$/u.test(attempt(() => readFileSync(`${data}/postmaster.pid`, "utf8")) ?? "")
    yield* until(() => hasEnded(child) || problem !== "" || isReady())
    if (problem === "" && !hasEnded(child)) return { child, port }
    return yield* Effect.fail(problem || readFileSync(`${folder}/log`, "utf8").trim().split("\n").slice(-3).join("; "))
  })

  const stop = (child: ChildProcess) =>
    Effect.suspend(() => {
      child.kill("SIGINT")
      // who is connected is not waited for, but what is on its way to the disk is
      return Effect.timeoutOrElse(
        until(() => hasEnded(child)),
        {
          duration: "20 seconds",
          orElse: () =>
            Effect.andThen(
              Effect.sync(() => child.kill("SIGQUIT")),
              Effect.asVoid(until(() => hasEnded(child)))
            )
        }
      )
    })

  const serve = Effect.acquireUseRelease(
    started,
    ({ child, port }) => {
      say({ port })
      return until(() => holders.size === 0 || hasEnded(child))
    },
    ({ child }) => {
      say(undefined)
      return stop(child)
    }
  ).pipe(
    Effect.catch((problem) =>
      // whoever it is told lets go
      Effect.andThen(
        Effect.sync(() => say({ problem: typeof problem === "string" ? problem : problem.message })),
        until(() => holders.size === 0)
      )
    )
  )
  yield* Effect.timeoutOption(
    until(() => holders.size > 0),
    "10 seconds"
  )
  // one that was killed is started again, for who still holds it
  while (holders.size > 0) yield* serve
  yield* stopLeft
}).pipe(Effect.provide(NodeServices.layer))

// who connects at the last moment is told by the end of the connection
NodeRuntime.runMain(main, { teardown: () => process.exit() })
