import * as Predicate from "effect/Predicate"
import type { Nothing, Some } from "../words/nothing.ts"

/**
 * Names of a scope, and of what lies in it, whose value is a `T`: `"design.tasks"`. Lists are not looked into, and of what
 * may be one of several, `All`, only the names that all of them have.
 */
export type PathTo<S, T, Depth extends number = 4, All = S> = [Depth] extends [never]
  ? never
  : S extends ReadonlyArray<unknown>
    ? never
    : S extends object
      ? {
          [K in keyof All & string]: (All[K] extends T ? K : never) | `${K}.${PathTo<All[K], T, Shallower[Depth]>}`
        }[keyof All & string]
      : never

type Shallower = [never, 0, 1, 2, 3]

/** The type of what a dotted name stands for. */
export type ValueAt<S, P> = P extends `${infer K}.${infer Rest}`
  ? K extends keyof S
    ? ValueAt<S[K], Rest>
    : never
  : P extends keyof S
    ? S[P]
    : never

/** What feeds a step, as data: one dotted name, or one for each member of an object. */
export type Wire<S, T> =
  | PathTo<S, T>
  | (T extends ReadonlyArray<unknown>
      ? never
      : T extends object
        ? { readonly [K in keyof T]: PathTo<S, Given<T[K]>> }
        : never)

/** What is given where a member is optional: a wire has no way to leave one out. */
type Given<A> = A extends undefined ? never : A

/** What feeds a step: a function of the scope, or a wire. */
export type Selector<S, T> = ((scope: S) => T) | Wire<S, T>

/** How a sentence names what is wanted of a value. */
type Want =
  | "the step needs"
  | "items must be"
  | "key must be"
  | "dependsOn must be"
  | "on must be"
  | "until must be"
  | "all cases need"
  | "both need"

/**
 * A selector, seen from what is given, `W`: only that which the compiler is to hold it against, a function or a wire, so
 * that it tells of that alone; or what is wrong with a wire, in words.
 */
export type Selects<S, T, W, Wanted extends Want = "the step needs"> =
  // parts of a union, as then the scope is only looked at when all that it depends on is known
  | (((scope: S) => NoInfer<T>) & (Nothing extends Some<AsFunction<W>> ? never : unknown))
  | (Nothing extends Some<AsWire<S, T, W>> ? never : Wire<S, NoInfer<T>>)
  | (Nothing extends Some<AsFunction<W> | AsWire<S, T, W>> ? Told<S, T, W, Wanted> : never)
  // where W is inferred
  | ([W] extends [never] ? W : never)

/** Something where `W` may be a function. */
type AsFunction<W> = W extends (...args: never) => unknown ? "it" : unknown extends W ? "it" : never

/** Something where `W` may be a wire that leads to a `T`. */
type AsWire<S, T, W> = W extends Wire<S, T> ? "it" : unknown extends W ? "it" : never

type Told<S, T, W, Wanted extends Want> = W extends string
  ? string extends W
    ? Wire<S, NoInfer<T>>
    : Misled<S, T, W, Wanted>
  : W extends object
    ? { readonly [K in keyof NoInfer<T>]: Member<S, Given<T[K]>, K extends keyof W ? W[K] : unknown, Wanted> }
    : "give a function of the scope, the dotted name of a value in it, or an object of such names"

type Member<S, T, P, Wanted extends Want> = unknown extends P
  ? PathTo<S, T>
  : P extends PathTo<S, T>
    ? P
    : P extends string
      ? Misled<S, T, P, Wanted>
      : P extends object
        ? "a wire has a dotted name for each member, and none deeper; use a function"
        : "a wire is a dotted name; for a value of your own use a function"

/** Where a dotted name leads, beside what is wanted; or the first of its names that is not there, with those that are. */
type Misled<S, T, P extends string, Wanted extends Want, Before extends string = ""> = [S] extends [
  ReadonlyArray<unknown>
]
  ? `no "${Before}${P}": a wire does not lead into a list; use a function`
  : [S] extends [object]
    ? P extends `${infer K}.${infer Rest}`
      ? K extends keyof S
        ? Misled<S[K], T, Rest, Wanted, `${Before}${K}.`>
        : Absent<S, K, Before>
      : P extends keyof S
        ? [`"${Before}${P}" gives`, S[P], Wanted, T]
        : Absent<S, P, Before>
    : [Extract<S, object>] extends [never]
      ? `no "${Before}${P}": there are no names in a plain value`
      : NotAlways<`${Before}${P}`>

type Absent<S, K extends string, Before extends string> =
  K extends KeyOfAny<S> ? NotAlways<`${Before}${K}`> : `no "${Before}${K}"; ${There<Listed<keyof S & string, Before>>}`

type KeyOfAny<S> = S extends unknown ? keyof S : never

type NotAlways<P extends string> = `"${P}" is not always there; use a function`

type There<List extends string> = List extends ""
  ? "there are no names"
  : List extends `${string}, ${string}`
    ? `there are ${List}`
    : `there is ${List}`

/** The names of a union, with commas between them. */
type Listed<Names extends string, Before extends string, After extends string = ""> = [Names] extends [never]
  ? After
  : Last<Names> extends infer Name extends string
    ? Listed<Exclude<Names, Name>, Before, After extends "" ? `${Before}${Name}` : `${Before}${Name}, ${After}`>
    : never

/** The last member of a union: what a function of as many signatures gives. */
type Last<U> = (U extends unknown ? (_: () => U) => void : never) extends (_: infer All) => void
  ? All extends () => infer Member
    ? Member
    : never
  : never

/** A selector without its types: `wire` is there where it is data. */
export interface Compiled {
  readonly wire?: string | Readonly<Record<string, string>>
  readonly select: (scope: unknown) => unknown
}

/** Whether a value is a function or a wire: a dotted name, or an object of them. */
export const isSelector = (value: unknown): boolean =>
  typeof value === "function" ||
  typeof value === "string" ||
  (Predicate.isObject(value) && Object.values(value).every(Predicate.isString))

/** A selector as a function, with its wire where it has one; the types of the combinators let only selectors in. */
export const compile = (selector: unknown): Compiled => {
  if (typeof selector === "function") return { select: selector as Compiled["select"] }
  const wire = selector as NonNullable<Compiled["wire"]>
  if (typeof wire === "string") return { wire, select: reader(wire) }
  const readers = Object.entries(wire).map(([member, name]) => [member, reader(name)] as const)
  return { wire, select: (scope) => Object.fromEntries(readers.map(([member, read]) => [member, read(scope)])) }
}

const reader = (name: string) => {
  const keys = name.split(".")
  return (scope: unknown): unknown => {
    let value = scope
    for (const key of keys) {
      if (typeof value !== "object" || value === null || !(key in value)) {
        throw new TypeError(`the wire "${name}" leads nowhere: there is no "${key}"`)
      }
      value = (value as Readonly<Record<string, unknown>>)[key]
    }
    return value
  }
}
