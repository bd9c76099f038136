import * as Predicate from "effect/Predicate"
import { tellingOf } from "./telling.ts"

/**
 * A class of errors whose message tells a field already, which is not printed once more below it. An error in it, a
 * `reason`, has a name and a stack of its own: of that the stack is printed, as it says where things went wrong.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- what a class must take to be extended by another
export const told = <C extends new (...args: any[]) => Error>(Base: C, field: string): C =>
  class extends Base {
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    constructor(...args: any[]) {
      super(...args)
      const value: unknown = Reflect.get(this, field)
      // Node prints no more of it than that it is there
      Object.defineProperty(this, field, { get: () => value, enumerable: true })
      withCallsOf(this, value)
    }
  }

/** An error with the stack of another that it tells of, if that has one: it says where things went wrong. */
export const withCallsOf = <E extends Error>(error: E, told: unknown): E => {
  const telling = tellingOf(told)
  const calls = Predicate.isError(telling) ? telling.stack?.match(/^ +at .*/gm) : undefined
  if (calls !== undefined && calls !== null) error.stack = [String(error), ...calls].join("\n")
  return error
}
