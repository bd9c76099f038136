import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import type { JournalError } from "@stepwright/core/Journal"
import { counts, isGreen, TestRunner } from "@stepwright/core/TestRunner"
import type { SourceFile } from "@stepwright/core/Workspace"
import type { Answering } from "../../internal/services/answering.ts"
import * as testRunners from "../../internal/services/testRunners.ts"
import { type CliError, configuration, failed, usage } from "../base/cliError.ts"
import { defined } from "../base/defined.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import * as format from "../base/format.ts"
import * as output from "../base/output.ts"
import * as consent from "../gate/consent.ts"
import { effective } from "../config/effective.ts"
import { checkPython } from "../run/checkFlags.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import { standardSettings } from "../run/settings.ts"
import { sourcesBelow } from "../run/readSources.ts"

interface Place extends Pick<Answering, "sandbox" | "python" | "install"> {
  readonly directory: string
  /** The packages that the tests need. */
  readonly packages?: ReadonlyArray<string>
}

/** A folder that is there, or else the one into which a run delivered, with what that ran its tests in. */
const placeOf = Effect.fnUntraced(function* (
  given: string
): Effect.fn.Return<Place, CliError | JournalError, FileSystem.FileSystem> {
  if (given.trim() === "") return yield* usage("DIR names nothing", { target: "DIR", fix: "name a folder or a run" })
  const fs = yield* FileSystem.FileSystem
  if (yield* Effect.orElseSucceed(fs.exists(given), () => false)) return { directory: given }
  if (given !== runFolder.latest && !(yield* runFolder.isReference(given))) return { directory: given }
  const run = yield* runFolder.find(given)
  const { out, ...settings } = (yield* runFolder.readSettings(run)) ?? standardSettings(run)
  yield* Console.error(`run ${run}: ${out}`)
  const { records } = yield* runFolder.state(run)
  const last = Object.values(records).findLast(({ result, step }) => step === "verification" && result !== undefined)
  const { packages = [] } = Option.getOrElse(decodeVerification(last?.result?.output), () => ({ packages: [] }))
  return { ...Struct.pick(settings, ["sandbox", "python", "install"]), directory: out, packages }
})

const decodeVerification = Schema.decodeUnknownOption(
  Schema.Struct({ packages: Schema.optionalKey(Schema.Array(Schema.String)) })
)

/** The files whose tests are looked for wherever they are. */
const isTest = ({ path }: SourceFile) => /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/u.test(path)

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
  Effect.fnUntraced(function* ({ directory: given, json, ...told }) {
    yield* checkPython(told.python)
    const { directory, packages = [], ...own } = yield* placeOf(given)
    const { install, python, sandbox } = yield* effective({ ...own, ...defined(told) })
    const options = defined({ install, python })
    const sources = yield* sourcesBelow(directory)
    const { doubtsOf } = yield* Effect.promise(() => import("@stepwright/steps/VerificationStep"))
    const report = yield* Effect.flatMap(TestRunner, ({ run }) => run(sources, { packages })).pipe(
      Effect.map((report) => ({ ...report, doubts: doubtsOf(sources.filter(isTest), report) })),
      Effect.provide(testRunners.layer(sandbox, options)),
      (work) => consent.given(work, { json }),
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
