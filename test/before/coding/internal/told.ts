import * as Predicate from "effect/Predicate"

/**
 * A class of errors whose message tells a field already, which is not printed once more below it. An error in it, a
 * `reason`, has a name and a stack of its own: of that the stack is printed, as it says where things went wrong.
 */
export const told = <C extends new (...args: any[]) => Error>(Base: C, field: string): C =>
  class extends Base {
    constructor(...args: any[]) {
      super(...args)
      const value: unknown = Reflect.get(this, field)
      // Node prints no more of it than that it is there
      Object.defineProperty(this, field, { get: () => value, enumerable: true })
      const calls = Predicate.isError(value) ? value.stack?.match(/^ +at .*/gm) : undefined
      if (calls !== undefined && calls !== null) this.stack = [String(this), ...calls].join("\n")
    }
  }
