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
import { during, type Moment, pause, realNow } from "./globals.ts"
import { makeOutside, makePlatform, type Platform } from "./outside.ts"

/** The machine that processes run on, one after another: its clock goes on. */
export interface Machine extends Moment {
  readonly clock: Clock.Clock
  /** Runs work until it is done, killed, or goes on without an end; `undefined` where it did not come to one. */
  readonly run: <A, E, R>(work: Effect.Effect<A, E, R>, context: Context.Context<R>) => Effect.Effect<Ended<A, E>>
  /** Ends what runs, at once. */
  readonly kill: () => void
  /** Where a process stands still until it is killed. */
  readonly forever: Effect.Effect<never>
  /** Interrupts what runs, as a person does who cancels it. */
  readonly cancel: () => void
  /** Tells that something happened: what goes on without that has no end. */
  readonly note: () => void
}

export type Ended<A, E> =
  | { readonly _tag: "Done"; readonly exit: Exit.Exit<A, E> }
  | { readonly _tag: "Killed" }
  /** It goes on and on, or waits for what never comes. */
  | { readonly _tag: "Endless"; readonly how: "Busy" | "Idle" | "Late" }

interface Sleeper {
  readonly at: number
  readonly execution: Execution | undefined
  readonly wake: () => void
}

interface Life {
  /** Goes on with what stands still. */
  readonly still: Array<() => void>
  readonly tasks: Array<() => void>
  readonly sleepers: Array<Sleeper>
  isOver: boolean
  isBuried: boolean
  isPumping: boolean
  isQueued: boolean
  /** How many turns there were since something happened. */
  turns: number
  kill: () => void
  cancel: () => void
}

/** How many turns of its fibers a process may take until something happens. */
const mostTurns = 20_000

/** How far ahead of its start the clock of a process may come, in milliseconds: who waits longer waits for ever. */
const longest = 100 * 365 * 86_400_000

/** How many turns of the real event loop a process lets pass before it waits without making haste. */
const hasty = 100

/** How many it waits for what may be under way where nothing tells of it, before its own clock goes on. */
const most = 1000

/** The least time that is waited, in milliseconds. */
const least = 20

/** The real process in which those of all worlds are. */
export interface Host {
  /** What was under way before they began is not waited for. */
  readonly platform: Platform
  /** How long real time may last; what it was waited for in vain once is waited for half as long. */
  readonly patience: Patience
  /** Those that were killed of late. */
  readonly dead: Array<() => void>
  /**
   * Whether finalizers of those that were killed run, so that what these held in memory, like a permit, is free as it is
   * when a process ends: where one waits for what a dead one holds.
   */
  buries: boolean
}

/** In milliseconds. */
export interface Patience {
  /** Until what is known to be under way comes. */
  known: number
  /** Until anything comes, where nothing else is left to wait for. */
  unknown: number
}

export const makeHost = (): Host => ({
  platform: makePlatform(),
  patience: { known: 5000, unknown: 3000 },
  dead: [],
  buries: false
})

/** How many that were killed are known. */
const mostDead = 50

/** Frees what those hold that were killed. */
export const bury = ({ dead }: Host): void => {
  for (const it of dead.splice(0)) it()
}

const live = new Scheduler.MixedScheduler()

/** `atWork` are the executions of functions that may wait for what is outside. */
export const makeMachine = (
  epoch: number,
  random: () => number,
  atWork: ReadonlySet<Execution>,
  host: Host
): Machine => {
  const { patience, platform } = host
  let now = epoch
  let life: Life | undefined
  /** It, and when it is over, until the next begins. */
  let latest: Life | undefined
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
    if (!life.isPumping && !life.isOver) later(life, queueLive)
  }
  /** Goes on at another turn of the real event loop: at one, however many ask for it. */
  const later = (life: Life, at: (work: () => void) => void) => {
    if (life.isQueued) return
    life.isQueued = true
    at(() => {
      life.isQueued = false
      pump(life)
    })
  }

  const run = <A, E, R>(work: Effect.Effect<A, E, R>, context: Context.Context<R>): Effect.Effect<Ended<A, E>> =>
    Effect.callback<Ended<A, E>>((resume) => {
      const own: Life = {
        still: [],
        tasks: [],
        sleepers: [],
        isOver: false,
        isBuried: false,
        isPumping: false,
        isQueued: false,
        turns: 0,
        kill: () => end({ _tag: "Killed" }),
        cancel: () => fiber?.interruptUnsafe()
      }
      life = latest = own
      let fiber: Fiber.Fiber<A, E> | undefined
      const outside = makeOutside()
      const isUnderWay = () => outside.isAwaited() || (atWork.size > 0 && platform.isAtWork())
      /** When it began to wait for what is outside, by the clock on the wall, and how many turns it has since. */
      let waiting: { readonly since: number; turns: number } | undefined
      /** Whether it waits on; `kind` says for how long at most. */
      const waits = (kind: keyof Patience | "turns", again: (at: (work: () => void) => void) => void): boolean => {
        waiting ??= { since: realNow(), turns: 0 }
        waiting.turns++
        if (kind === "turns" ? waiting.turns > most : realNow() - waiting.since > patience[kind]) {
          waiting = undefined
          if (kind !== "turns") patience[kind] = Math.max(least, patience[kind] / 2)
          if (kind === "known") {
            outside.giveUp()
            platform.giveUp()
          }
          return false
        }
        again(kind === "turns" || waiting.turns < hasty ? queueLive : pause)
        return true
      }
      const end = (ended: Ended<A, E>) => {
        if (own.isOver) return
        own.isOver = true
        own.sleepers.length = 0
        if (life === own) life = undefined
        if (ended._tag !== "Done") {
          host.dead.push(free)
          if (host.dead.length > mostDead) host.dead.shift()
        }
        waiting = undefined
        // what a process left under way comes to its end before the next one begins
        const leave = () => {
          if (!isUnderWay() || !waits("known", (at) => at(leave))) resume(Effect.succeed(ended))
        }
        // and nothing goes on in the midst of what ends it
        queueLive(leave)
      }
      const dispatcher = {
        scheduleTask: (task: () => void) => {
          own.tasks.push(task)
          wakeUp(own)
        },
        flush: () => {}
      }
      const scheduler: Scheduler.Scheduler = {
        executionMode: "async",
        // what comes from outside waits for its turn, which in a process that is dead never comes
        shouldYield: (fiber) => {
          outside.goesOn(fiber)
          return (own.isOver && !own.isBuried) || !own.isPumping || fiber.currentOpCount >= 2048
        },
        makeDispatcher: () => dispatcher
      }
      const began = now
      const again = (at: (work: () => void) => void) => later(own, at)
      /** Whether time stands still, as something outside may come. */
      const isHeld = (isLast: boolean): boolean => {
        if (isUnderWay() && waits("known", again)) return true
        const mayCome = [...atWork].some(
          (execution) => !own.sleepers.some((sleeper) => sleeper.execution === execution)
        )
        return mayCome && waits(isLast ? "unknown" : "turns", again)
      }
      const turn = () => {
        while (!own.isOver) {
          const { tasks } = own
          if (tasks.length > 0) {
            waiting = undefined
            // what these tasks schedule comes after them
            for (const task of tasks.splice(0)) if (!own.isOver) task()
          } else {
            const next = own.sleepers[0]
            if (isHeld(next === undefined)) return
            waiting = undefined
            if (next === undefined) return end({ _tag: "Endless", how: "Idle" })
            if (next.at - began > longest) return end({ _tag: "Endless", how: "Late" })
            own.sleepers.shift()
            now = next.at
            next.wake()
          }
          if (++own.turns > mostTurns) end({ _tag: "Endless", how: "Busy" })
        }
      }
      const free = () => {
        const before = latest
        latest = own
        own.isBuried = true
        pumping(() => {
          fiber?.interruptUnsafe()
          for (let i = 0; i < mostTurns && own.tasks.length + own.still.length > 0; i++) {
            for (const goOn of [...own.still.splice(0), ...own.tasks.splice(0)]) goOn()
          }
        })
        own.isBuried = false
        own.tasks.length = own.still.length = 0
        latest = before
      }
      const pumping = (work: () => void) => {
        own.isPumping = true
        during(moment, work, outside.awaits)
        own.isPumping = false
      }
      pump = (life) => {
        if (life === own && !own.isPumping && !own.isOver) pumping(turn)
      }
      pumping(() => {
        fiber = Effect.runForkWith(context)(work, { scheduler })
      })
      fiber?.addObserver((exit) => end({ _tag: "Done", exit }))
      pump(own)
    })

  return {
    ...moment,
    clock,
    run,
    kill: () => life?.kill(),
    forever: Effect.callback<never>((resume) => {
      latest?.still.push(() => resume(Effect.interrupt))
    }),
    cancel: () => life?.cancel(),
    note: () => {
      if (life !== undefined) life.turns = 0
    }
  }
}

/** Does something at the next turn of the real event loop. */
const queueLive = (work: () => void) => live.makeDispatcher().scheduleTask(work, 0)
