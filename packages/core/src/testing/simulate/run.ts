// A run in a world: its lives one after another, each a process of its own over the same journal, until one comes to an end.

import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as Engine from "../../Engine.ts"
import { Journal } from "../../Journal.ts"
import { LlmClient } from "../../LlmClient.ts"
import type { WorkflowEvent } from "../../WorkflowEvent.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import { describeError, type WorkflowError } from "../../WorkflowError.ts"
import type { Execution } from "./base/execution.ts"
import * as journal from "./base/journal.ts"
import { bury, makeMachine } from "./base/process.ts"
import * as provider from "./provider.ts"
import { mix, seeded } from "../internal/random.ts"
import { beside } from "./beside.ts"
import type { Edit, Scene } from "./scene.ts"
import {
  type Broken,
  endInWords,
  endless,
  eventInWords,
  type Items,
  type LifeKind,
  type LifeTrace,
  type Receipt,
  type Trace
} from "./base/trace.ts"
import { type End, epochOf, type Life, type World } from "./base/world.ts"

const runId = "simulated"

/** How many lives a run may need after those of its world. */
const mostLives = 12

const silent = new Set<never>()

const endlessly = {
  Busy: "it goes on and on, and nothing happens: a loop that nothing bounds?",
  Idle: "it waits for what never comes",
  Late: "it is not done after a hundred years: a loop that nothing bounds?"
}

const calmLife: Life = { end: undefined, faults: [] }

export const runWorld = Effect.fnUntraced(function* (scene: Scene, world: World): Effect.fn.Return<Trace> {
  const { host, input, workflow } = scene
  const random = seeded(mix("world", world.seed))
  const broken: Array<Broken> = []
  const receipts: Array<Receipt> = []
  const lines: Array<string> = []
  const lives: Array<LifeTrace> = []
  const atWork = new Set<Execution>()
  const spoilt = new Set<string>()
  const kept = journal.makeKept()
  const epoch = epochOf(world.seed, scene.today)
  const machine = makeMachine(epoch, random.next, atWork, host)
  const found = (it: Broken) => {
    if (isGone) return
    if (!broken.some(({ law, path }) => law === it.law && path === it.path)) broken.push(it)
  }
  const items = new Map<string, Items>()
  scene.listen({
    found,
    items: (path, list) => items.set(path, list),
    begin: (execution) => atWork.add(execution),
    end: (execution, isSuccess) => {
      atWork.delete(execution)
      if (isSuccess && execution.failed.length > 0) isAside = true
    }
  })
  let happenings = 0
  let most = 0
  let isAside = false
  /** Whether it asked so much that nothing goes on. */
  let isStopped = false
  /** Whether the process is no more: what its finalizers do, nobody hears of. */
  let isGone = false
  /** Whether it waited for what a dead process held. */
  let isHeld = false
  /** What a life found when it began. */
  let current: Partial<Pick<LifeTrace, "before" | "plan" | "from">> = {}

  const say = (text: string, number?: number) => {
    const seconds = `${((machine.now() - epoch) / 1000).toFixed(1)} s`
    lines.push(`${String(number ?? "").padStart(4)}${seconds.padStart(10)}  ${text}`)
  }

  const live = Effect.fnUntraced(function* (
    { end, faults }: Life,
    kind: LifeKind,
    work: Effect.Effect<LifeWork, WorkflowError<unknown>, unknown>
  ) {
    const life = lives.length
    const from = kept.events.length
    happenings = 0
    atWork.clear()
    isGone = false
    if (life > 0) say(`— life ${life + 1}${kind === "Edited" ? ", after an edit," : ""} goes on from ${from} events`)
    /** Whether a life ends with what happens now. */
    const isEnd = (): End | undefined => {
      machine.note()
      const at = happenings++
      return end !== undefined && "at" in end && end.at === at ? end : undefined
    }
    /** What waits in the journal's way, since it fails at the next event only. */
    let isFailing: { readonly kept: boolean } | undefined
    const meet = (text: string): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (isGone) return Effect.interrupt
        const its = isEnd()
        say(text, happenings)
        if (its?._tag === "Kill") {
          say("the process dies")
          machine.kill()
          return machine.forever
        }
        if (its?._tag === "Cancel") cancel()
        if (its?._tag === "Journal") isFailing = its
        return Effect.void
      })
    const cancel = () => {
      say("it is cancelled")
      machine.cancel()
    }
    const write = (event: WorkflowEvent): journal.Written => {
      if (isGone) return "Failed"
      const its = isEnd()
      const failing = its?._tag === "Journal" ? its : isFailing
      const text = eventInWords(event)
      if (failing !== undefined) {
        say(`${text}: the journal fails${failing.kept ? ", and has it all the same" : ""}`, happenings)
        if (failing.kept) settle(event)
        return failing.kept ? "FailedKept" : "Failed"
      }
      if (its?._tag === "Kill") {
        say(`${text}: the process dies${its.kept ? "" : " before that is kept"}`, happenings)
        if (its.kept) settle(event)
        machine.kill()
        return its.kept ? "KilledKept" : "Killed"
      }
      say(text, happenings)
      settle(event)
      if (its?._tag === "Cancel") cancel()
      return "Kept"
    }
    const settle = (event: WorkflowEvent) => {
      if (event._tag === "StepReplied") {
        const receipt = receipts.find((it) => it.life === life && it.path === event.path && it.fate === "Replied")
        if (receipt !== undefined) receipt.fate = "Kept"
      } else if (event._tag === "StepSucceeded") {
        for (const it of receipts) {
          if (it.life === life && it.path === event.path && it.fate === "Replied") it.fate = "Kept"
        }
      } else if (event._tag === "StepFailed") {
        for (const it of receipts) if (it.path === event.path && it.fate === "Kept") it.fate = "Void"
      }
    }
    const client = provider.make({
      seed: world.seed,
      latency: kind === "World" ? world.latency : "alike",
      salt: scene.salt,
      manner: scene.manner,
      makesUp: scene.makesUp,
      model: scene.model,
      instead: scene.instead,
      sampleOf: kind === "Edited" ? scene.sampleAfter : scene.sampleOf,
      spoilt,
      life,
      faults,
      budget: end?._tag === "Budget" ? end.calls : Infinity,
      isSheltered: scene.isSheltered,
      isUnbounded: scene.isUnbounded,
      happen: meet,
      counts: true,
      atWork,
      receive: (receipt) => receipts.push(receipt),
      found,
      stop: () => {
        isStopped = true
        machine.kill()
      },
      limit: scene.limit
    })
    const around = Context.empty().pipe(
      Context.add(Clock.Clock, machine.clock),
      Context.add(Random.Random, { nextDoubleUnsafe: random.next, nextIntUnsafe: () => random.int(2 ** 31) }),
      Context.add(Logger.CurrentLoggers, silent)
    )
    const own = Context.mergeAll(
      scene.services,
      around,
      Context.make(LlmClient, client),
      Context.make(Journal, journal.make(kept, write, machine.forever))
    )
    const noise = world.beside
      ? Effect.provideContext(beside(scene, world.seed + life), Context.merge(scene.servicesBeside, around))
      : Effect.void
    const both = Effect.andThen(Effect.forkChild(noise), work)
    // what the steps need is among the services
    const ended = yield* machine.run(both as Effect.Effect<LifeWork, WorkflowError<unknown>>, own)
    most = Math.max(most, happenings)
    for (const it of receipts) {
      if (it.life === life && (it.fate === "Asked" || it.fate === "Replied")) it.fate = "Lost"
    }
    const trace: LifeTrace = {
      before: undefined,
      plan: undefined,
      from,
      ...current,
      to: kept.events.length,
      outcome: undefined,
      fault: undefined,
      kind
    }
    current = {}
    const mayBeHeld = ended._tag === "Endless" && ended.how === "Idle" && !host.buries && host.dead.length > 1
    host.buries ||= mayBeHeld
    if (host.buries) {
      isGone = true
      bury(host)
      isGone = false
    }
    if (mayBeHeld) {
      isHeld = true
      return "Over"
    }
    if (ended._tag === "Endless") {
      const at = [...atWork].at(-1)?.path
      found({
        law: endless,
        path: at,
        expected: "a run ends, or waits for something",
        happened: endlessly[ended.how]
      })
    }
    if (ended._tag === "Done") return finish(trace, ended.exit)
    lives.push(trace)
    return ended._tag === "Killed" && !isStopped ? "Again" : "Over"
  })
  const finish = (trace: LifeTrace, exit: Exit.Exit<LifeWork, WorkflowError<unknown>>) => {
    if (Exit.isSuccess(exit)) {
      const { outcome } = exit.value
      lives.push({ ...trace, outcome })
      say(endInWords(outcome))
      return outcome.ending._tag === "Completed" ? "Over" : "Again"
    }
    const isCancelled = Exit.hasInterrupts(exit)
    const error = Cause.squash(exit.cause)
    const { message, tag } = describeError(error)
    const { tag: reason } = describeError((error as { readonly reason?: unknown }).reason)
    const isJournal = tag === "WorkflowError" && (reason === "JournalError" || reason === "ResultNotRecorded")
    lives.push(isCancelled || isJournal ? trace : { ...trace, fault: message })
    say(isCancelled ? "it ends, cancelled" : `it ends: ${message}`)
    return isCancelled || isJournal ? "Again" : "Over"
  }

  const work = (edit?: Edit) =>
    Effect.gen(function* () {
      let state: WorkflowState
      if (kept.events.length === 0) state = yield* Engine.initialize(workflow, input, { run: runId })
      else {
        state = yield* Engine.load(workflow, runId)
        if (edit !== undefined) state = yield* edit(workflow, state)
        const plan = yield* Engine.plan(workflow, state)
        current = { before: state, plan, from: kept.events.length }
      }
      for (;;) {
        const outcome = yield* Engine.run(workflow, state)
        if (outcome.undecided.length === 0 || outcome.ending._tag !== "Suspended") return { outcome }
        state = outcome.state
        const plan = yield* Engine.plan(workflow, state)
        for (const { action, path, question } of plan) {
          if (action !== "decide" || !outcome.undecided.includes(path)) continue
          // a decision is JSON, or refused by its Schema
          state = yield* Engine.decide(workflow, state, path, scene.decide(path, question) as never)
        }
      }
    })

  say("— life 1 begins")
  for (let i = 0; i < world.lives.length + mostLives; i++) {
    const own = world.lives[i]
    const went = yield* live(own ?? calmLife, own === undefined ? "Peace" : "World", work())
    if (went === "Over") break
    // what it fails with in peace it fails with always
    if (i > world.lives.length && lives.at(-1)?.outcome?.ending._tag === "Failed") break
  }
  const isComplete = () => lives.at(-1)?.outcome?.ending._tag === "Completed"
  if (isComplete() && scene.edit !== undefined) yield* live(calmLife, "Edited", work(scene.edit))
  // of what is done nothing is done again
  if (isComplete() && world.seed % 4 === 0) yield* live(calmLife, "Again", work())
  const { isOutward } = scene
  const { events } = kept
  isAside ||= asksAnother(receipts)
  return { world, input, items, isOutward, isAside, isHeld, lives, events, receipts, broken, lines, happenings: most }
})

/** Whether a step asked the next of its models, since replies of the one before were spoilt. */
const asksAnother = (receipts: ReadonlyArray<Receipt>): boolean =>
  receipts.some(
    ({ fate, model, path }) => fate === "Spoilt" && receipts.some((it) => it.path === path && it.model !== model)
  )

interface LifeWork {
  readonly outcome: Engine.RunOutcome<unknown, unknown>
}
