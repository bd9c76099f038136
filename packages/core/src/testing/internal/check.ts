// What cases are made of. Whatever keeps a body from its end, a defect too, is the failure of its case.

import * as Arbitrary from "effect/Arbitrary"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Formatter from "effect/Formatter"
import type * as Scope from "effect/Scope"
import { excerpt } from "../../internal/text/excerpt.ts"
import { describeError } from "../../WorkflowError.ts"
import { type LawOptions, type TestCase, TestCaseError } from "../TestCase.ts"

/** What is not as it should be, within a case. */
export class Otherwise extends Data.TaggedError("Otherwise")<{
  readonly expected: string
  readonly found: string
  readonly counterexample?: string
}> {}

export const testCase = (name: string, body: Effect.Effect<void, unknown, Scope.Scope>): TestCase => ({
  name,
  run: Effect.mapError(failing(body), (found) => new TestCaseError({ case: name, ...fieldsOf(found) }))
})

const fieldsOf = ({ counterexample, expected, found }: Otherwise) => ({
  expected,
  found,
  ...(counterexample !== undefined && { counterexample })
})

/** A body that fails with what is not as it should be, whatever ends it. */
const failing = <A>(body: Effect.Effect<A, unknown, Scope.Scope>): Effect.Effect<A, Otherwise> =>
  Effect.catchCause(Effect.scoped(body), (cause) =>
    // an interruption is not the doing of what is tested
    Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.fail(otherwise(Cause.squash(cause)))
  )

const otherwise = (error: unknown) => {
  if (error instanceof Otherwise) return error
  const { message, tag } = describeError(error)
  return new Otherwise({ expected: "no failure", found: `${tag}: ${message}` })
}

/** A case that tries arbitrary values, and tells the smallest for which something is not so. */
export const law = <A>(
  name: string,
  arbitrary: () => Arbitrary.Arbitrary<A>,
  property: (value: A) => Effect.Effect<void, unknown, Scope.Scope>,
  { runs = 100, seed = 0 }: LawOptions = {}
): TestCase =>
  testCase(
    name,
    Effect.gen(function* () {
      const result = yield* Arbitrary.checkEffect(
        arbitrary(),
        (value) => Effect.as(failing(Effect.suspend(() => property(value))), true),
        { runs, seed }
      )
      if (result._tag === "Passed") return
      if (result._tag !== "Falsified" || result.failure._tag === "ReturnedFalse") {
        return yield* new Otherwise({ expected: `${runs} values that fit the Schema`, found: result._tag })
      }
      const { error } = result.failure
      return yield* new Otherwise({ ...fieldsOf(error), counterexample: show(result.shrunkInput) })
    })
  )

const shown = 600

const show = (value: unknown): string => excerpt(Formatter.format(value), shown)

/** That something is so. */
export const holds = (isSo: boolean, expected: string, found: unknown): Effect.Effect<void, Otherwise> =>
  isSo ? Effect.void : Effect.fail(new Otherwise({ expected, found: show(found) }))

/** That two values are equal, all the way down. */
export const same = (what: string, found: unknown, expected: unknown): Effect.Effect<void, Otherwise> =>
  Effect.suspend(() => holds(Equal.equals(found, expected), `${what} to be ${show(expected)}`, found))

/** That an effect fails, as it should. */
export const refused = <A, E, R>(
  expected: string,
  effect: Effect.Effect<A, E, R>,
  isRight: (error: E) => boolean
): Effect.Effect<void, Otherwise, R> =>
  Effect.matchEffect(effect, {
    onFailure: (error) => holds(isRight(error), expected, error),
    onSuccess: (value) => holds(false, expected, value)
  })
