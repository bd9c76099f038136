import { availableParallelism, hostname } from "node:os"
import process from "node:process"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as offered from "../act/offered.ts"
import { usage } from "../base/cliError.ts"
import { Interrupt } from "../base/interrupt.ts"
import { version } from "../base/version.ts"
import * as cluster from "../cluster/cluster.ts"
import * as connect from "../cluster/connect.ts"
import { Configuration } from "../config/configuration.ts"
import { effective } from "../config/effective.ts"
import * as consent from "../gate/consent.ts"
import { checkFlags, checkPython } from "../run/checkFlags.ts"
import { checkKey } from "../run/setUp.ts"
import { databaseVariable } from "../start/configFile.ts"
import * as around from "./around.ts"
import * as postgres from "../postgres/hold.ts"
import * as says from "./says.ts"

export interface Options extends Omit<around.Options, "offers" | "settings"> {
  readonly workflows: ReadonlyArray<string>
  readonly slots: number | undefined
  readonly build: string | undefined
  readonly drain: Duration.Input | undefined
  /** Whether the database is one of this folder alone. */
  readonly embedded: boolean
  readonly json: boolean
}

/** Works on runs of a cluster until it is interrupted. */
export const work = Effect.fnUntraced(function* ({
  build,
  drain,
  embedded,
  json,
  out,
  slots,
  told,
  workflows,
  yes
}: Options) {
  const own = yield* effective(told)
  yield* checkFlags({ ...own, out })
  yield* consent.check(own.install, { json: true, noInput: true, yes })
  yield* checkPython(own.python)
  const offers = yield* offered.make(workflows)
  for (const loaded of offers.all()) yield* checkKey(loaded, own)
  const logger = yield* says.logger(json)
  return yield* Effect.gen(function* () {
    if (embedded) {
      if (yield* connect.isSaid) {
        return yield* usage(`--embedded is a database of this folder, and ${databaseVariable} names another one`, {
          target: "--embedded",
          fix: `leave it out, or unset ${databaseVariable}`
        })
      }
      yield* postgres.server((yield* Configuration).store, { json, yes })
    }
    // one of this folder was not there before
    const at = yield* connect.place
    if (at === undefined) return yield* cluster.none()
    const services = yield* Layer.build(connect.layer(at))
    // where the database answers they are there
    const [{ Runs }, ClusterRunner] = yield* Effect.promise(() =>
      Promise.all([import("@stepwright/cluster/Runs"), import("@stepwright/cluster/ClusterRunner")])
    )
    yield* Console.error(`connected to ${at.text}`)
    const interrupt = yield* Interrupt
    interrupt.isEnd = true
    const { glance } = Context.get(services, Runs)
    const settings = (run: string) => Effect.map(glance(run), (found) => found?.settings)
    const worker = ClusterRunner.layer({
      workflows: offers.all().map(({ workflow }) => workflow),
      about: { host: hostname(), pid: process.pid, version: version() },
      around: around.around({ offers, told, out, yes, settings }),
      says: yield* says.telling(json, at.text),
      heavy: availableParallelism(),
      ...(slots !== undefined && { slots }),
      ...(build !== undefined && { build }),
      ...(drain !== undefined && { drain })
    })
    yield* Effect.provideContext(Layer.build(worker), services)
    return yield* Effect.never
  }).pipe(Effect.provideService(Logger.CurrentLoggers, new Set([logger])))
}, Effect.scoped)
