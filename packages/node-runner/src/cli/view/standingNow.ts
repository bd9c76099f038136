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

/** What is known of a run besides what has happened to it. */
export interface About {
  readonly run: string
  /** What is written of it, and what it goes by where nothing is. */
  readonly written: RunSettings | undefined
  readonly kept: RunSettings
  readonly settings: RunSettings
  readonly loaded: Loaded | undefined
  readonly again: string
}

/** Finds the workflow of a run, by its settings. */
type Find<E, R> = (settings: RunSettings | undefined, state: WorkflowState) => Effect.Effect<Loaded | undefined, E, R>

const aboutBy = Effect.fnUntraced(function* <E, R>(
  run: string,
  state: WorkflowState,
  workflowOf: Find<E, R>,
  isQuiet = false
) {
  const written = yield* runFolder.settingsToLookAt(run, { isQuiet })
  const loaded = yield* workflowOf(written, state)
  const kept = written ?? standardSettings(run)
  // what would mend it was said
  const settings = yield* Effect.orElseSucceed(effective(kept), () => kept)
  return { run, written, kept, settings, loaded, again: yield* commandOf(written) } satisfies About
})

/** The same, as far as it is there. */
export const about = (run: string, state: WorkflowState) => aboutBy(run, state, session.workflowThereOf)

/** How a run stood when it was looked at; what goes on with it, and before that. */
export const at = Effect.fnUntraced(function* (
  { again, kept, loaded, run, settings, written }: About,
  { events, isLive, state }: Pick<Parameters<typeof standing.of>[0], "events" | "isLive" | "state">
) {
  // a layer of the workflow's own may do anything when it is built, and somebody who looks expects nothing
  const canPlan = loaded !== undefined && !isLive && !loaded.hasLayer
  const foreseen = canPlan ? yield* plan({ state, loaded, settings }) : undefined
  const self = yield* standing.of({ run, state, loaded, settings, events, isLive, plan: foreseen })
  const flag = state.error === undefined ? "" : further.flagsOf(settings, state.error.message)
  const before = yield* Effect.orElseSucceed(further.raising(kept, flag), () => undefined)
  // what would run anew may come to something else
  const isRed = further.isRed(state, self.result.tests) && !self.rows.some(({ look }) => look === "stale")
  const resume = `${again} resume ${run}${yield* session.flagsFor(run, written)}${before === undefined ? flag : ""}`
  const goOn = isRed ? further.fork(again, run) : resume
  return { self, kept: written, settings, again, isRed, before, goOn, plan: foreseen }
})

/** How a run stands by now, as far as that can be told without its workflow too. */
export const of = (run: string) => found(run, session.workflowThereOf, false)

/** The same by a workflow that is found otherwise, for a program: nobody is told what is left alone. */
export const by = <E, R>(run: string, workflowOf: Find<E, R>) => found(run, workflowOf, true)

const found = Effect.fnUntraced(function* <E, R>(run: string, workflowOf: Find<E, R>, isQuiet: boolean) {
  const isLive = yield* runFolder.isLive(run)
  const { events, state } = yield* runFolder.load(run)
  return yield* at(yield* aboutBy(run, state, workflowOf, isQuiet), { events, isLive, state })
})

/** What a script reads of it. */
export const toJson = ({ again, before, goOn, kept, self }: Effect.Success<ReturnType<typeof at>>) =>
  document.ofStanding({ ...self, again, goOn: further.after(before, goOn) }, kept?.out)
