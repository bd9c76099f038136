import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { isGreen, TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import { Attempt } from "./Attempt.ts"
import * as files from "./internal/files.ts"
import * as mutation from "./internal/python/mutants.ts"

/**
 * What a mutant changes: `equal` (== and !=), `limit` (< and <=, > and >=), `member` (in, is, and their opposites),
 * `arithmetic`, `and-or`, `boolean`, `number` (one more), `condition` (its opposite), `return` (None), `statement` (left
 * out).
 */
export const Operator = mutation.Operator
export type Operator = typeof Operator.Type

/** A change of one thing in a file, and whether a test noticed. */
export class Mutant extends Schema.Opaque<Mutant>()(
  Schema.Struct({
    path: Schema.String,
    line: Schema.Int,
    operator: Operator,
    before: Schema.String,
    after: Schema.String,
    isNoticed: Schema.Boolean
  })
) {}

/** How well tests notice that code is changed. */
export class Mutation extends Schema.Opaque<Mutation>()(
  Schema.Struct({ noticed: Schema.Int, mutants: Schema.Array(Mutant) })
) {}

export const Input = Schema.Struct({
  attempt: Attempt,
  /** How many mutants there are to be at most. */
  count: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  seed: Schema.Int
})

/**
 * Changes one thing after the other in the code, and runs the tests on each: one that still is green shows what they do
 * not check, or a change that means the same.
 *
 * **Fails with** `TestRunnerError` when there is no sandbox.
 */
export const step = Step.effect("mutation", {
  input: Input,
  output: Mutation,
  error: TestRunnerError,
  key: () => Effect.map(TestRunner, ({ identity }) => identity),
  run: ({ attempt: { acceptance, code, tests }, count, seed }) =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const python = Object.fromEntries(Object.entries(code).filter(([path]) => path.endsWith(".py")))
      const made = yield* mutation.mutants(python, count, seed)
      const tried = yield* Effect.forEach(
        made,
        ({ content, ...mutant }) =>
          runner.run(files.ofPackage({ ...code, [mutant.path]: content }, [...tests, ...acceptance])).pipe(
            Effect.map((report) => !isGreen(report)),
            // one that never ends, or takes all memory, is noticed
            Effect.catch((error) => (error.reason === "Unavailable" ? Effect.fail(error) : Effect.succeed(true))),
            Effect.map((isNoticed): Mutant => ({ ...mutant, isNoticed }))
          ),
        { concurrency: 2 }
      )
      return { noticed: tried.filter(({ isNoticed }) => isNoticed).length, mutants: tried }
    })
})
