import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { kindOf } from "./kind.ts"

/** What a function that is to give an Effect gave, if that is one: a program without types may give back anything. */
export const effectOf = <A, E, R>(given: Effect.Effect<A, E, R>, what: string): Effect.Effect<A, E, R> => {
  if (Effect.isEffect(given)) return given
  const value: unknown = given
  if (!isPromise(value)) {
    return Effect.die(new TypeError(`${what} gives ${kindOf(value)}, and no Effect: write Effect.sync(() => …)`))
  }
  // what becomes of it is of no interest any more
  void value.then(undefined, () => undefined)
  return Effect.die(
    new TypeError(`${what} gives a Promise, and no Effect: write Effect.tryPromise(() => …) around what waits`)
  )
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  Predicate.hasProperty(value, "then") && Predicate.isFunction(value.then)
