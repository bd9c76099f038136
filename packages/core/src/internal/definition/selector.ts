/** Names of a scope, and of what lies in it, whose value is a `T`: `"design.tasks"`. Arrays are not looked into. */
export type PathTo<S, T, Depth extends number = 4> = [Depth] extends [never]
  ? never
  : S extends ReadonlyArray<unknown>
    ? never
    : S extends object
      ? {
          [K in keyof S & string]: (S[K] extends T ? K : never) | `${K}.${PathTo<S[K], T, Shallower[Depth]>}`
        }[keyof S & string]
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
  | (T extends ReadonlyArray<unknown> ? never : T extends object ? { readonly [K in keyof T]: PathTo<S, T[K]> } : never)

/** What feeds a step: a function of the scope, or a wire. */
export type Selector<S, T> = ((scope: S) => T) | Wire<S, T>

/** A selector without its types: `wire` is there where it is data. */
export interface Compiled {
  readonly wire?: string | Readonly<Record<string, string>>
  readonly select: (scope: unknown) => unknown
}

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
