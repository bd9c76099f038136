import { spawnSync } from "node:child_process"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted } from "effect"
import { Runs } from "@stepwright/cluster"
import { waiting } from "../fixtures/cluster.ts"

/** Does something with the runs of a cluster. */
export const withRuns = <A, E>(
  url: string,
  work: (runs: typeof Runs.Runs.Service) => Effect.Effect<A, E>
): Promise<A> =>
  Effect.flatMap(Runs.Runs, work).pipe(
    Effect.provide(Layer.provide(Runs.layer, PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))),
    Effect.runPromise
  )

/** Starts a run of the fixture, with settings as a command keeps them. */
export const submit = (url: string, settings?: object, build?: string): Promise<string> =>
  withRuns(url, ({ submit }) =>
    submit(waiting, "rain", {
      ...(settings !== undefined && { settings: JSON.stringify(settings) }),
      ...(build !== undefined && { build })
    })
  )

/** What runs by now that was called with a text. */
export const processesWith = (text: string): ReadonlyArray<string> =>
  spawnSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((line) => line.includes(text))
