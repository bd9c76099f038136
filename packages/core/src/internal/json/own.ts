import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isPlain, ownCount } from "./exact.ts"

/** How a value can be had anew, of what was made from something that is kept. */
const makers = new WeakMap<object, () => unknown>()

/** Notes how a value can be had anew, for where it cannot be copied. */
export const madeBy = <A>(value: A, make: () => A): A => {
  if (typeof value === "object" && value !== null) makers.set(value, make)
  return value
}

/**
 * A copy whose owner may change it. What has a class of its own is made anew with what it is in, where `madeBy` says how;
 * else it is taken as it is: only its maker knows how to copy it. `instead` gives what else stands for an object.
 */
export const own = <A>(
  value: A,
  instead: (value: object) => object | undefined = () => undefined,
  makerOf: (value: object) => (() => unknown) | undefined = (value) => makers.get(value)
): A => {
  const copies = new Map<object, object>()
  /** Whether there was something that cannot be copied. */
  let isForeign = false

  const copyOf = <B>(value: B): B => {
    if (typeof value !== "object" || value === null) return value
    // a copy is of the type of what it was made from
    return (copies.get(value) ?? otherThan(value) ?? copyOrMake(value)) as B
  }

  const otherThan = (value: object): object | undefined => {
    const other = instead(value)
    return other && known(value, other)
  }

  const copyOrMake = (value: object): object => {
    const wasForeign = isForeign
    isForeign = false
    const copy = copyInside(value)
    const make = isForeign ? makerOf(value) : undefined
    isForeign = wasForeign || (isForeign && make === undefined)
    // a maker gives what its value was
    return make === undefined ? copy : known(value, make() as object)
  }

  /** Known before what is in it is copied, as that may hold it. */
  const known = <B extends object>(value: object, copy: B): B => {
    copies.set(value, copy)
    return copy
  }

  const copyInside = (value: object): object => {
    const prototype: object | null = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return copyMembers(value, known(value, { ...value }))
    if (Array.isArray(value)) return copyItems(value, known(value, value.slice()))
    if (prototype === Map.prototype) {
      const copy = known(value, new Map<unknown, unknown>())
      for (const [key, member] of value as ReadonlyMap<unknown, unknown>) copy.set(copyOf(key), copyOf(member))
      return copy
    }
    if (prototype === Set.prototype) {
      const copy = known(value, new Set<unknown>())
      for (const member of value as ReadonlySet<unknown>) copy.add(copyOf(member))
      return copy
    }
    if (isPlain(value)) return copyRest(value, known(value, Object.create(prototype) as object))
    const copy = copyKnownClass(value)
    if (copy !== undefined) return known(value, copy)
    isForeign = true
    return value
  }

  /** Goes on from a shallow copy, which is many times faster than one made name by name. */
  const copyMembers = (value: object, copy: Record<string, unknown>): object => {
    let names = 0
    for (const name in copy) {
      names++
      const member = copy[name]
      // what is on Object.prototype is not its own
      if (typeof member === "object" && member !== null && Object.hasOwn(copy, name)) copy[name] = copyOf(member)
    }
    return ownCount(value) === names ? copy : copyRest(value, copy)
  }

  const copyItems = (value: ReadonlyArray<unknown>, copy: Array<unknown>): object => {
    for (let i = 0; i < copy.length; i++) {
      const item = copy[i]
      if (typeof item === "object" && item !== null) copy[i] = copyOf(item)
    }
    return Object.keys(value).length === copy.length ? copy : copyRest(value, copy)
  }

  /** Symbols, hidden members, and the names that an array may have besides, as a match of a pattern does. */
  const copyRest = <B extends object>(value: object, copy: B): B => {
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key === "string" && Object.hasOwn(copy, key)) continue
      const enumerable = Object.prototype.propertyIsEnumerable.call(value, key)
      const member = copyOf<unknown>(Reflect.get(value, key))
      Object.defineProperty(copy, key, { value: member, enumerable, configurable: true, writable: true })
    }
    return copy
  }

  const copyKnownClass = (value: object): object | undefined => {
    if (Predicate.isDate(value)) return Reflect.construct(value.constructor, [value])
    if (Predicate.isRegExp(value)) return Object.assign(new RegExp(value), { lastIndex: value.lastIndex })
    if (value instanceof ArrayBuffer) return value.slice(0)
    // that of a Buffer shares its bytes
    if (ArrayBuffer.isView(value) && "BYTES_PER_ELEMENT" in value)
      return Reflect.apply(Uint8Array.prototype.slice, value, [])
    if (Option.isOption(value)) return Option.map(value, copyOf)
    if (Result.isResult(value)) return Result.mapBoth(value, { onSuccess: copyOf, onFailure: copyOf })
    if (!isOfSchema(value)) return undefined
    const members = copyMembers(value, { ...value })
    return Object.assign(Reflect.construct(value.constructor, [members, { disableChecks: true }]), members)
  }

  return copyOf(value)
}

/** Whether a value is an instance of a class of Schema. */
const isOfSchema = (value: object): boolean => Schema.isSchema(value.constructor) && !Predicate.isError(value)

/** Whether there is `such` an object in a value, looking into whatever `own` looks into. */
export const holds = (value: unknown, such: (value: object) => boolean): boolean => {
  const seen = new Set<object>()
  const see = (member: unknown): void => {
    if (typeof member === "object" && member !== null) seen.add(member)
  }
  see(value)
  // what is added to a set while it is gone through is gone through, too
  for (const object of seen) {
    if (such(object)) return true
    if (Array.isArray(object) || object instanceof Set) object.forEach(see)
    else if (object instanceof Map) for (const entry of object) entry.forEach(see)
    else if (isPlain(object) || Option.isOption(object) || Result.isResult(object) || isOfSchema(object)) {
      Object.values(object).forEach(see)
    }
  }
  return false
}
