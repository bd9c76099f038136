// Whether a function of the user's is one: it gives the same whenever it is called with the same, and changes nothing of it.

import { watched } from "../../internal/walk/hole.ts"
import { holds, own } from "../../internal/json/own.ts"
import * as Result from "effect/Result"
import { during, type Moment } from "./base/globals.ts"
import { seeded } from "../internal/random.ts"
import { type Broken, told } from "./base/trace.ts"
import { difference } from "./base/same.ts"

/** Who watches the functions of a workflow. */
export interface Watch {
  /** Whether functions are looked at now. */
  isProbing: boolean
  /** The first version of what is outside to which something else is held. */
  isChanged: boolean
  /** What functions gave when what is outside was as it is in every world, by what they were given. */
  readonly memory: Map<string, unknown>
  /** A day like this one, in milliseconds since 1970. */
  readonly today: number
  found: (broken: Broken) => void
}

const day = 86_400_000

/** Days at which a function is called, from today on: of every weekday, soon and late. */
const days = [0, 1, 3, 5, 9, 32, 100, 400, 15_000]

/** Moments at which little is alike: years, months, weekdays, hours, and what is past or to come then. */
const momentsOf = (today: number): ReadonlyArray<Moment> =>
  [1_000_000_000_000, 1_500_040_012_345, ...days.map((it, i) => today + (it + i * 0.377) * day)].map((now, i) => {
    const at = Math.floor(now)
    return { now: () => at, random: seeded(i + 1).next }
  })

const purity = "functions are pure"
const inPlace = "inputs stay as they are"

/** A copy of a value, where it has one: a hole in it has none. */
const copyOf = (value: unknown): { readonly value: unknown } | undefined => {
  const copied = watched(() => own(value))
  return Result.isSuccess(copied) ? { value: copied.success } : undefined
}

export const changed = (path: string, what: string, before: unknown, after: unknown): Broken | undefined => {
  const differ = difference(before, after)
  if (differ === undefined) return undefined
  const { expected, happened } = told(differ, "what it is given")
  return { law: inPlace, path, expected: `${what} changes nothing: ${expected}`, happened: `afterwards ${happened}` }
}

/** What two calls of a function gave, held against each other. */
const compare = (watch: Watch, path: string, what: string, first: unknown, second: unknown): boolean => {
  const differ = difference(first, second)
  if (differ === undefined) return false
  const { expected, happened } = told(differ, "its result")
  watch.found({
    law: purity,
    path,
    expected: `${what} gives the same whenever it is given the same: ${expected}`,
    happened: `called again, at another time, ${happened}: it looks at a clock, at random numbers, or at a variable outside`
  })
  return true
}

/** Calls a function at moment after moment, until it gives something else than it gave. */
const elsewhen = (watch: Watch, path: string, what: string, first: unknown, again: () => unknown): void => {
  const [, ...moments] = momentsOf(watch.today)
  for (const moment of moments) {
    const called = watched(() => during(moment, again))
    const result = Result.isSuccess(called) ? called.success : called.failure
    const both = watched(() => compare(watch, path, what, first, result))
    if (Result.isFailure(both) || both.success) return
  }
}

const first = <A>(watch: Watch, call: () => A): A => during(momentsOf(watch.today)[0]!, call)

/** Many, so that no workflow of any size is held in memory. */
const mostRemembered = 20_000

/** Holds what a function gives against what it gave when another thing was outside. */
const recall = (watch: Watch, path: string, what: string, given: () => unknown, result: unknown): void => {
  const key = watched(() => JSON.stringify([path, what, given()]))
  if (Result.isFailure(key)) return
  if (!watch.isChanged) {
    const kept = watch.memory.size < mostRemembered ? copyOf(result) : undefined
    if (kept !== undefined && !watch.memory.has(key.success)) watch.memory.set(key.success, kept.value)
    return
  }
  if (!watch.memory.has(key.success)) return
  const differ = watched(() => difference(watch.memory.get(key.success), result))
  if (Result.isFailure(differ) || differ.success === undefined) return
  const { expected, happened } = told(differ.success, "its result")
  watch.found({
    law: purity,
    path,
    expected: `${what} gives the same whenever it is given the same: ${expected}`,
    happened: `after a change outside ${happened}: it reads what it is not given`
  })
}

/** An object whose values, once read, are the reader's own, and known as they were. */
const reader = (scope: object, known: Map<PropertyKey, unknown>) => {
  const read = new Map<PropertyKey, unknown>()
  const isNew = known.size === 0
  const seen = new Proxy(scope, {
    get: (scope, name) => {
      if (read.has(name)) return read.get(name)
      const before = known.get(name)
      const value: unknown = before === undefined ? Reflect.get(scope, name) : own(before)
      read.set(name, value)
      if (isNew && typeof value === "object" && value !== null) {
        const copy = copyOf(value)
        if (copy !== undefined) known.set(name, copy.value)
      }
      return value
    }
  })
  return { seen, read }
}

/** A function of a scope, called twice where somebody watches. */
export const ofScope =
  (watch: Watch, path: string, what: string, select: (scope: unknown) => unknown) =>
  (scope: unknown): unknown => {
    if (!watch.isProbing) return select(scope)
    if (typeof scope !== "object" || scope === null || Array.isArray(scope)) {
      return ofValue(watch, path, what, select)(scope)
    }
    const known = new Map<PropertyKey, unknown>()
    const before = reader(scope, known)
    const result = first(watch, () => select(before.seen))
    for (const [name, value] of known) {
      const broken = changed(path, what, { [name]: value }, { [name]: before.read.get(name) })
      if (broken !== undefined) watch.found(broken)
    }
    const settled = (value: unknown, seen: object) => {
      const isScope = (value: object) => value === seen
      if (value === seen) return scope
      // who looks for that reads nothing of what is not there yet: the function may not have
      const held = watched(() => holds(value, isScope))
      return Result.isSuccess(held) && held.success
        ? own(value, (value) => (isScope(value) ? scope : undefined))
        : value
    }
    const its = settled(result, before.seen)
    elsewhen(watch, path, what, its, () => {
      const { seen } = reader(scope, known)
      return settled(select(seen), seen)
    })
    recall(
      watch,
      path,
      what,
      () => [...before.read].map(([name, value]) => [String(name), known.get(name) ?? value]),
      its
    )
    return its
  }

/** Likewise a function of a value. */
export const ofValue =
  (watch: Watch, path: string, what: string, select: (value: unknown) => unknown) =>
  (value: unknown): unknown => {
    const before = watch.isProbing ? copyOf(value) : undefined
    if (before === undefined) return select(value)
    const result = first(watch, () => select(value))
    const broken = changed(path, what, before.value, value)
    if (broken !== undefined) watch.found(broken)
    elsewhen(watch, path, what, result, () => select(own(before.value)))
    recall(watch, path, what, () => before.value, result)
    return result
  }

/** Calls something at many moments, and gives the first result. */
export const often = <A>(
  watch: Watch,
  path: string,
  what: string,
  call: () => A,
  partOf: (result: A) => unknown
): A => {
  const result = first(watch, call)
  elsewhen(watch, path, what, partOf(result), () => partOf(call()))
  return result
}
