import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Struct from "effect/Struct"
import * as Engine from "@stepwright/core/Engine"
import * as Journal from "@stepwright/core/Journal"
import type { Loaded } from "../module/workflowModule.ts"
import { describeError } from "@stepwright/core/WorkflowError"
import { atBeginning, effective } from "../config/effective.ts"
import * as consent from "../gate/consent.ts"
import { begun, workflowOf } from "../go/begun.ts"
import { checkFlags, checkPython } from "../run/checkFlags.ts"
import * as flags from "../run/flags.ts"
import * as input from "../run/input.ts"
import { priced } from "../go/lastCost.ts"
import { changed, resumed, withInput } from "../go/resumed.ts"
import { planOf } from "../run/pending.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import { spentBy } from "../run/setUp.ts"
import { runAndReport } from "../go/runAndReport.ts"
import type { Service as Employer } from "./employer.ts"

/** What a watch was told: how its run begins, or goes on. */
export interface Told {
  /** Whether it goes on with a run that a person named. */
  readonly isBegun: boolean
  readonly workflow: string | undefined
  readonly given: Parameters<typeof input.decode>[1]
  readonly out: string | undefined
  readonly answering: flags.Told
  readonly manner: consent.Manner
}

/** Says what a run would do as its files are now, and does it once the watch says so. */
export const work = Effect.fnUntraced(function* (told: Told, { files, go, run: named, tell }: Employer) {
  yield* checkFlags({ ...told.answering, out: told.out })
  const run = told.isBegun ? yield* runFolder.find(named) : named
  const isBegun = (yield* runFolder.all).includes(run)
  const { isChanged, ready, session } = yield* isBegun ? goingOn(run, told) : beginning(run, told)
  const { state } = session
  const plan = yield* priced(session, yield* planOf(session))
  yield* tell({
    _tag: "Planned",
    run,
    workflow: state.workflow,
    plan,
    isBegun,
    isDone: plan.every(({ action }) => action === "reuse") && !isChanged && state.status === "COMPLETED",
    spent: isBegun ? yield* spentBy(session) : 0,
    files: files()
  })
  const { maxUsd } = yield* go
  const made = yield* Effect.catchIf(ready(maxUsd), isUnpriced, (error) =>
    Effect.as(tell({ _tag: "Unpriced", detail: describeError(error).message }), undefined)
  )
  if (made !== undefined) yield* runAndReport(made.session, made.ready, told.manner)
})

const isUnpriced = (error: unknown): boolean =>
  Predicate.isTagged(error, "CliError") &&
  Predicate.hasProperty(error, "cause") &&
  Predicate.isTagged(error.cause, "UnknownPrice")

/** A run that is not there yet. */
const beginning = Effect.fnUntraced(function* (run: string, { answering, given, manner, out: into, workflow }: Told) {
  const settingsFor = (maxUsd: number | undefined) => flags.settingsOf({ ...answering, maxUsd })
  const out = yield* atBeginning("out", into)
  const kept = { format: 1, out: out ?? `out/${run}`, ...settingsFor(answering.maxUsd) } as const
  const settings = yield* effective(kept)
  yield* consent.check(settings.install, manner)
  yield* checkPython(settings.python)
  const loaded = yield* workflowOf(workflow)
  const value = yield* input.decode(loaded.workflow.input, given)
  const state = yield* stateOf(loaded, value, run)
  const { files } = given
  return {
    session: { run, kept, settings, state, loaded, events: [] } satisfies session.Session,
    isChanged: true,
    ready: (maxUsd: number | undefined) => begun({ run, loaded, input: value, told: settingsFor(maxUsd), out, files })
  }
})

/** A run that was begun, perhaps with another input by now. */
const goingOn = Effect.fnUntraced(function* (run: string, { answering, given, manner, out, workflow }: Told) {
  const opened = yield* session.open(run, workflow)
  const { loaded } = opened
  const isGiven = given.input !== undefined || [...given.files, ...given.design, ...given.samples].length > 0
  const now = isGiven
    ? (yield* stateOf(loaded, yield* input.decode(loaded.workflow.input, given), run)).input
    : yield* input.withTold(loaded.workflow.input, opened.state.input, given.told ?? {})
  const kept = changed(opened.kept, { ...answering, out })
  const state = yield* unrecorded(withInput(opened, now))
  return {
    session: { ...opened, kept, settings: yield* effective(kept), state },
    isChanged: state !== opened.state,
    ready: Effect.fnUntraced(function* (maxUsd: number | undefined) {
      const held = yield* session.hold(run, workflow)
      return yield* resumed(
        { ...held, kept: Struct.omit(held.kept, ["maxUsd"]) },
        { told: { ...answering, maxUsd, out }, manner, input: Effect.succeed(now) }
      )
    })
  }
})

/** What is planned only is no part of a run yet. */
const unrecorded = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, Journal.layerNone)

const stateOf = ({ workflow }: Loaded, value: unknown, run: string) =>
  unrecorded(Engine.initialize(workflow, value, { run }))
