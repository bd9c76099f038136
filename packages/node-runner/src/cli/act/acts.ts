// What can be done with runs by a server, whatever the surface: an answer comes once it is sure that the work is on its way.

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Engine from "@stepwright/core/Engine"
import type { JournalError } from "@stepwright/core/Journal"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as ServerApi from "../../ServerApi.ts"
import { usage } from "../base/cliError.ts"
import { Configuration } from "../config/configuration.ts"
import { edited, isEmpty, schemaAt } from "../edit/edits.ts"
import { changesFor, diffOf, write } from "../edit/saved.ts"
import { Who } from "../gate/who.ts"
import { begun } from "../go/begun.ts"
import { forked } from "../go/forked.ts"
import * as onCluster from "../go/onCluster.ts"
import { resumed } from "../go/resumed.ts"
import { Bound, type Loaded } from "../module/workflowModule.ts"
import { explainPath } from "../path/explainPath.ts"
import * as stepPath from "../path/stepPath.ts"
import { decodeJson } from "../run/input.ts"
import { outlookOf, planOf } from "../run/pending.ts"
import * as runFolder from "../run/runFolder.ts"
import * as runLayer from "../run/runLayer.ts"
import * as session from "../run/session.ts"
import { type SetUp, setUp, spentBy } from "../run/setUp.ts"
import * as excess from "../value/excess.ts"
import { statusLabel } from "../view/statusLabel.ts"
import { apart, goOn, Live } from "./live.ts"
import { Offered } from "./offered.ts"
import { say } from "./problems.ts"
import { Purse } from "./purse.ts"
import { asksStill } from "./questions.ts"
import { type Caps, handOver, type Take, toldOf } from "./resuming.ts"

/** Tells that a run is on its way. */
type OnItsWay = (said: typeof ServerApi.Begun.Type) => Effect.Effect<void>

const noAnswerer = { json: true, noInput: true }

/** The run that a reference stands for. */
export const runOf = Effect.fnUntraced(function* (reference: string) {
  return yield* Effect.catchIf(
    runFolder.find(reference),
    ({ kind }) => kind === "usage",
    ({ fix, message, target }) =>
      Effect.fail(new ServerApi.NotFound(say("NotFound", message, target ?? reference, fix)))
  )
})

/** Does something with a run by the workflow that the server has of its name. */
export const ofOffered = Effect.fnUntraced(function* <A, E, R>(
  reference: string,
  work: (run: string) => Effect.Effect<A, E, R>
) {
  const run = yield* runOf(reference)
  const { workflow } = yield* runFolder.state(run)
  return yield* byFiles(workflow, (loaded) => Effect.provideService(work(run), Bound, loaded))
})

/** Does something with a workflow, by what the files say by now. */
export const byFiles = Effect.fnUntraced(function* <A, E, R>(
  workflow: string,
  work: (loaded: Loaded) => Effect.Effect<A, E, R>
) {
  const { configuration, get } = yield* Offered
  return yield* Effect.provideService(work(yield* get(workflow)), Configuration, configuration())
})

/** A run and how it stands, in a word. */
export const statusOf = Effect.fnUntraced(function* (
  run: string
): Effect.fn.Return<typeof ServerApi.Begun.Type, JournalError> {
  return {
    run,
    status: statusLabel(yield* runFolder.state(run), yield* runFolder.isLive(run))
  }
})

/** Begins a run. */
export const start = (name: string, input: Schema.Json, caps: Caps) =>
  byFiles(name, (loaded) => startOf(loaded, input, caps))

const startOf = Effect.fnUntraced(function* (loaded: Loaded, input: Schema.Json, { maxUsd, ...caps }: Caps) {
  const { input: schema } = loaded.workflow
  const problem = excess.problemOf(schema)(input)
  if (problem !== undefined) return yield* usage(`the input does not fit: ${problem}`, { target: "input" })
  const value = yield* decodeJson(schema, input)
  const run = yield* Engine.newRunId
  return yield* background(
    run,
    Effect.fnUntraced(function* (take) {
      const cap = yield* take(maxUsd)
      const told = { ...caps, ...(cap !== undefined && { maxUsd: cap }) }
      const begunNow = yield* begun({ run, loaded, input: value, told, out: undefined, files: [] })
      return { ...begunNow, work: runOn(begunNow.session) }
    })
  )
})

/** Goes on with a run, here, or by the workers of its cluster. */
export const resume = (reference: string, caps: Caps) =>
  ofOffered(reference, (run) =>
    Effect.flatMap(onCluster.has(run), (isThere) => (isThere ? handOver(run, caps) : resumeHere(run, caps)))
  )

const resumeHere = (run: string, caps: Caps) =>
  background(
    run,
    Effect.fnUntraced(function* (take) {
      const { held, ...told } = yield* toldOf(run, caps, take)
      const now = yield* resumed(held, { manner: noAnswerer, ...told })
      return { ...now, work: runOn(now.session) }
    })
  )

/** Executes one step. */
export const step = (reference: string, given: string, force: boolean) =>
  ofOffered(reference, (run) =>
    background(
      run,
      Effect.fnUntraced(function* (take) {
        const held = yield* session.hold(run)
        const { workflow } = held.loaded
        const path = stepPath.resolve(given, workflow, held.state)
        // an unknown path is told before anything is on its way
        yield* explainPath(path, workflow, held.state, "stepwright")(known(workflow, held.state, path, planOf(held)))
        const before = yield* spentBy(held)
        const cap = yield* take(undefined)
        const opened = cap === undefined ? held : { ...held, settings: { ...held.settings, maxUsd: before + cap } }
        const ready = yield* setUp(opened, { force, path })
        return {
          session: opened,
          ready,
          work: (listeners: Engine.Listeners) => Engine.step(workflow, held.state, path, { force, ...listeners })
        }
      })
    )
  )

const runOn =
  ({ loaded: { workflow }, state }: session.Session) =>
  (listeners: Engine.Listeners) =>
    Engine.run(workflow, state, listeners)

/** What is needed to work on a run. */
interface Prepared {
  readonly session: session.Session
  readonly ready: SetUp
  readonly work: Parameters<typeof goOn>[2]
}

/** Works on a run in the background; what it took of the budget comes back with what it did not spend. */
const background = Effect.fnUntraced(function* <E, R>(
  run: string,
  prepare: (take: Take) => Effect.Effect<Prepared, E, R>
) {
  const live = yield* Live
  const purse = yield* Purse
  return yield* live.begin((isOnItsWay: OnItsWay) => {
    let isTaken = false
    const take: Take = (wants) =>
      Effect.tap(purse.begin(run, wants), () =>
        Effect.sync(() => {
          isTaken = true
        })
      )
    return Effect.gen(function* () {
      const { ready, session, work } = yield* prepare(take)
      yield* isOnItsWay({ run, status: "RUNNING" })
      isTaken = false
      yield* goOn(session, ready, work)
    }).pipe(
      Effect.onExit(() => Effect.sync(() => (isTaken ? purse.end(run, 0) : undefined))),
      Effect.scoped,
      apart
    )
  })
})

const known = <E, R>(
  workflow: Workflow.Any,
  state: WorkflowState,
  path: string,
  plan: Effect.Effect<ReadonlyArray<Engine.PlanEntry>, E, R>
) =>
  Effect.flatMap(plan, (entries) =>
    state.records[path] !== undefined || entries.some((entry) => StepPath.matches(entry.path, path))
      ? Effect.void
      : Effect.fail(
          new ServerApi.NotFound(
            say(
              "UnknownPath",
              `there is no step ${path}`,
              path,
              `name one of ${stepPath.list(Workflow.stepPaths(workflow))}`
            )
          )
        )
  )

/** Cancels a run, whoever works on it. */
export const cancel = Effect.fnUntraced(function* (reference: string) {
  const run = yield* runOf(reference)
  const answer = yield* runFolder.cancelled(run)
  if (answer?.isDone === false) {
    return yield* Effect.fail(new ServerApi.Conflict(say("NotCancelled", `run ${run}: ${answer.detail}`, run)))
  }
  return yield* statusOf(run)
})

/** Changes a run that nobody works on, and tells what comes of it. */
const changed = (run: string, change: (opened: session.Session) => Effect.Effect<WorkflowState, unknown, unknown>) =>
  Effect.gen(function* () {
    const opened = yield* session.hold(run)
    const { workflow } = opened.loaded
    const work = Effect.gen(function* () {
      const state = yield* change(opened)
      return { run, ...outlookOf(yield* Engine.plan(workflow, state)) }
    })
    // what the steps of the workflow need is there
    return yield* Effect.provide(
      work as Effect.Effect<typeof ServerApi.Outlook.Type, unknown>,
      runLayer.withoutModel(opened)
    )
  }).pipe(Effect.scoped, apart)

/** Sets a result by hand. */
export const set = (reference: string, given: string, value: Schema.Json) =>
  ofOffered(reference, (run) =>
    changed(
      run,
      Effect.fnUntraced(function* ({ loaded: { workflow }, state }) {
        const path = given === "input" ? given : stepPath.resolve(given, workflow, state)
        const problem = excess.problemOf(schemaAt(workflow, path))(value)
        if (problem !== undefined) return yield* usage(`${path}: ${problem}`, { target: path })
        return yield* explainPath(
          path,
          workflow,
          state,
          "stepwright"
        )(Engine.set(workflow, state, path, value, { who: yield* Who }))
      })
    )
  )

/** Decides a gate, by whoever works on the run, or here; with `of`, only where that is still the question. */
export const decide = (reference: string, path: string, decision: Schema.Json, of?: string) =>
  ofOffered(
    reference,
    Effect.fnUntraced(function* (run) {
      const check = Effect.fnUntraced(function* (opened: session.Session) {
        if (of === undefined || (yield* asksStill(opened, of))) return
        const message = `${path} was decided meanwhile, or asks something else by now`
        return yield* new ServerApi.Conflict(say("OtherQuestion", message, path, "look at what it asks"))
      })
      const seen = of !== undefined && (yield* runFolder.isLive(run)) ? yield* session.open(run) : undefined
      if (seen !== undefined) yield* check(seen)
      const asked = seen?.state.records[path]?.asked?.fingerprint
      const told = { path, decision, ...(asked !== undefined && { asked }) }
      const answer = yield* runFolder.ask(run, { _tag: "Decide", ...told })
      if (answer === undefined) {
        return yield* changed(
          run,
          Effect.fnUntraced(function* (opened) {
            yield* check(opened)
            const {
              loaded: { workflow },
              state
            } = opened
            const decided = Engine.decide(workflow, state, path, decision, { who: yield* Who })
            return yield* explainPath(path, workflow, state, "stepwright")(decided)
          })
        )
      }
      if (!answer.isDone)
        return yield* Effect.fail(new ServerApi.Conflict(say("NotDecided", `${path}: ${answer.detail}`, path)))
      const opened = yield* session.open(run)
      return { run, ...outlookOf(yield* planOf(opened)) }
    })
  )

/** Starts a run with the results of another, but what is to be otherwise: a new result of a step, or edits. */
export const fork = (reference: string, { path: given, run: id, ...edits }: typeof ServerApi.Fork.Type) =>
  ofOffered(
    reference,
    Effect.fnUntraced(function* (origin) {
      if (given === undefined && isEmpty(edits)) {
        const fix = "name a path, or say what is to be otherwise: config, input, outputs"
        return yield* usage("nothing would be otherwise", { target: "path", fix })
      }
      yield* runFolder.checkNew(id)
      yield* (yield* Purse).start
      const opened = yield* session.open(origin)
      const state = isEmpty(edits) ? opened.state : yield* edited(opened, edits)
      const path = given === undefined ? given : stepPath.resolve(given, opened.loaded.workflow, state)
      const run = id ?? (yield* Engine.newRunId)
      yield* apart(forked({ ...opened, state }, { path, run, command: "stepwright" }))
      return yield* statusOf(run)
    })
  )

/** Tells what of a configuration is written to which file, or writes what was told. */
export const save = Effect.fnUntraced(function* (workflow: string, asked: typeof ServerApi.Save.Type) {
  const { changing, reload } = yield* Offered
  // by what the files are now, and where a link leads by now
  const work = Effect.andThen(
    reload,
    byFiles(workflow, (loaded) => saveIn(loaded, asked))
  )
  return yield* changing.withPermits(1)(work)
})

const saveIn = Effect.fnUntraced(function* (loaded: Loaded, { config, ...asked }: typeof ServerApi.Save.Type) {
  const { changes, of, patches } = yield* changesFor(loaded, config)
  const said: typeof ServerApi.Saving.Type = {
    of,
    files: yield* Effect.forEach(changes, diffOf),
    patches: yield* Effect.forEach(patches, ({ change, ...patch }) =>
      change === undefined ? Effect.succeed(patch) : Effect.map(diffOf(change), (diff) => ({ ...patch, ...diff }))
    )
  }
  if ("dryRun" in asked) return said
  const otherwise = (target: string) =>
    new ServerApi.Conflict(say("Changed", "the files are not what they were", target, "look at the diff again"))
  if (asked.of !== of) return yield* otherwise(loaded.workflow.name)
  yield* Effect.catchTag(write(changes), "Changed", ({ file }) => Effect.fail(otherwise(file)))
  yield* (yield* Offered).reload
  return said
})
