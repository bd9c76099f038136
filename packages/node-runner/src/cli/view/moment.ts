import * as Effect from "effect/Effect"
import { fold, type WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { usage } from "../base/cliError.ts"
import * as output from "../base/output.ts"
import { commandOf } from "../module/workflowModule.ts"
import * as places from "../path/places.ts"
import * as stepPath from "../path/stepPath.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import { standardSettings } from "../run/settings.ts"
import { line, pathsOf } from "./event.ts"
import * as standing from "./standing.ts"

/** A run after some of its events. */
export interface Moment {
  readonly run: string
  readonly events: ReadonlyArray<WorkflowEvent>
  readonly state: WorkflowState
  /** What it is by now, and after how many events. */
  readonly latest: WorkflowState
  readonly total: number
}

/** A run as it was after so many events, or as it is. */
export const of = Effect.fnUntraced(function* (run: string, at: number | undefined) {
  const { events, state } = yield* runFolder.load(run)
  const total = events.length
  if (at === undefined) return { run, events, state, latest: state, total } satisfies Moment
  if (at < 1 || at > total) {
    const fix = `it has those from 1 to ${total}, and \`show ${run} --events\` lists them`
    return yield* usage(`run ${run} has no event ${at}`, { target: "--at", fix })
  }
  const until = events.slice(0, at)
  // one event at least folds into a state
  return { run, events: until, state: fold(until)!, latest: state, total } satisfies Moment
})

/** What happened so far, numbered, at one path or anywhere: lines for a person, or a document. */
export const list = Effect.fnUntraced(function* (
  { events, latest, run }: Moment,
  given: string | undefined,
  json: boolean
) {
  const path = given && stepPath.resolve(given, undefined, latest)
  const numbered = events
    .map((event, i) => ({ event: i + 1, happened: event }))
    .filter(({ happened }) => path === undefined || pathsOf(happened).includes(path))
  if (path !== undefined && latest.records[path] === undefined) {
    return yield* stepPath.unknown(path, run, places.of(undefined, latest))
  }
  if (json) return JSON.stringify(numbered, null, 2)
  const width = String(events.length).length
  return numbered.map(({ event, happened }) => `${String(event).padStart(width)}  ${line(happened)}`).join("\n")
})

/** What the last event was, and the whole run as it was after it. */
export const whole = Effect.fnUntraced(function* ({ events, run, state, total }: Moment, json: boolean) {
  // a moment has one event at least
  const happened = events.at(-1)!
  if (json) return JSON.stringify({ run, event: events.length, total, happened, state }, null, 2)
  const known = yield* runFolder.settingsToLookAt(run)
  const loaded = yield* session.workflowThereOf(known, state)
  const settings = known ?? standardSettings(run)
  const isLive = isUnderWay(events, state)
  const self = yield* standing.of({ run, state, loaded, settings, events, isLive, plan: undefined })
  const shown = standing.text(self, output.stdout(), happened.at, settings.out, yield* commandOf(known))
  return `event ${events.length} of ${total}: ${line(happened)}\n${shown}`
})

/** Whether anything was at work then. */
const isUnderWay = (events: ReadonlyArray<WorkflowEvent>, { records }: WorkflowState): boolean =>
  events.findLast(({ _tag }) => _tag === "RunStarted" || _tag === "RunEnded")?._tag === "RunStarted" ||
  Object.values(records).some(({ pending }) => pending !== undefined)
