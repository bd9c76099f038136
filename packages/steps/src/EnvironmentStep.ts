import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"

/** The version of each package that is installed where tests run; modules of Python's own have none. */
export const Environment = Schema.Record(Schema.String, Schema.String)
export type Environment = typeof Environment.Type

export const Input = Schema.Struct({ dependencies: Schema.Array(Schema.Struct({ name: Schema.String })) })

const program = `
from importlib.metadata import PackageNotFoundError, version


def main(names):
    versions = {}
    for name in names:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            pass
    return versions
`

const decode = Schema.decodeUnknownEffect(Environment)

/**
 * Sees to it that there is what tests will need, before anything is written for it.
 *
 * **Fails with** `TestRunnerError` where the sandbox lacks a package, and may not or cannot install it.
 */
export const step = Step.effect("environment", {
  input: Input,
  output: Environment,
  error: TestRunnerError,
  key: ({ dependencies }) =>
    dependencies.length === 0 ? Effect.succeed("") : Effect.map(TestRunner, ({ identity }) => identity),
  run: ({ dependencies }) =>
    Effect.gen(function* () {
      if (dependencies.length === 0) return {}
      const { evaluate } = yield* TestRunner
      const packages = dependencies.map(({ name }) => name)
      // the program gives nothing else
      return yield* Effect.orDie(decode(yield* evaluate(program, packages, { packages })))
    })
})
