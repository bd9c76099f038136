import * as Predicate from "effect/Predicate"
import { define, isPlain } from "./exact.ts"

/**
 * A copy whose owner may change it: of arrays, plain objects, Maps, Sets, Dates and bytes. What has a class of its own, or
 * hides a part of itself, is taken as it is: only its maker knows how to copy it. `instead` gives what else stands for an object.
 */
export const own = <A>(value: A, instead: (value: object) => object | undefined = () => undefined): A => {
  const copies = new Map<object, object>()

  const copyOf = <B>(value: B): B => {
    if (typeof value !== "object" || value === null) return value
    // a copy is of the type of what it was made from
    return (copies.get(value) ?? instead(value) ?? copyInside(value)) as B
  }

  /** Known before what is in it is copied, as that may hold it. */
  const known = <B extends object>(value: object, copy: B): B => {
    copies.set(value, copy)
    return copy
  }

  const copyInside = (value: object): object => {
    const prototype: object | null = Object.getPrototypeOf(value)
    switch (prototype) {
      case Array.prototype: {
        const copy = known(value, (value as ReadonlyArray<unknown>).slice())
        // with the names that an array may have besides, as a match of a pattern does
        for (const key of Object.keys(value)) define(copy, key, copyOf(Reflect.get(value, key)))
        return copy
      }
      case Uint8Array.prototype:
        return known(value, (value as Uint8Array).slice())
      case Map.prototype: {
        const copy = known(value, new Map<unknown, unknown>())
        for (const [key, member] of value as ReadonlyMap<unknown, unknown>) copy.set(copyOf(key), copyOf(member))
        return copy
      }
      case Set.prototype: {
        const copy = known(value, new Set<unknown>())
        for (const member of value as ReadonlySet<unknown>) copy.add(copyOf(member))
        return copy
      }
    }
    if (Predicate.isDate(value)) return known(value, Reflect.construct(value.constructor, [value]))
    const keys = Object.keys(value)
    if (!isPlain(value) || keys.length < Reflect.ownKeys(value).length) return value
    const copy = known(value, Object.create(prototype) as object)
    for (const key of keys) define(copy, key, copyOf(Reflect.get(value, key)))
    return copy
  }

  return copyOf(value)
}
