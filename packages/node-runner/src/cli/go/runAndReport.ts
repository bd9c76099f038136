import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import { DeltaSink } from "@stepwright/core/DeltaSink"
import { Cost } from "@stepwright/core/Spending"
import * as Engine from "@stepwright/core/Engine"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import { isLlmError } from "@stepwright/core/LlmError"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import { resultAt, type WorkflowState } from "@stepwright/core/WorkflowState"
import { isMisconfigured, unnamed } from "../../internal/services/models.ts"
import { fromCause } from "../base/cliError.ts"
import { defined } from "../base/defined.ts"
import { end, type ExitStatus, exitStatus } from "../base/exitStatus.ts"
import { Interrupt } from "../base/interrupt.ts"
import * as output from "../base/output.ts"
import { Who } from "../gate/who.ts"
import { endedAt, told } from "../base/told.ts"
import * as further from "../run/further.ts"
import * as runFolder from "../run/runFolder.ts"
import type { Session } from "../run/session.ts"
import type { SetUp } from "../run/setUp.ts"
import { command } from "../module/workflowModule.ts"
import { look, report, sayHow, shown } from "./report.ts"
import { toJson } from "../value/output.ts"
import * as consent from "../gate/consent.ts"
import * as gates from "../gate/gates.ts"
import * as runLines from "../live/lines.ts"
import * as unusedReplies from "../result/unusedReplies.ts"

/** Works on a run, with what it was set up with, and shows on standard error how it goes on. */
export const watched = <A, E>(
  self: Session,
  { services, usedUp }: SetUp,
  manner: consent.Manner,
  work: (listeners: Engine.Listeners) => Effect.Effect<A, E, unknown>
) =>
  shown(
    self,
    manner,
    Effect.fnUntraced(function* ({ aside, deltas, onEvent, print }) {
      const hint = askingHint(self, yield* whoAnswers(self), print)
      const asked = work({
        onEvent: (event, state) => {
          usedUp.add(event)
          onEvent(event, state)
          if (event._tag === "StepStarted") hint(event.path)
        }
      })
      // what the steps of the workflow need is what it was set up with
      return yield* consent.given(asked as Effect.Effect<A, E>, manner, aside).pipe(
        Effect.provide([Layer.succeedContext(services), output.layerOfUsers]),
        Effect.provideService(DeltaSink, deltas),
        Effect.provideService(Cost, (run) => (run === self.run ? usedUp.cost() : undefined))
      )
    })
  )

/** What a person wants to know of who answers: the folder of a relay, or the model that is asked where none was named. */
const whoAnswers = Effect.fnUntraced(function* ({ loaded, settings }: Session) {
  if (settings.relay !== undefined) return `requests to answer: ${settings.relay}/WAITING.md`
  // a client of the workflow's own decides for itself
  if (loaded.hasLayer || settings.replay !== undefined) return undefined
  const model = yield* Effect.orElseSucceed(unnamed(settings), () => undefined)
  return model === undefined ? undefined : `asks ${model}`
})

/** Says who answers, once the first step that asks the model of the command line has started. */
const askingHint = ({ loaded, settings }: Session, line: string | undefined, print: (line: string) => void) => {
  const asking = Workflow.steps(loaded.workflow).filter(
    ({ step }) => step.model !== undefined && (settings.relay !== undefined || step.model.models.includes("default"))
  )
  let isSaid = line === undefined
  return (path: string) => {
    if (line === undefined || isSaid || !asking.some((known) => StepPath.matches(known.path, path))) return
    isSaid = true
    print(line)
  }
}

/** Runs what is left of a run, prints what came of it, and ends with the status of that. */
export const runAndReport = Effect.fnUntraced(function* (self: Session, setUp: SetUp, manner: consent.Manner) {
  const began = yield* Clock.currentTimeMillis
  const thought = { millis: 0 }
  const again = yield* command
  const { run, settings } = self
  const tell = Effect.fnUntraced(function* (
    state: WorkflowState,
    { ran, reused, cached }: Pick<Outcome, "ran" | "reused" | "cached">,
    told: {
      readonly undecided?: ReadonlyArray<gates.Gate>
      readonly output?: Schema.Json
      readonly flag?: string
      readonly before?: string | undefined
    } = {}
  ) {
    const durationMillis = (yield* Clock.currentTimeMillis) - began - thought.millis
    const unused = state.status === "COMPLETED" ? yield* unusedReplies.of(self, setUp) : undefined
    const usd = setUp.usedUp.cost()
    return yield* report(self, manner, { state, ran, reused, cached, durationMillis, unused, usd, ...told })
  })
  if (manner.lines === true) yield* tellBegun(self)
  const { cached, ending, ran, reused, state, waiting } = yield* toItsEnd(self, setUp, manner, thought).pipe(
    Effect.onInterrupt(
      Effect.fnUntraced(function* () {
        const interrupt = yield* Interrupt
        // who asked for a decision has said it
        if (interrupt.work.status !== undefined) return
        interrupt.fix = `${again} resume ${run}`
        interrupt.message = `interrupted; go on with: ${interrupt.fix}`
        interrupt.work.status = "CANCELLED"
        yield* Console.error(interrupt.message)
      })
    ),
    // a run that failed by a defect of a step says so in its journal before the defect comes to this
    Effect.tapDefect(
      Effect.fnUntraced(function* (defect) {
        const state = yield* runFolder.state(run)
        if (state.status !== "FAILED" || state.error === undefined) return
        const { records } = self.state
        const ran = Object.keys(state.records).filter(
          (path) => state.records[path]!.attempts !== (records[path]?.attempts ?? 0)
        )
        yield* tell(state, { ran, reused: [], cached: [] })
        yield* endOfDefect(run, state.error.path, defect)
      })
    )
  )
  if (ending._tag === "Completed") {
    yield* tell(state, { ran, reused, cached }, defined({ output: toJson(ending.output) }))
    return
  }
  const larger = further.flagsFor(settings, ending.reason)
  const before = yield* further.raising(self.kept, larger)
  const flag = before === undefined ? larger : ""
  const undecided = waiting.map(({ gate }) => gate)
  const isRed = yield* tell(state, { ran, reused, cached }, { undecided, before, flag })
  const how = ending._tag === "Suspended" ? "suspended" : "failed"
  const isAsking = isUndecided(ending) && undecided.length > 0
  const why = isAsking ? undefined : { path: ending.path, message: told(ending.reason) }
  yield* sayHow(self.run, manner, { how, why, undecided, isRed, before, flag })
  yield* end(statusOf(ending))
})

/** What happened since the command began to look at the run: that it was made, or has another input. */
export const tellBegun = Effect.fnUntraced(function* ({ events: before, run, state }: Session) {
  if (state.events === before.length) return
  const { happened } = yield* runLines.make
  const { events } = yield* runFolder.load(run)
  for (const [i, event] of events.entries()) if (i >= before.length) happened(event, i + 1)
})

type Outcome = Engine.RunOutcome<unknown, unknown>

const isUndecided = ({ _tag, ...ending }: Outcome["ending"]): boolean =>
  _tag === "Suspended" && "reason" in ending && Predicate.isTagged(ending.reason, "Undecided")

/** Runs what is left of a run, and again with what a person decides meanwhile. */
const toItsEnd = Effect.fnUntraced(function* (self: Session, setUp: SetUp, manner: consent.Manner, thought: Thought) {
  const canAsk = yield* consent.canAsk(manner)
  const { workflow } = self.loaded
  const left = new Set<string>()
  const ran = new Set<string>()
  const cached = new Set<string>()
  let { state } = self
  for (;;) {
    const outcome: Outcome = yield* watched({ ...self, state }, setUp, manner, (listeners) =>
      Engine.run(workflow, state, listeners)
    )
    for (const path of outcome.ran) ran.add(path)
    for (const path of outcome.cached) cached.add(path)
    const waiting = outcome.undecided.length === 0 ? [] : yield* waitingIn(self, setUp, outcome)
    const next =
      canAsk && isUndecided(outcome.ending)
        ? yield* decided(self, setUp, outcome.state, waiting, left, thought)
        : undefined
    if (next === undefined) {
      const reused = outcome.reused.filter((path) => !ran.has(path) && !cached.has(path))
      return { ...outcome, waiting, ran: [...ran], cached: [...cached], reused }
    }
    state = next
  }
})

/** The gates that wait, in the order of the definition. */
const waitingIn = Effect.fnUntraced(function* ({ loaded: { workflow } }: Session, setUp: SetUp, outcome: Outcome) {
  const { state, undecided } = outcome
  const plan = yield* Effect.provide(Engine.plan(workflow, state), setUp.services)
  const paths = new Set(undecided)
  return gates.waitingIn(plan, state).filter(({ gate }) => paths.has(gate.path))
})

/** How long a person has thought, which is no time of the run. */
interface Thought {
  millis: number
}

/** The state with what a person decides of the gates that wait, but for those `left` before; `undefined` without any. */
const decided = Effect.fnUntraced(
  function* (
    { loaded: { workflow }, run }: Session,
    setUp: SetUp,
    state: WorkflowState,
    waiting: ReadonlyArray<gates.Decided>,
    left: Set<string>,
    thought: Thought
  ) {
    let after: WorkflowState | undefined
    for (const known of waiting) {
      const { gate } = known
      const schema = gates.decisionAt(workflow, gate.path)
      if (schema === undefined || left.has(gate.path)) continue
      const [time, decision] = yield* Effect.timed(gates.ask(known, schema))
      thought.millis += Duration.toMillis(time)
      left.add(gate.path)
      if (decision === undefined) continue
      const before = after ?? state
      const now = yield* runFolder.state(run)
      if (now.events !== before.events) {
        // who thinks holds nobody up
        after = now
        const decided = resultAt(now, gate.path)?.output
        if (decided !== undefined && !Equal.equals(decided, resultAt(before, gate.path)?.output)) {
          yield* Console.error(`${gate.path} was decided meanwhile: ${JSON.stringify(decided)}`)
          continue
        }
      }
      const decide = Engine.decide(workflow, after ?? state, gate.path, decision, { who: yield* Who })
      // what the steps of the workflow need is what it was set up with
      after = yield* Effect.provide(decide as Effect.Effect<WorkflowState, WorkflowError>, setUp.services)
    }
    return after
  },
  // who takes no decision leaves the run as it is
  (asking, { run }) =>
    Effect.onInterrupt(asking, () =>
      Effect.gen(function* () {
        const interrupt = yield* Interrupt
        interrupt.work.status = "SUSPENDED"
        interrupt.fix = `${yield* command} resume ${run}`
        interrupt.message = `interrupted; the run stays suspended, go on with: ${interrupt.fix}`
        yield* Console.error(`\n${interrupt.message}`)
      })
    )
)

/** Tells of a defect in a step, and ends with the status of that. */
export const endOfDefect = Effect.fnUntraced(function* (run: string, path: string, defect: unknown) {
  const { kind, message } = fromCause(Cause.die(defect))
  yield* Console.error(`${endedAt("failed", path, message)}\n${look(yield* command, run)}`)
  yield* end(exitStatus[kind], defect)
})

/** The status of a command whose run, or one step of it, ended so. */
export const statusOf = (ending: Engine.RunEnding<unknown, unknown>): ExitStatus => {
  if (ending._tag === "Completed") return exitStatus.done
  if (ending._tag === "Suspended") return exitStatus.suspended
  const reason = isLlmError(ending.reason) ? ending.reason.reason : undefined
  return isMisconfigured(reason) ? exitStatus.configuration : exitStatus.failed
}
