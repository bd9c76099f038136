// A worker: it says that it is there, takes runs while it has room, works on them, and gives back what it has when it ends.

import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Latch from "effect/Latch"
import * as Predicate from "effect/Predicate"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Engine from "@stepwright/core/Engine"
import { type Asked, Journal, type JournalError, Request, type Service } from "@stepwright/core/Journal"
import { StepExecutor } from "@stepwright/core/StepExecutor"
import type * as Workflow from "@stepwright/core/Workflow"
import { describeError, type WorkflowError } from "@stepwright/core/WorkflowError"
import type { About } from "./about.ts"
import { definitionOf } from "./definition.ts"
import * as Items from "./items.ts"
import * as helds from "./held.ts"
import { Ledger } from "./ledger.ts"
import { Owned } from "./owned.ts"
import type { Said } from "./said.ts"
import * as statements from "./statements.ts"

/** Times of a worker. **Units** milliseconds */
export interface Times {
  /** How long it may be silent before its runs are taken by others. */
  readonly lease: number
  /** How often it says that it is there. */
  readonly beat: number
  /** How often it looks for runs while it has room. */
  readonly poll: number
  /** How long it lets its runs end when it is to end. */
  readonly drain: number
}

export interface Options<Steps, R> {
  readonly workflows: ReadonlyArray<Workflow.Workflow<never, unknown, unknown, Steps>>
  readonly slots: number
  /** How many heavy steps it does at a time, of whichever run. */
  readonly heavy: number
  readonly build: string | undefined
  readonly times: Times
  /** What it says of itself. */
  readonly about: Pick<About, "host" | "pid" | "version">
  /** What goes around the work on a run, and gives its steps what they need. */
  readonly around: Around<Steps, R>
  readonly says: (said: Said) => Effect.Effect<void>
}

export type Around<Steps, R> = <A, E>(run: string, work: Effect.Effect<A, E, Steps>) => Effect.Effect<A, unknown, R>

/** For how many beats a worker must have been heard of before it takes from others, and leaves to them what they took. */
const beats = 2

const decodeRequest = Schema.decodeUnknownResult(Schema.fromJsonString(Request))

/** Works until its scope ends. */
export const make = Effect.fnUntraced(function* <Steps, R>({
  about,
  around,
  build,
  heavy,
  says,
  slots,
  times,
  workflows
}: Options<Steps, R>) {
  const ledger = yield* Ledger
  const owned = yield* Owned
  const clock = yield* Clock.Clock
  const name = `${about.host ?? "worker"}-${about.pid ?? 0}-${(yield* Random.nextIntBetween(0, 36 ** 6)).toString(36)}`
  const known = new Map<string, Workflow.Workflow<never, unknown, unknown, Steps>>()
  const definitions: Record<string, string> = {}
  for (const workflow of workflows) {
    const definition = yield* definitionOf(workflow, build)
    known.set(definition, workflow)
    definitions[workflow.name] = definition
  }

  const items = yield* Items.make({ worker: name, idle: times.poll })

  const fibers = yield* FiberMap.make<string, void, never>()
  const fork = yield* FiberMap.runtime(fibers)<R>()
  /** What is asked of the runs that it has. */
  const asked = new Map<string, Queue.Queue<Asked>>()
  /** What is asked, by its id, with the run: each is handed on once. */
  const answering = new Map<string, string>()
  /** Runs that somebody has cancelled, which end with what is on its way: their end is the answer. */
  const cancelled = new Set<string>()
  /** Runs that were taken from here, until they may be taken again. */
  const lost = new Map<string, number>()
  /** Opened when there may be something to take at once. */
  const room = yield* Latch.make()
  let takes = 0
  let isDraining = false
  const steady = beats * times.beat

  const beat = Effect.suspend(() => {
    const said: About = { ...about, slots, definitions, ...(isDraining && { isDraining }) }
    // a connection that is cut off must not take the whole lease
    const patience = times.beat
    return ledger.query(statements.beat, [name, times.lease, steady, JSON.stringify(said)], patience)
  })

  const workOn = Effect.fnUntraced(function* (
    run: string,
    epoch: string,
    size: number,
    definition: string,
    workflow: Workflow.Workflow<never, unknown, unknown, Steps>
  ) {
    const inbox = yield* Queue.unbounded<Asked>()
    asked.set(run, inbox)
    const held = helds.make(ledger, { run, epoch, size, status: "RUNNING" })
    owned.own(run, epoch)
    const journal: Service = { ...helds.journalOf(ledger, held), requests: () => Stream.fromQueue(inbox) }
    const work = Effect.flatMap(Engine.load(workflow, run), (state) =>
      Engine.run(workflow, state, { onInterrupt: "leave" })
    )
    yield* says({ _tag: "Took", run, workflow: workflow.name, events: size })
    yield* around(run, work).pipe(
      Effect.provideService(Journal, journal),
      Effect.provideService(StepExecutor, items.executor({ run, epoch, definition })),
      Effect.onExit((exit) => {
        // a defect, or a cancellation, ends it too
        const status = held.ended()
        if (status !== undefined) return says({ _tag: "Ended", run, status })
        return exit._tag === "Success" ? Effect.void : gaveUp(held, exit.cause)
      }),
      Effect.annotateLogs({ run }),
      Effect.ignoreCause,
      Effect.ensuring(
        Effect.suspend(() => {
          asked.delete(run)
          cancelled.delete(run)
          for (const [key, of] of answering) if (of === run) answering.delete(key)
          owned.disown(run, epoch)
          return room.open
        })
      )
    )
  })

  /** What becomes of a run that was not worked on to its end. */
  const gaveUp = (held: helds.Held, cause: Cause.Cause<unknown>) => {
    const { epoch, run } = held
    if (Cause.hasInterrupts(cause) && cancelled.has(run)) {
      // it was to end before this worker was
      const at = Math.floor(clock.currentTimeMillisUnsafe())
      return Effect.ignore(held.append({ _tag: "RunEnded", status: "CANCELLED", orphaned: [], at }))
    }
    if (Cause.hasInterrupts(cause)) {
      return givenBack(statements.release, [run, epoch], { _tag: "GaveBack", run })
    }
    const error = Cause.squash(cause)
    if (isFenced(error)) {
      lost.set(run, clock.currentTimeMillisUnsafe() + steady)
      return says({ _tag: "Lost", run })
    }
    const { message } = describeError(error)
    return givenBack(statements.rests, [run, epoch, message], { _tag: "Rests", run, why: message })
  }

  /** Gives a run back, after all that it has still to write: that is refused from then on. */
  const givenBack = (statement: string, values: ReadonlyArray<unknown>, said: Said) =>
    ledger.written.pipe(Effect.andThen(Effect.ignore(ledger.query(statement, values))), Effect.andThen(says(said)))

  const take = Effect.gen(function* () {
    const now = clock.currentTimeMillisUnsafe()
    for (const [run, until] of lost) if (until <= now) lost.delete(run)
    const free = slots - asked.size
    if (free <= 0 || isDraining) return
    const without = [...asked.keys(), ...lost.keys()]
    const rows = yield* ledger.query(statements.take, [name, [...known.keys()], without, free, steady, ++takes])
    for (const [run, epoch, size, definition] of rows) {
      const workflow = known.get(String(definition))
      // the statement takes what is known only
      if (workflow === undefined) continue
      fork(String(run), workOn(String(run), String(epoch), Number(size), String(definition), workflow))
    }
  })

  /** Hands what is asked to the runs, each once. */
  const hear = Effect.gen(function* () {
    if (asked.size === 0) return
    for (const [id, run, text] of yield* ledger.query(statements.asked, [[...asked.keys()]])) {
      const key = String(id)
      const inbox = asked.get(String(run))
      if (inbox === undefined || answering.has(key)) continue
      answering.set(key, String(run))
      const answer: Asked["answer"] = (given) =>
        Effect.ignore(ledger.query(statements.answer, [key, JSON.stringify(given)]))
      const request = decodeRequest(text)
      if (Result.isSuccess(request)) {
        const isCancel = request.success._tag === "Cancel"
        if (isCancel) cancelled.add(String(run))
        Queue.offerUnsafe(inbox, { request: request.success, answer: isCancel ? () => Effect.void : answer })
      } else yield* answer({ isDone: false, detail: `it cannot be read: ${request.failure.message}` })
    }
  })

  const bury = ledger.query(statements.bury, [name, steady])

  const loop = <R2>(work: Effect.Effect<unknown, unknown, R2>, pause: Effect.Effect<unknown>) =>
    Effect.forever(
      Effect.andThen(
        Effect.catchCause(work, (cause) =>
          Cause.hasInterrupts(cause) ? Effect.failCause(cause as Cause.Cause<never>) : Effect.logError(cause)
        ),
        pause
      )
    )

  const pause = Effect.andThen(
    Effect.timeoutOption(room.await, times.poll),
    Effect.sync(() => room.closeUnsafe())
  )

  yield* beat
  yield* says({ _tag: "Joined", worker: name, slots, definitions })
  yield* Effect.forkScoped(loop(beat, Effect.sleep(times.beat)))
  yield* Effect.forkScoped(loop(Effect.andThen(hear, take), pause))
  yield* Effect.forkScoped(loop(bury, Effect.sleep(times.beat)))
  if (heavy > 0) {
    const beside: Around<Steps, R> = (run, work) =>
      Effect.provideService(around(run, work), Journal, helds.readOnly(ledger))
    yield* Effect.forkScoped(
      loop(items.work({ slots: heavy, workflows: known, around: beside }), Effect.sleep(times.poll))
    )
  }
  // before these end
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      isDraining = true
      // a database that is away is not waited for
      yield* Effect.ignore(Effect.timeoutOption(beat, times.beat))
      if (asked.size > 0) {
        yield* says({ _tag: "Drains", runs: [...asked.keys()], atMost: times.drain })
        yield* Effect.timeoutOption(FiberMap.awaitEmpty(fibers), times.drain)
      }
      yield* ledger.end
      yield* FiberMap.clear(fibers)
      yield* Effect.ignore(ledger.query(statements.leave, [name]))
    })
  )
  return name
})

/** Whether somebody else has the run, as its journal tells. */
const isFenced = (error: unknown): boolean => {
  const reason = Predicate.isTagged(error, "WorkflowError") ? (error as WorkflowError).reason : error
  return Predicate.isTagged(reason, "JournalError") && (reason as JournalError).reason === "Fenced"
}
