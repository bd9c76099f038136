// What cases are made of. Whatever keeps a body from its end, a defect too, is the failure of its case.

import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Formatter from "effect/Formatter"
import type * as Scope from "effect/Scope"
import { excerpt } from "../../internal/text/excerpt.ts"
import { describeError } from "../../WorkflowError.ts"
import { type TestCase, TestCaseError } from "../TestCase.ts"

/** What is not as it should be, within a case. */
export class Otherwise extends Data.TaggedError("Otherwise")<{ readonly expected: string; readonly found: string }> {}

export const testCase = (name: string, body: Effect.Effect<void, unknown, Scope.Scope>): TestCase => ({
  name,
  run: Effect.catchCause(Effect.scoped(body), (cause) =>
    // an interruption is not the doing of what is tested
    Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.fail(errorOf(name, Cause.squash(cause)))
  )
})

const errorOf = (name: string, error: unknown) => {
  if (error instanceof Otherwise) return new TestCaseError({ case: name, expected: error.expected, found: error.found })
  const { message, tag } = describeError(error)
  return new TestCaseError({ case: name, expected: "no failure", found: `${tag}: ${message}` })
}

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
