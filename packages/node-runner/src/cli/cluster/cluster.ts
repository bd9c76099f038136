import type { Runs } from "@stepwright/cluster/Runs"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { JournalError } from "@stepwright/core/Journal"
import { type CliError, configuration } from "../base/cliError.ts"
import { databaseVariable } from "../start/configFile.ts"
import * as connect from "./connect.ts"

/** The cluster of this command. */
export interface Cluster {
  /** Where its database is, without a password. */
  readonly text: string
  /** Its runs, once they are asked for: whoever needs none does not wait for a database. */
  readonly runs: Effect.Effect<Runs["Service"], CliError>
}

/** The cluster whose database is known, if there is one. */
export const Cluster = Context.Reference<Cluster | undefined>("@stepwright/node-runner/Cluster", {
  defaultValue: () => undefined
})

/** What is told who asks for a cluster where none is known. */
export const none = () => configuration("there is no cluster here", { target: databaseVariable, fix: connect.howToSay })

/** The one that a command asks for. */
export const there: Effect.Effect<Cluster, CliError> = Effect.flatMap(Cluster, (known) =>
  known === undefined ? Effect.fail(none()) : Effect.succeed(known)
)

/** What a database that cannot be used is to who reads a run. */
export const unreadable =
  (run: string) =>
  ({ message }: CliError) =>
    new JournalError({ run, reason: "Failed", detail: message })

/** The cluster that variables tell of. */
export const layer: Layer.Layer<never> = Layer.effect(
  Cluster,
  Effect.gen(function* () {
    const said = yield* Effect.result(connect.place)
    // who needs none is not hindered by what is wrong with it
    if (Result.isFailure(said)) return { text: databaseVariable, runs: Effect.fail(said.failure) }
    const place = said.success
    if (place === undefined) return undefined
    const scope = yield* Effect.scope
    const built = Effect.gen(function* () {
      const packages = yield* connect.packages()
      const services = yield* Layer.buildWithScope(connect.layerOf(packages, place), scope)
      return Context.get(services, packages.cluster.Runs)
    })
    const runs = yield* Effect.cachedWithTTL(built, (exit) =>
      // a database that is away may be back when a server is asked next
      Exit.isSuccess(exit) ? Duration.infinity : Duration.seconds(10)
    )
    return { text: place.text, runs }
  })
)
