import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Engine from "@stepwright/core/Engine"
import * as StepPath from "@stepwright/core/StepPath"
import * as runLayer from "./runLayer.ts"
import type { Session } from "./session.ts"

/** The recorded paths whose result would not be reused, with the reason; `undefined` where that cannot be told. */
export const stale = (
  self: Session
): Effect.Effect<ReadonlyMap<string, string> | undefined, never, FileSystem.FileSystem | Path.Path> =>
  Effect.map(
    pending(self),
    (gone) =>
      gone &&
      new Map(
        Object.keys(self.state.records).flatMap((path) => {
          // items that are not known yet are one entry
          const entry = gone.find((entry) => StepPath.matches(entry.path, path))
          return entry === undefined ? [] : [[path, entry.why] as const]
        })
      )
  )

/** The entries of the plan that are `run` or `perhaps`. */
export const pending = (self: Pick<Session, "loaded" | "settings" | "state">) =>
  Engine.plan(self.loaded.workflow, self.state).pipe(
    Effect.map((entries) => entries.filter(({ action }) => action !== "reuse")),
    Effect.provide(runLayer.withoutModel(self)),
    // a reason not to run is told by the command that runs
    Effect.catchCause(() => Effect.undefined)
  )
