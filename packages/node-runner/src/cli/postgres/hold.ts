import { spawn } from "node:child_process"
import { chmodSync, mkdirSync, openSync, statSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { dirname } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { configuration, failed, usage } from "../base/cliError.ts"
import { canAsk, type Manner } from "../gate/consent.ts"
import { Person } from "../base/person.ts"
import { attempt } from "../start/attempt.ts"
import * as ownServer from "../cluster/ownServer.ts"
import * as programs from "./programs.ts"
import { Said, type Told } from "./told.ts"

const guard = fileURLToPath(new URL(`guard.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url))

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Said))

/** What a connection to a guard comes to: `undefined` where nobody listens, or whoever does is about to end. */
const asked = (port: number): Effect.Effect<{ readonly socket: Socket; readonly line: string } | undefined> =>
  Effect.callback((resume) => {
    const socket = connect(port, "127.0.0.1")
    let text = ""
    socket.setEncoding("utf8")
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.undefined))
    socket.on("data", (data: string) => {
      text += data
      if (text.includes("\n")) resume(Effect.succeed({ socket, line: text.split("\n", 1)[0]! }))
    })
    return Effect.sync(() => socket.destroy())
  })

const start = (told: Told) =>
  Effect.sync(() => {
    const log = openSync(`${told.folder}/guard.log`, "w", 0o600)
    // what the terminal says to this process is none of the server's
    spawn(process.execPath, [guard, JSON.stringify(told)], { detached: true, stdio: ["ignore", log, log] }).unref()
  })

interface Held {
  readonly socket: Socket
  readonly port: number
}

/** Holds the server; a guard that is not there is started. */
const hold = Effect.fnUntraced(function* (told: Told) {
  const { folder } = told
  for (;;) {
    const known = yield* ownServer.readOrMade(folder)
    const answer = yield* asked(known.guard)
    if (answer === undefined) {
      yield* start(told)
      // it takes a moment to listen
      yield* Effect.repeat(ownServer.isGuarded(known), { until: (is) => is, schedule: soon })
      continue
    }
    const { line, socket } = answer
    const said = Option.getOrUndefined(decode(line))
    if (said?.id !== known.id) {
      // somebody else listens there by now
      socket.destroy()
      yield* ownServer.write(folder, { ...known, guard: yield* ownServer.freePort })
      continue
    }
    if (said.port !== undefined) return { socket, port: said.port } satisfies Held
    socket.destroy()
    return yield* failed(`the server of PostgreSQL does not start: ${said.problem ?? "it says nothing"}`, {
      target: folder,
      fix: `look at ${folder}/log`
    })
  }
})

const soon = Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(50)])

/** Until a guard has gone. */
const gone = ({ socket }: Held): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (socket.closed) resume(Effect.void)
    else socket.once("close", () => resume(Effect.void))
  })

/** Asks whoever is root whether the data may be another user's. */
const agree = Effect.fnUntraced(function* (store: string, user: Told["as"], manner: Manner) {
  const { otherUser } = programs
  const who = user === undefined ? `${otherUser}, which is made for it` : otherUser
  const what = `PostgreSQL does not run as root: its data, in ${ownServer.folderIn(store)}, are to be those of the user ${who}, who may go through ${store} then`
  if (manner.yes === true) return yield* Effect.logWarning(what)
  if (!(yield* canAsk(manner))) {
    return yield* usage(`${what}, and there is nobody to ask`, { target: "--embedded", fix: "add --yes" })
  }
  const { answer } = yield* Person
  const said = yield* answer(`${what}. Agreed? (yes/no): `)
  if (/^y(?:es)?$/iu.test(said?.trim() ?? "")) return
  return yield* usage("nobody agreed to that", {
    target: "--embedded",
    fix: "work as another user than root, or name a database in STEPWRIGHT_DATABASE_URL"
  })
})

const ready = Effect.fnUntraced(function* (store: string, manner: Manner) {
  const folder = ownServer.folderIn(store)
  const base = { folder, programs: yield* programs.programs }
  const make = Effect.try({
    try: () => mkdirSync(folder, { recursive: true, mode: 0o700 }),
    catch: (cause) => configuration(`${folder} cannot be made: ${reasonOf(cause)}`, { target: folder, cause })
  })
  if (!programs.isRoot()) {
    yield* make
    yield* programs.check(base)
    return base satisfies Told
  }
  const user = yield* programs.found
  const owner = yield* Effect.sync(() => attempt(() => statSync(`${folder}/data`).uid))
  if (user === undefined || owner !== user.uid) yield* agree(store, user, manner)
  yield* make
  const told: Told = { ...base, as: user ?? (yield* programs.made) }
  // through, and no look at what is there
  yield* Effect.sync(() => {
    for (const path of [dirname(folder), folder]) chmodSync(path, statSync(path).mode | 0o011)
  })
  yield* programs.check(told)
  return told
})

/** The server that a store has for itself runs until the scope ends, and as long as anybody else holds it. */
export const server = Effect.fnUntraced(function* (store: string, manner: Manner) {
  const told = yield* ready(store, manner)
  let held = yield* Effect.timeoutOrElse(hold(told), {
    duration: "1 minute",
    orElse: () =>
      failed("the server of PostgreSQL does not say that it started", {
        target: told.folder,
        fix: `look at ${told.folder}/guard.log`
      })
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => held.socket.destroy()))
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.gen(function* () {
        yield* gone(held)
        yield* Effect.logWarning("who looks after the server of PostgreSQL has gone: it is started again")
        held = yield* hold(told)
      })
    )
  )
  return held.port
})
