// Whether the keys of a `forEach` are its items' own, as two runs show, in the second of which an item more is in front.

import * as Predicate from "effect/Predicate"
import type { Broken, Items, Trace } from "./base/trace.ts"

const deepest = 6

/** What a value is made of, by where that is in it. */
const leavesOf = (value: unknown, depth = 0): ReadonlyArray<readonly [place: string, leaf: unknown]> => {
  if (Predicate.isDate(value)) return [["", value.getTime()]]
  if (typeof value !== "object" || value === null) return [["", value]]
  if (depth > deepest) return []
  const members: ReadonlyArray<readonly [unknown, unknown]> =
    value instanceof Map
      ? [...value]
      : value instanceof Set
        ? [...value].map((member, i) => [i, member])
        : Object.entries(value)
  return members.flatMap(([name, member]) =>
    leavesOf(member, depth + 1).map(
      ([place, leaf]) => [`${place === "" ? "" : `${place} of `}${String(name)}`, leaf] as const
    )
  )
}

/** What becomes of the values at a place in items, when there is another item in front. */
const fateOf = (then: ReadonlyArray<unknown>, now: ReadonlyArray<unknown>) => {
  if (then.every((value, i) => now[i] === value)) return "Stays"
  // what two items have may be there for either of them
  if (new Set(now).size === now.length && then.every((value, i) => now[i + 1] === value)) return "Goes"
  // what all items have is of none of them
  return [then, now].every((all) => new Set(all).size === 1) ? "Stays" : "Changes"
}

type Fate = ReturnType<typeof fateOf>

/** The fate of each place that all items have, but for those that hold the key. */
const fatesOf = (then: Items, now: Items): ReadonlySet<Fate> => {
  const [before, after] = [then, now].map(({ items }) => items.map((item) => new Map(leavesOf(item))))
  const fates = new Set<Fate>()
  for (const place of before?.[0]?.keys() ?? []) {
    const [old, young] = [before, after].map((all = []) => all.map((leaves) => leaves.get(place)))
    if (old === undefined || young === undefined) continue
    const isKey = old.every((leaf, i) => String(leaf) === String(then.keys[i]))
    if (!isKey) fates.add(fateOf(old, young))
  }
  return fates
}

/** That an item has the key that it had, though another one is put in front of it. */
export const ownKeys = (before: Trace, after: Trace): Broken | undefined => {
  for (const [path, now] of after.items) {
    const then = before.items.get(path)
    if (then === undefined || then.items.length === 0 || now.items.length !== then.items.length + 1) continue
    const key = fateOf(then.keys, now.keys)
    const fates = fatesOf(then, now)
    // what goes with an item says that it is the same; where more has changed, it may be another
    if (key === "Goes" || !fates.has("Goes") || (key === "Changes" && fates.has("Changes"))) continue
    return {
      law: "a key is an item's own",
      path,
      expected: `an item keeps its key ${JSON.stringify(then.keys[0])} when another one is put in front of it`,
      happened: `it has the key ${JSON.stringify(now.keys[1])} then, and the new one has ${JSON.stringify(now.keys[0])}: a key by index`
    }
  }
  return undefined
}
