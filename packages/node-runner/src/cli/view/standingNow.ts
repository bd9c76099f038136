import * as Effect from "effect/Effect"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { commandOf, type Loaded } from "../module/workflowModule.ts"
import { effective } from "../config/effective.ts"
import * as further from "../run/further.ts"
import { plan } from "../run/pending.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import { type RunSettings, standardSettings } from "../run/settings.ts"
import * as document from "./document.ts"
import * as standing from "./standing.ts"

/** How a run stands by now, as far as that can be told without its workflow too; what goes on with it, and before that. */
export const of = (run: string) => by(run, session.workflowThereOf)

/** The same by a workflow that is found otherwise. */
export const by = Effect.fnUntraced(function* <E, R>(
  run: string,
  workflowOf: (settings: RunSettings | undefined, state: WorkflowState) => Effect.Effect<Loaded | undefined, E, R>
) {
  const isLive = yield* runFolder.isLive(run)
  const { events, state } = yield* runFolder.load(run)
  const known = yield* runFolder.settingsToLookAt(run)
  const loaded = yield* workflowOf(known, state)
  const kept = known ?? standardSettings(run)
  // what would mend it was said
  const settings = yield* Effect.orElseSucceed(effective(kept), () => kept)
  // a layer of the workflow's own may do anything when it is built, and somebody who looks expects nothing
  const canPlan = loaded !== undefined && !isLive && !loaded.hasLayer
  const foreseen = canPlan ? yield* plan({ state, loaded, settings }) : undefined
  const self = yield* standing.of({ run, state, loaded, settings, events, isLive, plan: foreseen })
  const again = yield* commandOf(known)
  const flag = state.error === undefined ? "" : further.flagsOf(settings, state.error.message)
  const before = yield* Effect.orElseSucceed(further.raising(kept, flag), () => undefined)
  // what would run anew may come to something else
  const isRed = further.isRed(state, self.result.tests) && !self.rows.some(({ look }) => look === "stale")
  const resume = `${again} resume ${run}${yield* session.flagsFor(run, known)}${before === undefined ? flag : ""}`
  const goOn = isRed ? further.fork(again, run) : resume
  return { self, kept: known, settings, again, isRed, before, goOn }
})

/** What a script reads of it. */
export const toJson = ({ again, before, goOn, kept, self }: Effect.Success<ReturnType<typeof of>>) =>
  document.ofStanding({ ...self, again, goOn: further.after(before, goOn) }, kept?.out)
