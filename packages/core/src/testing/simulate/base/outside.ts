// What is under way outside of a process, which no clock of a world may run ahead of: promises that its fibers wait for,
// and, where the platform tells of them, what it does for callbacks: files, sockets, child processes.

import * as Fiber from "effect/Fiber"
import type * as Scheduler from "effect/Scheduler"

type AnyFiber = Parameters<Scheduler.Scheduler["shouldYield"]>[0]

export interface Outside {
  /** A promise is waited for, by the fiber that runs; what it gives is called once the promise is settled. */
  readonly awaits: () => () => void
  /** A fiber goes on: it waits for nothing. */
  readonly goesOn: (fiber: AnyFiber) => void
  readonly isAwaited: () => boolean
  /** Nobody waits any longer for what is under way now. */
  readonly giveUp: () => void
}

/** What the platform does for whoever is tried. */
export interface Platform {
  readonly isAtWork: () => boolean
  /** What it does now counts no longer. */
  readonly giveUp: () => void
}

/** Timers may be anybody's, and ports between threads are there for good. */
const isIdle = (name: string) => /Timeout|Immediate|Port/u.test(name)

/** How many requests, sockets and processes the platform has open, of each kind; none where it does not say. */
const resources = (): ReadonlyMap<string, number> => {
  const process: unknown = Reflect.get(globalThis, "process")
  const list: unknown =
    typeof process === "object" && process !== null ? Reflect.get(process, "getActiveResourcesInfo") : undefined
  const names: unknown = typeof list === "function" ? Reflect.apply(list, process, []) : []
  const counts = new Map<string, number>()
  if (!Array.isArray(names)) return counts
  for (const name of names.map(String)) if (!isIdle(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** What it does from now on, but for what it did before. */
export const makePlatform = (): Platform => {
  let before = resources()
  return {
    isAtWork: () => {
      const now = resources()
      // what has come to its end has no part in what is there later
      before = new Map([...before].map(([name, count]) => [name, Math.min(count, now.get(name) ?? 0)]))
      return [...now].some(([name, count]) => count > (before.get(name) ?? 0))
    },
    giveUp: () => {
      before = resources()
    }
  }
}

/** The promises that fibers wait for from now on. */
export const makeOutside = (): Outside => {
  const waiting = new Map<AnyFiber, object>()
  return {
    awaits: () => {
      const fiber = Fiber.getCurrent()
      if (fiber === undefined) return () => {}
      // of the promises that it looks at, it waits for the last
      const its = {}
      waiting.set(fiber, its)
      return () => {
        if (waiting.get(fiber) === its) waiting.delete(fiber)
      }
    },
    goesOn: (fiber) => {
      if (waiting.size > 0) waiting.delete(fiber)
    },
    isAwaited: () => waiting.size > 0,
    giveUp: () => waiting.clear()
  }
}
