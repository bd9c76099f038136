import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { TestRunner, type TestRunnerError } from "@stepwright/core/TestRunner"

/** Files by their paths, or what is told of each. */
export const Files = Schema.Record(Schema.String, Schema.String)
export type Files = typeof Files.Type

/** What a Python program of ours makes of an input. It gives what its Schema says, or is wrong itself. */
export const evaluated = <A>(
  output: Schema.Codec<A, unknown>,
  program: string,
  input: Schema.Json
): Effect.Effect<A, TestRunnerError, TestRunner> =>
  Effect.gen(function* () {
    const { evaluate } = yield* TestRunner
    return yield* Effect.orDie(Schema.decodeUnknownEffect(output)(yield* evaluate(program, input)))
  })

/** What the sandbox gives, or nothing where that goes over a limit. **Fails with** `Unavailable` where there is none. */
export const ifWithin = <A, R>(
  work: Effect.Effect<A, TestRunnerError, R>
): Effect.Effect<A | undefined, TestRunnerError, R> =>
  Effect.catchIf(
    work,
    ({ reason }) => reason !== "Unavailable",
    () => Effect.undefined
  )
