// Runs that workers of a cluster go on with, for who starts them and looks on.

import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Engine from "@stepwright/core/Engine"
import { Journal } from "@stepwright/core/Journal"
import type * as Workflow from "@stepwright/core/Workflow"
import * as WorkflowEvent from "@stepwright/core/WorkflowEvent"
import { resultAt, type WorkflowState } from "@stepwright/core/WorkflowState"
import { there } from "../cluster/cluster.ts"
import { end, type ExitStatus, exitStatus } from "../base/exitStatus.ts"
import { oneLine } from "../base/format.ts"
import { Interrupt } from "../base/interrupt.ts"
import { inFlags } from "../base/told.ts"
import { defined } from "../base/defined.ts"
import { effective } from "../config/effective.ts"
import type { Manner } from "../gate/consent.ts"
import { command, reference } from "../module/workflowModule.ts"
import * as runFolder from "../run/runFolder.ts"
import type { Session } from "../run/session.ts"
import type { RunSettings } from "../run/settings.ts"
import * as stores from "../run/store/stores.ts"
import { toJson } from "../value/output.ts"
import * as standingNow from "../view/standingNow.ts"
import type { Beginning } from "./begun.ts"
import { changed, checkSettings, type Resuming, withInput } from "./resumed.ts"
import { report, sayHow, shown } from "./report.ts"
import { tellBegun } from "./runAndReport.ts"

interface Submitting extends Omit<Beginning, "files"> {
  /** Only workers of this build take it. */
  readonly build?: string | undefined
}

/** Begins a run that a worker shall take. */
export const submitted = Effect.fnUntraced(function* ({ build, input, loaded, out, run, told }: Submitting) {
  const { runs, text } = yield* there
  const { queue } = yield* runs
  const kept: RunSettings = { format: 1, ...(yield* reference(loaded)), out: out ?? `out/${run}`, ...told }
  const settings = yield* runFolder.settingsText(`${text}/${run}`, kept)
  const journal = yield* queue(loaded.workflow, defined({ settings, build }))
  const state = yield* Effect.provideService(Engine.initialize(loaded.workflow, input, { run }), Journal, journal)
  return { run, kept, settings: yield* effective(kept), state, loaded, events: [] } satisfies Session
})

/** Whether a run is one that workers go on with. */
export const has = (reference: string) =>
  Effect.map(Effect.flatMap(runFolder.find(reference), stores.of), ({ handOver }) => handOver !== undefined)

/** Hands a run that is held to workers, with what flags replace of its settings. */
export const handedOver = Effect.fnUntraced(function* <E, R>(
  held: Session,
  { build, input, told }: Omit<Resuming<E, R>, "manner"> & Partial<Pick<Submitting, "build">>
) {
  const { loaded, run } = held
  yield* checkSettings(run, told)
  const kept = changed(held.kept, told)
  const state = yield* withInput(held, yield* input)
  yield* runFolder.writeSettings(run, kept)
  const { handOver } = yield* stores.of(run)
  if (handOver !== undefined) yield* handOver(run, loaded.workflow, build)
  return { ...held, kept, settings: yield* effective(kept), state } satisfies Session
})

/** How somebody follows a run, and how it is cancelled. */
const detached = Effect.fnUntraced(function* (run: string) {
  const again = yield* command
  const fix = `${again} status ${run} --watch`
  return { fix, line: `follow it with \`${fix}\`, cancel it with \`${again} cancel ${run}\`` }
})

/** Prints the id of a run that workers go on with. */
export const leave = Effect.fnUntraced(function* ({ loaded, run }: Session, { json }: Manner, build?: string) {
  yield* sayWho(run, loaded.workflow, build)
  yield* Console.log(json ? JSON.stringify({ run, workflow: loaded.workflow.name, status: "QUEUED" }, null, 2) : run)
  yield* Console.error((yield* detached(run)).line)
})

/** Says where nobody is there who takes a run. */
const sayWho = Effect.fnUntraced(function* (
  run: string,
  workflow: Workflow.Any,
  build: string | undefined,
  say: (line: string) => Effect.Effect<void> = Console.error
) {
  const { runs } = yield* there
  const workers = yield* Effect.flatMap(runs, ({ workers }) => workers)
  const digest = yield* Engine.definition(workflow)
  // a build follows the definition, where there is one
  const definition = build === undefined ? digest : `${digest} ${build}`
  const alive = workers.filter(({ about, isAlive }) => isAlive && about.isDraining !== true)
  const isThere = alive.some(({ about }) => Object.values(about.definitions).includes(definition))
  if (isThere) return
  const others = alive.some(({ about }) => Object.hasOwn(about.definitions, workflow.name))
  const why = others
    ? `the workers that are there have other definitions or builds of ${workflow.name}`
    : `no worker is there that has ${workflow.name}`
  yield* say(`${why}; run ${run} waits for one`)
})

/** How often it is looked why a run is not worked on. */
const pause = "2 seconds"

/** Tells each new reason for which a run could not be worked on. */
const saying = Effect.fnUntraced(function* (run: string, print: (line: string) => void) {
  const { glance } = yield* Effect.flatMap(there, ({ runs }) => runs)
  let before: string | undefined
  for (;;) {
    const seen = yield* glance(run)
    if (seen?.note !== undefined && seen.note !== before) {
      print(`run ${run} could not be worked on, and is tried again: ${oneLine(seen.note)}`)
    }
    before = seen?.note
    yield* Effect.sleep(pause)
  }
})

/** Follows a run until no worker has it or shall, as one that goes on here. */
const followed = (self: Session, manner: Manner, build: string | undefined) =>
  shown(
    self,
    manner,
    Effect.fnUntraced(function* ({ onEvent, print }) {
      const interrupt = yield* Interrupt
      const { fix, line } = yield* detached(self.run)
      interrupt.work.goOn = fix
      interrupt.fix = fix
      interrupt.message = `run ${self.run} goes on without this command; ${line}`
      const { watch } = yield* Effect.flatMap(there, ({ runs }) => runs)
      yield* sayWho(self.run, self.loaded.workflow, build, (line) => Effect.sync(() => print(line)))
      yield* Effect.forkScoped(Effect.ignore(saying(self.run, print)))
      const state = WorkflowEvent.draft(self.state)
      const ran = new Set<string>()
      yield* Stream.runForEach(watch(self.run, self.state.events), ({ event }) =>
        Effect.sync(() => {
          WorkflowEvent.apply(state, event)
          if (event._tag === "StepStarted") ran.add(event.path)
          onEvent(event, state)
        })
      )
      return [...ran]
    })
  )

/** Follows a run of a cluster, prints what came of it, and ends with the status of that. */
export const followAndReport = Effect.fnUntraced(function* (self: Session, manner: Manner, build?: string) {
  const began = yield* Clock.currentTimeMillis
  const { loaded, run } = self
  if (manner.lines === true) yield* tellBegun(self)
  const ran = yield* followed(self, manner, build).pipe(
    // after what is drawn
    Effect.onInterrupt(() => Effect.flatMap(Interrupt, ({ message }) => Console.error(message)))
  )
  const durationMillis = (yield* Clock.currentTimeMillis) - began
  // as the run has it: this command has named the workflow, whatever it is called there
  const standing = yield* standingNow.by(run, () => Effect.succeed(loaded))
  const { before, plan } = standing
  const { state, undecided, usd } = standing.self
  const held = heldBy(state, plan).filter((path) => !ran.includes(path))
  const output =
    state.status === "COMPLETED"
      ? yield* Effect.option(Effect.map(Engine.output(loaded.workflow, state), toJson))
      : undefined
  const flag = before === undefined ? standing.goOn.slice(`${standing.again} resume ${run}`.length) : ""
  const isRed = yield* report(self, manner, {
    state,
    ran,
    reused: held,
    cached: [],
    durationMillis,
    usd,
    undecided,
    before,
    flag: standing.isRed ? "" : flag,
    ...defined({ output: output?._tag === "Some" ? output.value : undefined })
  })
  const { error, status } = state
  if (status === "COMPLETED") return
  if (status === "CANCELLED" || error === undefined) {
    const how = status === "CANCELLED" ? "cancelled" : "left by its workers"
    yield* Console.error(`${how}; go on with: ${standing.again} resume ${run}`)
    return yield* end(exitStatus.interrupted)
  }
  const how = status === "SUSPENDED" ? "suspended" : "failed"
  const isAsking = error.tag === "Undecided" && undecided.length > 0
  const why = isAsking ? undefined : { path: error.path, message: inFlags(error.message).trimEnd() }
  yield* sayHow(run, manner, { how, why, undecided, isRed, before, flag })
  yield* end(statusOf(state))
})

/** The paths whose results the end of a run comes from. */
const heldBy = (state: WorkflowState, plan: ReadonlyArray<Engine.PlanEntry> | undefined): ReadonlyArray<string> =>
  plan === undefined
    ? Object.keys(state.records).filter((path) => resultAt(state, path) !== undefined && !state.orphaned.includes(path))
    : plan.flatMap(({ action, path }) => (action === "reuse" ? [path] : []))

/** The status of a command whose run ended so, by what its state keeps of an error. */
const statusOf = ({ error, status }: WorkflowState): ExitStatus => {
  if (status === "SUSPENDED") return exitStatus.suspended
  const isMisconfigured = error?.tag === "LlmError" && /^not (?:authenticated|set up): /u.test(error.message)
  return isMisconfigured ? exitStatus.configuration : exitStatus.failed
}
