import * as Effect from "effect/Effect"
import type * as Engine from "@stepwright/core/Engine"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { defined } from "../base/defined.ts"
import * as runFolder from "../run/runFolder.ts"
import type { Session } from "../run/session.ts"
import { costOf } from "../run/setUp.ts"

/** In how many other runs it is looked. */
const most = 5

/**
 * What each step cost when it was asked last: in this run, or else in others of its workflow, the last one first. What is
 * not known is left out. **Units** USD
 */
const lastCosts = Effect.fnUntraced(function* (
  self: Pick<Session, "events" | "run" | "settings" | "state">,
  paths: ReadonlyArray<string>
) {
  const costs = new Map<string, number>()
  const wanted = new Set(paths)
  const look = Effect.fnUntraced(function* (run: string, events: Session["events"]) {
    for (const path of wanted) {
      const asked = lastAsked(events, path)
      if (asked === undefined) continue
      wanted.delete(path)
      const usd = yield* costOf({ run, events: asked, settings: self.settings })
      if (usd !== undefined) costs.set(path, usd)
    }
  })
  yield* look(self.run, self.events)
  const others = yield* Effect.orElseSucceed(runFolder.all, (): ReadonlyArray<string> => [])
  let left = most
  for (const run of others) {
    if (wanted.size === 0 || left === 0) break
    if (run === self.run) continue
    // a run that cannot be read says nothing
    const loaded = yield* Effect.orElseSucceed(runFolder.load(run), () => undefined)
    left--
    if (loaded?.state.workflow === self.state.workflow) yield* look(run, loaded.events)
  }
  return costs
})

/** A plan, with what each step that may run cost when it was asked last. */
export const priced = Effect.fnUntraced(function* (
  self: Parameters<typeof lastCosts>[0],
  plan: ReadonlyArray<Engine.PlanEntry>
) {
  const costs = yield* lastCosts(
    self,
    plan.flatMap(({ action, path }) => (action === "reuse" ? [] : [path]))
  )
  return plan.map((entry) => ({ ...entry, ...defined({ usd: costs.get(entry.path) }) }))
})

/** What happened at a path from the last time on that a provider was asked there. */
const lastAsked = (events: ReadonlyArray<WorkflowEvent>, path: string): ReadonlyArray<WorkflowEvent> | undefined => {
  const here = events.filter((event) => "path" in event && event.path === path)
  const request = here.findLastIndex(({ _tag }) => _tag === "RequestStarted")
  if (request === -1) return undefined
  return here.slice(here.findLastIndex(({ _tag }, at) => _tag === "StepStarted" && at < request))
}
