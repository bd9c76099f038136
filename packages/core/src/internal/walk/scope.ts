// The names of a scope, each with the value of a step, of `let` or of an input, or a hole. Wires read the values as they
// are, since they change nothing; what a user wrote gets a view of the names, which gives copies of the values and
// takes nothing.

import type { Compiled } from "../definition/selector.ts"
import { holds, own } from "../json/own.ts"
import { Missing, read, type Slot } from "./hole.ts"

/** An object of names; reading one that is a hole throws `Missing`. */
export type Names = object

/** All names, each with those that it lies over. */
const below = new WeakMap<Names, Names | undefined>()

const known = (names: Names, others?: Names): Names => {
  below.set(names, others)
  return names
}

export const empty = (): Names => known({})

/** Names of one's own over others, which they show too; what is put there, these do not have. */
export const over = (others: Names): Names => known(Object.create(others) as Names, others)

/** Names and those that they lie over, the lowest last. */
const layersOf = (names: Names): ReadonlyArray<Names> => {
  const layers: Array<Names> = []
  for (let layer: Names | undefined = names; layer !== undefined; layer = below.get(layer)) layers.push(layer)
  return layers
}

/** What the class of names gives them. */
const prototypeOf = (layers: ReadonlyArray<Names>): object | null => Object.getPrototypeOf(layers.at(-1))

/** Names of one's own: the same, holes kept, and what their class gives them. */
export const copy = (names: Names): Names => {
  const layers = layersOf(names)
  const copied: Names = Object.create(prototypeOf(layers))
  for (const layer of layers.toReversed()) merge(copied, layer)
  return known(copied)
}

/** Puts a name among names that nobody else holds. */
export const put = (names: Names, name: string, slot: Slot): void => {
  Object.defineProperty(
    names,
    name,
    slot instanceof Missing
      ? { get: () => read(slot), enumerable: true, configurable: true }
      : { value: slot.value, enumerable: true, configurable: true, writable: true }
  )
}

/** Puts what was put among other names among names that nobody else holds. */
export const merge = (names: Names, others: Names): void => {
  for (const name of Reflect.ownKeys(others)) {
    // the name is one of these own keys
    const slot = Object.getOwnPropertyDescriptor(others, name)!
    // of a value that is frozen a view could give no copy
    const open = "value" in slot ? { writable: true, configurable: true } : { configurable: true }
    Object.defineProperty(names, name, { ...slot, ...open })
  }
}

const refuse = (_names: Names, name: PropertyKey): never => {
  throw new TypeError(`"${String(name)}" is a name of the scope, which every step reads; make a value of your own`)
}

const views = new WeakMap<object, Names>()

/** Names as what a user wrote sees them: each has one copy of its value, made where it is asked for. */
const view = (names: Names): Names => {
  const layers = layersOf(names)
  const copies = new Map<PropertyKey, unknown>()
  const get = (names: Names, name: PropertyKey): unknown => {
    if (!copies.has(name)) copies.set(name, ownOf(Reflect.get(names, name)))
    return copies.get(name)
  }
  const seen = new Proxy(names, {
    get,
    getPrototypeOf: () => prototypeOf(layers),
    ownKeys: () => [...new Set(layers.toReversed().flatMap(Reflect.ownKeys))],
    getOwnPropertyDescriptor: (names, name) =>
      layers.some((layer) => Object.hasOwn(layer, name))
        ? { get: () => get(names, name), enumerable: true, configurable: true }
        : undefined,
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse
  })
  views.set(seen, names)
  return seen
}

/** A value of a scope that whoever gets it may change, but for the names in it. */
const ownOf = (value: unknown): unknown => own(value, (value) => (below.has(value) ? view(value) : undefined))

/** A value with a copy of the names in place of each view, which would show what is put among them later. */
const settled = (value: unknown): unknown =>
  holds(value, (value) => views.has(value))
    ? own(
        value,
        (value) => {
          const names = views.get(value)
          return names && copy(names)
        },
        () => undefined
      )
    : value

/** What a selector reads off a value of a scope. */
export const select = ({ select, wire }: Compiled, value: unknown): unknown =>
  wire === undefined ? settled(select(ownOf(value))) : select(value)
