import { Missing, read, type Slot } from "./hole.ts"

/** An object of names; those whose value is missing are getters that throw `Missing`. */
export type Scope = object

/** A scope of its own with the same names, holes kept, and what its class gives it. */
export const copy = (scope: Scope): Scope =>
  Object.create(Object.getPrototypeOf(scope), Object.getOwnPropertyDescriptors(scope))

/** Puts a name into a scope that nobody else holds. */
export const put = (scope: Scope, name: string, slot: Slot): void => {
  Object.defineProperty(
    scope,
    name,
    slot instanceof Missing
      ? { get: () => read(slot), enumerable: true, configurable: true }
      : { value: slot.value, enumerable: true, configurable: true, writable: true }
  )
}

/** Puts all names of another scope into one that nobody else holds. */
export const merge = (scope: Scope, other: Scope): void => {
  Object.defineProperties(scope, Object.getOwnPropertyDescriptors(other))
}
