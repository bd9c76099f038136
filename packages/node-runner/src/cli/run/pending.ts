import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Engine from "@stepwright/core/Engine"
import * as runLayer from "./runLayer.ts"
import type { Session } from "./session.ts"

type Needs = FileSystem.FileSystem | Path.Path

/** What a run would do at each path; `undefined` where that cannot be told. */
export const plan = (
  self: Pick<Session, "loaded" | "settings" | "state">
): Effect.Effect<ReadonlyArray<Engine.PlanEntry> | undefined, never, Needs> =>
  Engine.plan(self.loaded.workflow, self.state).pipe(
    Effect.provide(runLayer.withoutModel(self)),
    // a reason not to run is told by the command that runs
    Effect.catchCause(() => Effect.undefined)
  )

/** The entries of the plan that are not `reuse`. */
export const pending = (self: Parameters<typeof plan>[0]) =>
  Effect.map(plan(self), (entries) => entries?.filter(({ action }) => action !== "reuse"))
