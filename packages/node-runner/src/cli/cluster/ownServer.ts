// The server of PostgreSQL that a folder has for itself: where it listens, and the password, in a file for this person alone.

import { randomBytes } from "node:crypto"
import { statSync } from "node:fs"
import { connect, createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { basename, dirname, join, resolve } from "node:path"
import process from "node:process"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { writeWhole } from "../../internal/disk/writeWhole.ts"
import { configuration } from "../base/cliError.ts"
import { attempt } from "../start/attempt.ts"
import { mostBytes, ownServer } from "../start/configFile.ts"
import { readPlain } from "../start/plainFile.ts"
import { writeOnce } from "../start/seal.ts"

const Port = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_535 }))

export const Place = Schema.Struct({
  /** By which it is told from what else may listen there. */
  id: Schema.String,
  port: Port,
  /** Where its guard listens. */
  guard: Port,
  password: Schema.String.check(Schema.isPattern(/^[\w-]+$/u))
})
export type Place = typeof Place.Type

const PlaceText = Schema.fromJsonString(Place)

/** All that is kept of it, below a store. */
export const folderIn = (store: string): string => resolve(folderBelow(store))

/** The same as it is called from here: the folder that a command is called in may be gone. */
export const folderBelow = (store: string): string => dirname(join(store, ownServer))

const fileIn = (folder: string) => join(folder, basename(ownServer))

/** A port of loopback that is free. */
export const freePort = Effect.callback<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

const made = Effect.gen(function* () {
  const [port, guard] = yield* Effect.all([freePort, freePort], { concurrency: "unbounded" })
  const [id, password] = yield* Effect.sync(() => [8, 24].map((length) => randomBytes(length).toString("base64url")))
  return { id: id!, port, guard, password: password! } satisfies Place
})

/** What the file in a folder says; `undefined` where there is none. **Fails** where others can read it. */
export const read = Effect.fnUntraced(function* (folder: string) {
  const target = fileIn(folder)
  const unreadable = (cause: unknown) =>
    configuration(`${target} cannot be read: ${reasonOf(cause)}`, { target, fix: "mend it", cause })
  const text = yield* Effect.try({ try: () => readPlain(target, mostBytes)?.toString(), catch: unreadable })
  if (text === undefined) return undefined
  const found = yield* Effect.sync(() => attempt(() => statSync(target)))
  const isOwn = found !== undefined && (process.getuid === undefined || found.uid === process.getuid())
  // a folder that came from somebody else may have such a file of theirs
  if (!isOwn || (process.platform !== "win32" && (found.mode & 0o077) !== 0)) {
    return yield* configuration(`${target}, which has a password, is not this user's alone`, {
      target,
      fix: `where you made it, chmod 600 ${target}; remove it where it came from somebody else`
    })
  }
  return yield* Effect.mapError(Schema.decodeEffect(PlaceText)(text), unreadable)
})

export const write = (folder: string, place: Place) => writeWhole(fileIn(folder), `${JSON.stringify(place)}\n`)

/** The same, made where there is none: by one of several that want it. */
export const readOrMade = Effect.fnUntraced(function* (folder: string) {
  const known = yield* read(folder)
  if (known !== undefined) return known
  const own = yield* made
  yield* Effect.sync(() => attempt(() => writeOnce(fileIn(folder), `${JSON.stringify(own)}\n`)))
  const kept = yield* read(folder)
  if (kept !== undefined) return kept
  return yield* configuration(`${fileIn(folder)} cannot be written`, { target: folder, fix: "work in another folder" })
})

/** Whether somebody looks after it: then it runs, or is about to. */
export const isGuarded = ({ guard }: Pick<Place, "guard">): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const socket = connect(guard, "127.0.0.1")
    const say = (is: boolean) => {
      socket.destroy()
      resume(Effect.succeed(is))
    }
    socket.on("connect", () => say(true)).on("error", () => say(false))
  })

/** The address of the server, with the password. */
export const urlOf = ({ password, port }: Pick<Place, "password" | "port">): string =>
  `postgres://stepwright:${password}@127.0.0.1:${port}/postgres`
