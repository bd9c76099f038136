import { spawnSync } from "node:child_process"
import { chmodSync } from "node:fs"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted } from "effect"
import { Runs } from "@stepwright/cluster"
import { waiting } from "../fixtures/cluster.ts"
import { type Place, place, type Started, until } from "./cli.ts"

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

/** What a command says on standard error so far. */
export const saying = ({ process }: Started) => {
  let said = ""
  process.stderr?.on("data", (chunk) => (said += String(chunk)))
  return () => said
}

/** What starts a worker that has the fixture. */
export const named = ["worker", "--workflow", "cluster.ts"] as const

/** A folder where another user may go too, who has the data where root calls a command. */
export const placeForAll = (fixtures: ReadonlyArray<string>): Place => {
  const here = place(fixtures)
  chmodSync(here.path("."), 0o755)
  return here
}

/** A worker with a database of the folder, once it takes runs. */
export const embedded = async (here: Place): Promise<Started> => {
  const worker = here.start(...named, "--embedded", "--yes")
  const said = saying(worker)
  await until(() => said().includes("takes 8 runs at a time"), worker)
  return worker
}

/** Once nothing runs any more that was started for a folder. */
export const allGone = (here: Place): Promise<void> =>
  until(() => processesWith(here.path(".")).length === 0, { ended: new Promise(() => {}) })
