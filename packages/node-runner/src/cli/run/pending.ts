import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Engine from "@stepwright/core/Engine"
import * as runLayer from "./runLayer.ts"
import type { Session } from "./session.ts"

type Needs = FileSystem.FileSystem | Path.Path

/** What a run would do at each path. */
export const planOf = (self: Pick<Session, "loaded" | "settings" | "state">) =>
  Effect.provide(Engine.plan(self.loaded.workflow, self.state), runLayer.withoutModel(self))

/** The same; `undefined` where that cannot be told. */
export const plan = (
  self: Parameters<typeof planOf>[0]
): Effect.Effect<ReadonlyArray<Engine.PlanEntry> | undefined, never, Needs> =>
  // a reason not to run is told by the command that runs
  Effect.catchCause(planOf(self), () => Effect.undefined)

/** The entries of the plan that are not `reuse`. */
export const pending = (self: Parameters<typeof plan>[0]) =>
  Effect.map(plan(self), (entries) => entries?.filter(({ action }) => action !== "reuse"))

/** What comes of a change of a run. */
export interface Outlook {
  /** What runs for sure, and what hangs on what that or a decision comes to. */
  readonly pending: ReadonlyArray<string>
  readonly perhaps: ReadonlyArray<string>
  readonly undecided: ReadonlyArray<string>
}

export const outlookOf = (plan: ReadonlyArray<Engine.PlanEntry>): Outlook => {
  const pathsOf = (wanted: Engine.PlanEntry["action"]) =>
    plan.flatMap(({ action, path }) => (action === wanted ? [path] : []))
  return { pending: pathsOf("run"), perhaps: pathsOf("perhaps"), undecided: pathsOf("decide") }
}

/** How many paths are named of those that perhaps run. */
const most = 3

/** What a person reads of it. */
export const outlookLines = ({ pending, perhaps, undecided }: Outlook): ReadonlyArray<string> => {
  const more = perhaps.length - most
  return [
    ...(pending.length === 0 ? [] : [`will run with \`resume\`: ${pending.join(", ")}`]),
    ...(undecided.length === 0 ? [] : [`waits for a decision: ${undecided.join(", ")}`]),
    ...(perhaps.length === 0
      ? []
      : [`perhaps then: ${perhaps.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more that hang on these` : ""}`])
  ]
}
