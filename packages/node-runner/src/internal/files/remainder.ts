import type * as Schema from "effect/Schema"
import type { SchemaProblem } from "./schemaProblems.ts"
import type { Key } from "./yamlText.ts"

type Keys = ReadonlyArray<Key>

/** A value in which something was left out or replaced, and where. */
export interface Mended {
  readonly value: Schema.Json
  readonly lost: ReadonlyArray<Keys>
}

/** What is left of a value without what is wrong with it; `round` counts how often that was done before. */
export type Mend = (
  value: Schema.Json,
  problems: ReadonlyArray<Pick<SchemaProblem, "keys" | "of">>,
  round: number
) => Mended | undefined

/** Whether keys lead to one of these places, or into it. */
export const isUnder = (keys: Keys, places: ReadonlyArray<Keys>): boolean =>
  places.some((place) => place.every((key, i) => key === keys[i]))

/** Leaves out the members that are wrong: of a list all of it, as the places of the others would be others. */
export const leaveOut: Mend = (value, problems) => {
  const lost = problems.map(({ keys }) => keys.slice(0, keys.findLastIndex((key) => typeof key === "string") + 1))
  return lost.some((keys) => keys.length === 0)
    ? undefined
    : { value: lost.reduce((left: Schema.Json, keys) => changed(left, keys, () => undefined), value), lost }
}

/** A value with another part at a place, or without it. */
export const changed = (
  value: Schema.Json,
  [key, ...rest]: Keys,
  change: (part: Schema.Json | undefined) => Schema.Json | undefined
): Schema.Json => {
  if (typeof value !== "object" || value === null || key === undefined) return value
  const inner = (part: Schema.Json | undefined) =>
    rest.length === 0 ? change(part) : part === undefined ? part : changed(part, rest, change)
  if (isList(value)) return value.map((part, i) => (i === key ? (inner(part) ?? null) : part))
  const made = inner(Object.hasOwn(value, key) ? value[key] : undefined)
  const own = made === undefined ? [] : [[String(key), made] as const]
  // some members have an order that matters
  const members = Object.entries(value).flatMap((member) => (member[0] === key ? own : [member]))
  return Object.fromEntries(Object.hasOwn(value, key) ? members : [...members, ...own])
}

const isList = (value: Schema.Json): value is ReadonlyArray<Schema.Json> => Array.isArray(value)

/** The part of a value at a place. */
export const partAt = (value: Schema.Json, keys: Keys): Schema.Json | undefined =>
  keys.reduce((part: Schema.Json | undefined, key) => {
    if (typeof part !== "object" || part === null) return undefined
    if (isList(part)) return typeof key === "number" ? part[key] : undefined
    return Object.hasOwn(part, key) ? part[key] : undefined
  }, value)
