// What stands for a result that is not there yet. A name of a scope may be a hole: a getter that throws `Missing`. A
// selector that reads it cannot go on, and one that does not is none the wiser, so `plan` says *perhaps* of exactly the
// steps that hang on what would run. `walk` makes the scopes, `evaluate` runs what a user wrote and turns the throw into
// a failure. `Missing` and `Halt` never leave the engine, so `instanceof` is safe for them, and for them alone.

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Formatter from "effect/Formatter"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { withCallsOf } from "../words/told.ts"

/** A result that is not there: what reads it from a scope throws this, and cannot go on. */
export class Missing {
  readonly _tag = "Missing"
  readonly path: string
  /** Whether it is a decision, or hangs on one: no run comes by it. */
  readonly isUndecided: boolean
  constructor(path: string, isUndecided = false) {
    this.path = path
    this.isUndecided = isUndecided
  }
}

/** The run goes no further; its runtime knows why. */
export class Halt {
  readonly _tag = "Halt"
}

/** Why a walk cannot go on at a place. */
export type Stop = Missing | Halt

export const isMissing = (cause: Cause.Cause<Stop>): boolean => Cause.squash(cause) instanceof Missing

/** What a name of a scope stands for: a value, or a hole where a result is missing. */
export type Slot = Missing | { readonly value: unknown }

/** The holes that each function under way has read. */
const watching: Array<Array<Missing>> = []

export const read = (slot: Slot): unknown => {
  if (!(slot instanceof Missing)) return slot.value
  watching.at(-1)?.push(slot)
  throw slot
}

/** What a function gives or throws; where it read a hole, `Missing`, whatever it or a Schema made of that. */
export const watched = <A>(f: () => A): Result.Result<A, unknown> => {
  const holes: Array<Missing> = []
  watching.push(holes)
  const result = Result.try(f)
  watching.pop()
  return holes[0] === undefined ? result : Result.fail(holes[0])
}

/** An effect's result as a slot: a missing one is a hole. */
export const slot = <R>(effect: Effect.Effect<unknown, Stop, R>): Effect.Effect<Slot, Halt, R> =>
  Effect.matchEffect(effect, {
    onSuccess: (value) => Effect.succeed<Slot>({ value }),
    onFailure: (stop) => (stop instanceof Missing ? Effect.succeed<Slot>(stop) : Effect.fail(stop))
  })

const inWords = (cause: unknown) =>
  Predicate.isError(cause) || typeof cause === "string" ? String(cause) : Formatter.format(cause)

/** Runs what a user wrote. Reading a hole is `Missing`; any other throw is a defect with the path. */
export const evaluate = <A>(path: string, select: () => A): Effect.Effect<A, Missing> =>
  Effect.suspend(() => {
    const result = watched(select)
    if (Result.isSuccess(result)) return Effect.succeed(result.success)
    return result.failure instanceof Missing ? Effect.fail(result.failure) : threw(path, result.failure)
  })

/** The same, going on with a hole too. */
export const feed = <A, E, R>(
  path: string,
  select: () => unknown,
  then: (slot: Slot) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const result = watched(select)
    if (Result.isSuccess(result)) return then({ value: result.success })
    return result.failure instanceof Missing ? then(result.failure) : threw(path, result.failure)
  })

const threw = (path: string, cause: unknown): Effect.Effect<never> =>
  Effect.die(withCallsOf(new Error(`${path}: a selector or template function threw: ${inWords(cause)}`), cause))
