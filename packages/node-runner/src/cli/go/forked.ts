import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import { explainPath } from "../path/explainPath.ts"
import * as runFolder from "../run/runFolder.ts"
import * as runLayer from "../run/runLayer.ts"
import type { Session } from "../run/session.ts"

interface Options {
  /** The step of which a new result is to come; none where the state says already what is to be otherwise. */
  readonly path: string | undefined
  readonly run: string
  readonly command: string
}

/** Begins a run with the results of another, and a new one of a step to come. */
export const forked = (
  self: Pick<Session, "kept" | "loaded" | "settings" | "state">,
  { command, path, run }: Options
) => {
  const { kept, loaded, state } = self
  const fork =
    path === undefined
      ? Engine.import(loaded.workflow, state, { run })
      : Engine.fork(loaded.workflow, state, path, { run }).pipe(
          explainPath(path, loaded.workflow, state, command),
          Effect.provide(runLayer.withoutModel(self))
        )
  // what the other run delivered stays its own
  const own = { ...kept, out: `out/${run}` }
  return runFolder.begin(run, Effect.andThen(runFolder.writeSettings(run, own), fork))
}
