import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { isGreen, type RunOptions, TestRunner } from "@stepwright/core/TestRunner"
import { Attempt, Mutant, Mutation } from "./Attempt.ts"
import * as files from "./internal/files.ts"
import { ifWithin } from "./internal/python/evaluated.ts"
import * as mutation from "./internal/python/mutants.ts"

export { Mutant, Mutation }

/**
 * What a mutant changes: `equal` (== and !=), `limit` (< and <=, > and >=), `member` (in, is, and their opposites),
 * `arithmetic`, `and-or`, `boolean`, `number` (one more), `condition` (its opposite), `return` (None), `statement` (left
 * out).
 */
export const Operator = mutation.Operator
export type Operator = typeof Operator.Type

export const Input = Schema.Struct({
  attempt: Attempt,
  /** The files that are changed; every Python file of the code unless given. */
  files: Schema.optionalKey(Schema.Array(Schema.String)),
  /** How many mutants there are to be at most. */
  count: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  seed: Schema.Int,
  /** What fewer tests showed of the same mutants: what they noticed is noticed. */
  known: Schema.optionalKey(Mutation)
})

/** How long a mutant may take: one that takes ten times as long as the code does hardly ends. */
const limitOf = (millis: number): Duration.Duration => Duration.millis(10_000 + 10 * millis)

/** After how many mutants a line says how far it is. */
const between = 10

/**
 * Changes one thing after the other in the code, and runs the tests on each: one that still is green shows what they do
 * not check, or a change that means the same. A mutant on a line that no test runs is not noticed, and not tried. Nothing
 * is known where there is no sandbox, or it goes away, until there is one.
 */
export const step = Step.effect("mutation", {
  input: Input,
  output: Mutation,
  key: () => Effect.map(TestRunner, ({ identity }) => identity),
  heavy: true,
  run: ({
    attempt: { acceptance, code, tests, verification },
    count,
    files: changed = Object.keys(code),
    known,
    seed
  }) =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const { packages = [] } = verification
      const run = (code: Attempt["code"], options: RunOptions = {}) =>
        ifWithin(runner.run(files.ofPackage(code, [...tests, ...acceptance]), { ...options, packages }))
      const python = Object.fromEntries(
        Object.entries(code).filter(([path]) => path.endsWith(".py") && changed.includes(path))
      )
      const made = (yield* ifWithin(mutation.mutants(python, count, seed))) ?? []
      const { coverage = {}, durationMillis = 0 } = (yield* run(code, { coverage: true })) ?? {}
      let [tried, noticed] = [0, 0]
      const mutants = yield* Effect.forEach(
        made,
        ({ content, ...mutant }, i) => {
          const isUnreached = coverage[mutant.path]?.missed.includes(mutant.line) === true
          const isKnown = known?.mutants[i]?.isNoticed === true
          const isNoticed =
            isUnreached || isKnown
              ? Effect.succeed(isKnown)
              : run({ ...code, [mutant.path]: content }).pipe(
                  Effect.map((report) => report === undefined || !isGreen(report)),
                  // one that never ends is noticed
                  Effect.timeoutOrElse({ duration: limitOf(durationMillis), orElse: () => Effect.succeed(true) })
                )
          return Effect.tap(
            Effect.map(isNoticed, (isNoticed): Mutant => ({ ...mutant, isNoticed })),
            ({ isNoticed }) => {
              if (isNoticed) noticed++
              return ++tried % between === 0
                ? Effect.logInfo({ note: `${tried} of ${made.length} mutants tried, ${noticed} noticed` })
                : Effect.void
            }
          )
        },
        { concurrency: 2 }
      )
      return { noticed, mutants }
    }).pipe(Effect.catch(({ detail }) => Effect.succeed({ noticed: 0, mutants: [], notKnown: detail }))),
  isCurrent: ({ notKnown }) => Effect.succeed(notKnown === undefined)
})
