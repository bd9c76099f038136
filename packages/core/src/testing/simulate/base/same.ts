import * as Equal from "effect/Equal"
import * as Formatter from "effect/Formatter"
import * as Predicate from "effect/Predicate"

/** Where two values differ first, and what is there. */
export interface Difference {
  readonly place: string
  readonly expected: string
  readonly found: string
}

const longest = 160

/** A value in a line of text. */
export const show = (value: unknown): string => {
  const text = Formatter.format(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

/** Two texts, each from a little before where they differ. */
const showBoth = (a: unknown, b: unknown): readonly [string, string] => {
  if (typeof a !== "string" || typeof b !== "string") return [show(a), show(b)]
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  const from = Math.max(0, at - 40)
  const part = (text: string) => (from === 0 ? show(text) : `…${show(text.slice(from))}`)
  return [part(a), part(b)]
}

/** The members of an object that say something; the names of a map or of an error are theirs too. */
const membersOf = (value: object): ReadonlyMap<unknown, unknown> => {
  if (value instanceof Map) return value
  if (value instanceof Set) return new Map([...value].map((member, i) => [i, member]))
  const members = new Map<unknown, unknown>(Object.entries(value).filter(([, member]) => member !== undefined))
  if (Predicate.isError(value)) members.set("message", value.message)
  return members
}

/** Where two values differ, by what JSON and a Schema can tell apart: a member that is `undefined` is none. */
export const difference = (expected: unknown, found: unknown, place = ""): Difference | undefined => {
  const seen = new Map<object, object>()
  const compare = (a: unknown, b: unknown, at: string): Difference | undefined => {
    if (Object.is(a, b) || a === b || (typeof a === "function" && typeof b === "function")) return undefined
    const [shownA, shownB] = showBoth(a, b)
    const differ = { place: at, expected: shownA, found: shownB }
    if (!isObject(a) || !isObject(b)) return differ
    if (seen.get(a) === b) return undefined
    seen.set(a, b)
    if (Equal.isEqual(a) && Equal.equals(a, b)) return undefined
    if (Predicate.isDate(a) || Predicate.isDate(b)) {
      return Predicate.isDate(a) && Predicate.isDate(b) && a.getTime() === b.getTime() ? undefined : differ
    }
    if (Array.isArray(a) !== Array.isArray(b)) return differ
    const [one, other] = [membersOf(a), membersOf(b)]
    for (const name of new Set([...one.keys(), ...other.keys()])) {
      const there = typeof name === "number" || Array.isArray(a) ? `${at}[${String(name)}]` : join(at, String(name))
      if (!other.has(name)) return { place: there, expected: show(one.get(name)), found: "nothing" }
      if (!one.has(name)) return { place: there, expected: "nothing", found: show(other.get(name)) }
      const differ = compare(one.get(name), other.get(name), there)
      if (differ !== undefined) return differ
    }
    return Equal.isEqual(a) !== Equal.isEqual(b) ? differ : undefined
  }
  return compare(expected, found, place)
}

const join = (place: string, name: string) => (place === "" ? name : `${place}.${name}`)

/** How often there is each of some things. */
export const countOf = <A>(things: Iterable<A>): Map<A, number> => {
  const counts = new Map<A, number>()
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1)
  return counts
}
