// A process that a run lives in: its fibers, its clock, its end. All that is ready runs at once; when nothing is, time goes
// on to the next who sleeps. A process that is killed runs no finalizer, as if its machine had lost its power.
// `TestClock` would do as a clock, but it goes on by steps that its test chooses, and waits for fibers by a real timer.

import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Duration_ from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import { Execution } from "./execution.ts"
import { during, type Moment } from "./globals.ts"

/** The machine that processes run on, one after another: its clock goes on. */
export interface Machine extends Moment {
  readonly clock: Clock.Clock
  /** Runs work until it is done, killed, or goes on without an end; `undefined` where it did not come to one. */
  readonly run: <A, E, R>(work: Effect.Effect<A, E, R>, context: Context.Context<R>) => Effect.Effect<Ended<A, E>>
  /** Ends what runs, at once. */
  readonly kill: () => void
  /** Interrupts what runs, as a person does who cancels it. */
  readonly cancel: () => void
  /** Tells that something happened: what goes on without that has no end. */
  readonly note: () => void
}

export type Ended<A, E> =
  | { readonly _tag: "Done"; readonly exit: Exit.Exit<A, E> }
  | { readonly _tag: "Killed" }
  /** It goes on and on, or waits for what never comes. */
  | { readonly _tag: "Endless"; readonly isIdle: boolean }

interface Sleeper {
  readonly at: number
  readonly execution: Execution | undefined
  readonly wake: () => void
}

interface Life {
  readonly tasks: Array<() => void>
  readonly sleepers: Array<Sleeper>
  isOver: boolean
  isPumping: boolean
  /** How many turns there were since something happened. */
  turns: number
  kill: () => void
  cancel: () => void
}

/** How many turns of its fibers a process may take until something happens. */
const mostTurns = 20_000

/** How many turns of the real event loop a process waits for what is outside of it before its own clock goes on. */
const patience = 1000

/** How many it waits where nothing else is left to wait for. */
const mostPatience = 1_000_000

const live = new Scheduler.MixedScheduler()

export const makeMachine = (epoch: number, random: () => number, isOutside: () => ReadonlySet<Execution>): Machine => {
  let now = epoch
  let life: Life | undefined
  const moment: Moment = { now: () => now, random }

  const sleep = (duration: Duration.Duration): Effect.Effect<void> =>
    Effect.withFiber((fiber) =>
      Effect.callback<void>((resume) => {
        const here = life
        const millis = Duration_.toMillis(duration)
        if (here === undefined || millis === Infinity) return
        const sleeper = {
          at: now + Math.max(0, millis),
          execution: fiber.getRef(Execution),
          wake: () => resume(Effect.void)
        }
        const later = here.sleepers.findIndex(({ at }) => at > sleeper.at)
        here.sleepers.splice(later === -1 ? here.sleepers.length : later, 0, sleeper)
        wakeUp(here)
        return Effect.sync(() => {
          const at = here.sleepers.indexOf(sleeper)
          if (at >= 0) here.sleepers.splice(at, 1)
        })
      })
    )

  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => now,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanosUnsafe: () => BigInt(Math.floor(now)) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(Math.floor(now)) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => BigInt(Math.floor(now)) * 1_000_000n,
    monotonicTimeNanos: Effect.sync(() => BigInt(Math.floor(now)) * 1_000_000n),
    sleep
  }

  let pump: (life: Life) => void = () => {}
  const wakeUp = (life: Life) => {
    if (!life.isPumping && !life.isOver) queueLive(() => pump(life))
  }

  const run = <A, E, R>(work: Effect.Effect<A, E, R>, context: Context.Context<R>): Effect.Effect<Ended<A, E>> =>
    Effect.callback<Ended<A, E>>((resume) => {
      const own: Life = {
        tasks: [],
        sleepers: [],
        isOver: false,
        isPumping: false,
        turns: 0,
        kill: () => end({ _tag: "Killed" }),
        cancel: () => fiber?.interruptUnsafe()
      }
      life = own
      let fiber: Fiber.Fiber<A, E> | undefined
      const end = (ended: Ended<A, E>) => {
        if (own.isOver) return
        own.isOver = true
        own.tasks.length = own.sleepers.length = 0
        if (life === own) life = undefined
        resume(Effect.succeed(ended))
      }
      const dispatcher = {
        scheduleTask: (task: () => void) => {
          if (own.isOver) return
          own.tasks.push(task)
          wakeUp(own)
        },
        flush: () => {}
      }
      const scheduler: Scheduler.Scheduler = {
        executionMode: "async",
        shouldYield: (fiber) => fiber.currentOpCount >= 2048,
        makeDispatcher: () => dispatcher
      }
      let waited = 0
      pump = (life) => {
        if (life !== own || own.isPumping || own.isOver) return
        own.isPumping = true
        during(moment, () => {
          while (!own.isOver) {
            const { tasks } = own
            if (tasks.length > 0) {
              waited = 0
              // what these tasks schedule comes after them
              for (const task of tasks.splice(0)) if (!own.isOver) task()
              if (++own.turns > mostTurns) end({ _tag: "Endless", isIdle: false })
              continue
            }
            const next = own.sleepers[0]
            // what waits for something outside takes no time here
            const isWaiting = [...isOutside()].some(
              (execution) => !own.sleepers.some((sleeper) => sleeper.execution === execution)
            )
            if (isWaiting && waited < (next === undefined ? mostPatience : patience)) {
              waited++
              queueLive(() => pump(own))
              return
            }
            if (next === undefined) return end({ _tag: "Endless", isIdle: true })
            own.sleepers.shift()
            now = next.at
            next.wake()
            if (++own.turns > mostTurns) end({ _tag: "Endless", isIdle: false })
          }
        })
        own.isPumping = false
      }
      own.isPumping = true
      fiber = during(moment, () => Effect.runForkWith(context)(work, { scheduler }))
      own.isPumping = false
      fiber.addObserver((exit) => end({ _tag: "Done", exit }))
      pump(own)
    })

  return {
    ...moment,
    clock,
    run,
    kill: () => life?.kill(),
    cancel: () => life?.cancel(),
    note: () => {
      if (life !== undefined) life.turns = 0
    }
  }
}

/** Does something at the next turn of the real event loop. */
const queueLive = (work: () => void) => live.makeDispatcher().scheduleTask(work, 0)
