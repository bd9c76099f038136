import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { isGreen, TestRunner } from "@stepwright/core/TestRunner"
import * as testRunners from "../../internal/services/testRunners.ts"
import { configuration, failed } from "../base/cliError.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import * as format from "../base/format.ts"
import * as flags from "../run/flags.ts"
import { sourcesBelow } from "../run/readSources.ts"

export const verify = Command.make(
  "verify",
  {
    directory: Argument.String("DIR").pipe(
      Argument.withDescription("A folder with Python code and its unittest tests")
    ),
    sandbox: flags.answering.sandbox,
    json: flags.json
  },
  Effect.fnUntraced(function* ({ directory, json, sandbox }) {
    const sources = yield* sourcesBelow(directory)
    const report = yield* Effect.flatMap(TestRunner, ({ run }) => run(sources)).pipe(
      Effect.provide(testRunners.layer(sandbox)),
      Effect.catchTag("TestRunnerError", (error) =>
        Effect.fail((error.reason === "Unavailable" ? configuration : failed)(error.message, error))
      )
    )
    if (json) {
      yield* Console.log(JSON.stringify(report, null, 2))
    } else {
      for (const { detail, kind, test } of report.problems) {
        yield* Console.log(`${kind}: ${test}\n${detail.trimEnd().replaceAll(/^/gm, "  ")}`)
      }
      yield* Console.log(
        report.run === 0
          ? "no tests found: a test is a method test… of a unittest.TestCase, or a function test…, in a file test_….py"
          : `${format.count(report.run, "test")} run in ${format.time(report.durationMillis)}: ${format.tests(report)}`
      )
    }
    yield* end(isGreen(report) ? exitStatus.done : exitStatus.failed)
  })
).pipe(
  Command.withDescription(
    "Run the Python tests of a folder in the sandbox. The status is 0 only when all pass and there is at least one."
  ),
  Command.withShortDescription("Run a folder's Python tests in the sandbox"),
  Command.withExamples(({ commandPath }) => [
    { command: `${commandPath.join(" ")} out/ledger`, description: "Counts, and what went wrong" },
    { command: `${commandPath.join(" ")} out/ledger --json`, description: "The whole report" }
  ])
)
