/** How deep values may be nested: what reads and writes JSON takes some of the stack for each level. */
export const deepest = 1000

type Place = ReadonlyArray<PropertyKey>

const notJson = (what: string, place: Place) =>
  new TypeError(`JSON cannot hold ${what}: let the Schema say how it is written${at(place)}`)

/** A place as Schema's own messages show it; of a long one its beginning. */
const at = (place: Place) => {
  const keys = place.slice(0, 10).map((key) => `[${typeof key === "string" ? JSON.stringify(key) : String(key)}]`)
  return place.length === 0 ? "" : `\n  at ${keys.join("")}${place.length > keys.length ? "…" : ""}`
}

/**
 * A copy of a value that comes back from JSON text as it is, its order of keys included; only -0 becomes 0, as that text
 * has it. Anything else throws a `TypeError` that says where, rather than to change on its way.
 */
export const copy = (value: unknown, place: Place = []): unknown =>
  typeof value === "object" && value !== null ? copyInside(value, [...place]) : copyLeaf(value, place)

/** The same for what nobody else holds, of plain objects, lists and leaves of JSON: only its numbers are looked at, in place. */
export const settle = (value: unknown): unknown =>
  typeof value === "number" ? copyLeaf(value, []) : (settleInside(value, []), value)

const settleInside = (value: unknown, place: Array<PropertyKey>): void => {
  if (typeof value !== "object" || value === null) return
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) settleAt(value, i, place)
  // the members of an object that nobody else holds
  else for (const key of Object.keys(value)) settleAt(value as Record<string, unknown>, key, place)
}

const settleAt = <K extends PropertyKey>(values: Record<K, unknown>, key: K, place: Array<PropertyKey>): void => {
  const value = values[key]
  if (typeof value === "string") return
  place.push(key)
  if (typeof value === "number") values[key] = copyLeaf(value, place)
  else settleInside(value, place)
  place.pop()
}

const copyAt = (value: unknown, key: PropertyKey, place: Array<PropertyKey>): unknown => {
  if (typeof value === "string") return value
  place.push(key)
  const copied = typeof value === "object" && value !== null ? copyInside(value, place) : copyLeaf(value, place)
  place.pop()
  return copied
}

const copyLeaf = (value: unknown, place: Place): unknown => {
  switch (typeof value) {
    case "number":
      if (Number.isFinite(value)) return value + 0
      throw notJson(String(value), place)
    case "bigint":
      throw notJson("a BigInt", place)
    case "function":
    case "symbol":
      throw notJson(`a ${typeof value}`, place)
    case "undefined":
      throw notJson("undefined", place)
    default:
      return value
  }
}

const copyInside = (value: object, place: Array<PropertyKey>): unknown => {
  if (place.length > deepest) throw notJson(`what holds itself, or is nested ${deepest} levels deep`, place)
  return Array.isArray(value) ? copyArray(value, place) : copyObject(value, place)
}

const copyArray = (values: ReadonlyArray<unknown>, place: Array<PropertyKey>): unknown => {
  const copied: Array<unknown> = []
  for (let i = 0; i < values.length; i++) copied.push(copyAt(values[i], i, place))
  if (ownCount(values) > values.length + 1) throw notJson("an array with names", place)
  return copied
}

const copyObject = (value: object, place: Array<PropertyKey>): unknown => {
  if (!isPlain(value)) throw notJson(`an instance of ${value.constructor?.name || "a class"}`, place)
  const keys = Object.keys(value)
  if (ownCount(value) > keys.length) throw notJson("symbols and hidden properties", place)
  // many times faster than member by member; a member called __proto__ is one in it, too
  const copied: Record<string, unknown> = { ...value }
  for (const key of keys) {
    const member = copied[key]
    if (typeof member !== "string") copied[key] = copyAt(member, key, place)
  }
  return copied
}

/** How many properties an object has of its own; counting its `Reflect.ownKeys` takes several times as long. */
export const ownCount = (value: object): number =>
  Object.getOwnPropertyNames(value).length + Object.getOwnPropertySymbols(value).length

/** Gives an object of one's own a property. */
export const define = (object: object, key: string, value: unknown): void => {
  // assigned, it would be the prototype
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  } else (object as Record<string, unknown>)[key] = value
}

/** Whether an object has no class, in whatever realm it was made. */
export const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf")
}
