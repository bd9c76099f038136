// Whether a function of the user's is one: it gives the same whenever it is called with the same, and changes nothing of it.

import { watched } from "../../internal/walk/hole.ts"
import { holds, own } from "../../internal/json/own.ts"
import * as Result from "effect/Result"
import { during, type Moment } from "./base/globals.ts"
import { seeded } from "../internal/random.ts"
import { type Broken, told } from "./trace.ts"
import { difference } from "./base/same.ts"

/** Who watches the functions of a workflow. */
export interface Watch {
  /** Whether functions are looked at now. */
  isProbing: boolean
  found: (broken: Broken) => void
}

/** Two moments at which nothing is alike. */
const moments: readonly [Moment, Moment] = [
  { now: () => 1_000_000_000_000, random: seeded(1).next },
  { now: () => 1_500_000_012_345, random: seeded(2).next }
]

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
const compare = (watch: Watch, path: string, what: string, first: unknown, second: unknown): void => {
  const differ = difference(first, second)
  if (differ === undefined) return
  const { expected, happened } = told(differ, "its result")
  watch.found({
    law: purity,
    path,
    expected: `${what} gives the same whenever it is given the same: ${expected}`,
    happened: `called again, at another time, ${happened}: it looks at a clock, at random numbers, or at a variable outside`
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
    const first = reader(scope, known)
    const result = during(moments[0], () => select(first.seen))
    for (const [name, before] of known) {
      const broken = changed(path, what, { [name]: before }, { [name]: first.read.get(name) })
      if (broken !== undefined) watch.found(broken)
    }
    const second = reader(scope, known)
    const again = watched(() => during(moments[1], () => select(second.seen)))
    const isScope = (value: object) => value === first.seen || value === second.seen
    const settled = (value: unknown) =>
      value === first.seen || value === second.seen
        ? scope
        : holds(value, isScope)
          ? own(value, (value) => (isScope(value) ? scope : undefined))
          : value
    if (Result.isSuccess(again)) {
      const both = watched(() => compare(watch, path, what, settled(result), settled(again.success)))
      if (Result.isFailure(both)) return settled(result)
    } else compare(watch, path, what, result, again.failure)
    return settled(result)
  }

/** Likewise a function of a value. */
export const ofValue =
  (watch: Watch, path: string, what: string, select: (value: unknown) => unknown) =>
  (value: unknown): unknown => {
    const before = watch.isProbing ? copyOf(value) : undefined
    if (before === undefined) return select(value)
    const given = copyOf(before.value)
    const result = during(moments[0], () => select(value))
    const broken = changed(path, what, before.value, value)
    if (broken !== undefined) watch.found(broken)
    const again = watched(() => during(moments[1], () => select(given?.value)))
    compare(watch, path, what, result, Result.isSuccess(again) ? again.success : again.failure)
    return result
  }

/** Calls something twice, at two moments, and gives the first result. */
export const twice = <A>(
  watch: Watch,
  path: string,
  what: string,
  call: () => A,
  partOf: (result: A) => unknown
): A => {
  const result = during(moments[0], call)
  const again = watched(() => during(moments[1], call))
  compare(watch, path, what, partOf(result), Result.isSuccess(again) ? partOf(again.success) : again.failure)
  return result
}
