import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { counts, isGreen, TestRunner } from "@stepwright/core/TestRunner"
import * as testRunners from "../../internal/services/testRunners.ts"
import { configuration, failed, usage } from "../base/cliError.ts"
import { defined } from "../base/defined.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import * as format from "../base/format.ts"
import * as output from "../base/output.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import { standardSettings } from "../run/settings.ts"
import { sourcesBelow } from "../run/readSources.ts"

/** A folder that is there, or else the one into which a run delivered. */
const folderOf = Effect.fnUntraced(function* (given: string) {
  if (given.trim() === "") return yield* usage("DIR names nothing", { target: "DIR", fix: "name a folder or a run" })
  const fs = yield* FileSystem.FileSystem
  if (yield* Effect.orElseSucceed(fs.exists(given), () => false)) return given
  if (given !== runFolder.latest && !(yield* runFolder.isReference(given))) return given
  const run = yield* runFolder.find(given)
  const { out } = (yield* runFolder.readSettings(run)) ?? standardSettings(run)
  yield* Console.error(`run ${run}: ${out}`)
  return out
})

const indented = (text: string) => text.trimEnd().replaceAll(/^/gm, "  ")

export const verify = Command.make(
  "verify",
  {
    directory: Argument.String("DIR").pipe(
      Argument.withDescription(
        "A folder with Python code and its unittest tests, or a run (default: the run that was used last)"
      ),
      Argument.withDefault(runFolder.latest)
    ),
    sandbox: flags.answering.sandbox,
    python: flags.answering.python,
    json: flags.json
  },
  Effect.fnUntraced(function* ({ directory: given, json, python, sandbox }) {
    const directory = yield* folderOf(given)
    const sources = yield* sourcesBelow(directory)
    const report = yield* Effect.flatMap(TestRunner, ({ run }) => run(sources)).pipe(
      Effect.provide(testRunners.layer(sandbox, defined({ python }))),
      Effect.catchTag("TestRunnerError", (error) =>
        Effect.fail((error.reason === "Unavailable" ? configuration : failed)(error.message, { cause: error }))
      )
    )
    if (json) {
      yield* Console.log(JSON.stringify(report, null, 2))
    } else {
      for (const doubt of report.doubts) yield* output.report(`doubt:\n${indented(doubt)}`)
      for (const { detail = "", outcome, test } of report.tests) {
        if (outcome === "passed" || outcome === "expected-failure" || outcome === "skipped") continue
        yield* output.report(`${outcome}: ${test}\n${indented(detail)}`)
      }
      yield* Console.log(
        report.tests.length === 0
          ? "no tests found: a test is a method test* of a unittest.TestCase, or a function test*, in a file test_*.py"
          : `${format.count(report.tests.length, "test")} run in ${format.time(report.durationMillis)}: ${format.tests(counts(report))}`
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
