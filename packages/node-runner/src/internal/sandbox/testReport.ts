import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { TestReport, TestResult, TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import type { SourceFile } from "@stepwright/core/Workspace"

const NotRun = Schema.Tuple([Schema.String, Schema.String])
const Limit = Schema.Literals(["OutOfMemory", "OutOfProcesses", "FileTooLarge"])

/** The lines that a process writes which comes to its end: that it started, tests found, outcomes, what it saw itself. */
const Lines = Schema.Tuple([
  Schema.fromJsonString(Schema.Struct({ started: Schema.Literal(true) })),
  Schema.fromJsonString(
    Schema.Struct({
      found: Schema.Array(Schema.String),
      /** Tests that pytest alone could run, each with the reason. */
      notRun: Schema.Array(NotRun)
    })
  ),
  Schema.fromJsonString(
    Schema.Struct({
      tests: Schema.Array(TestResult),
      doubts: TestReport.fields.doubts,
      /** The limits of the sandbox that tests went over, each with the test. */
      limits: Schema.Array(Schema.Tuple([Limit, Schema.String])),
      coverage: TestReport.fields.coverage
    })
  ),
  Schema.fromJsonString(
    Schema.Struct({
      interrupted: Schema.Boolean,
      changed: Schema.Array(Schema.String),
      doubts: Schema.optionalKey(TestReport.fields.doubts)
    })
  )
])
const decodeLines = Schema.decodeUnknownEffect(Lines)
const decodeOutput = Schema.decodeUnknownEffect(
  Schema.Tuple([Lines.elements[0], Schema.fromJsonString(Schema.Struct({ output: Schema.Json }))])
)

/** The last line of a process that cannot go on: its tests called `os._exit`, or Pyodide did not start. */
const Fatal = Schema.fromJsonString(
  Schema.Struct({
    fatal: Schema.String,
    started: Schema.Boolean,
    /** The test that was running. */
    running: Schema.optionalKey(Schema.String),
    /** The limit at which it was ended. */
    over: Schema.optionalKey(Limit)
  })
)
const decodeFatal = Schema.decodeUnknownEffect(Fatal)

/** What a process left behind. */
export interface Remains {
  readonly files: ReadonlyArray<SourceFile>
  readonly report: string
  readonly output: string
  /** What Node and Pyodide themselves complained of. */
  readonly complaints: string
  readonly durationMillis: number
  readonly timeout: Duration.Input
}

/** The report of a process that came to its end; anything else is no verdict. */
export const make = Effect.fnUntraced(function* (remains: Remains): Effect.fn.Return<TestReport, TestRunnerError> {
  const { durationMillis, files, output, timeout } = remains
  const lines = remains.report.trimEnd().split("\n")
  const [, { found, notRun }, { coverage, doubts, limits, tests }, { changed, doubts: more = [], interrupted }] =
    yield* Effect.catch(decodeLines(lines), () => noVerdict(remains))
  if (interrupted) return yield* timedOut(timeout, doubts.at(-1) ?? tests.at(-1)?.detail)
  const [limit] = limits
  if (limit !== undefined) return yield* overLimit(...limit)
  const missing = missingIn(found, tests)
  return {
    tests: [
      ...tests,
      ...unsupported(notRun.map(([test, why]) => [test, `it was not run: ${why}`])),
      ...notFound(files)
    ],
    doubts: [
      ...doubts,
      // with the reason why it was cut short there is no need to say so
      ...(missing.length > 0 && doubts.length === 0 ? [`these tests did not run: ${missing.join(", ")}`] : []),
      ...(changed.length > 0 ? [`the tests changed the files that they ran on: ${changed.join(", ")}`] : []),
      ...more
    ],
    ...(coverage !== undefined && { coverage }),
    output,
    durationMillis
  }
})

const unsupported = (tests: ReadonlyArray<readonly [test: string, detail: string]>): ReadonlyArray<TestResult> =>
  tests.map(([test, detail]) => ({ test, outcome: "unsupported", asserts: false, detail }))

/** No verdict, as the tests went over a limit of the sandbox. */
export const overLimit = (reason: typeof Limit.Type, detail: string) => new TestRunnerError({ reason, detail })

export const timedOut = (timeout: Duration.Input, place?: string) =>
  new TestRunnerError({
    reason: "TimedOut",
    detail:
      `the tests did not end within ${Duration.format(Duration.fromInputUnsafe(timeout))}; ` +
      `look for a loop without an end, or allow more time` +
      (place === undefined ? "" : `. They were here:\n${place}`)
  })

/** No verdict, since the tests never began: that is not their doing. */
export const notStarted = (detail: string) => new TestRunnerError({ reason: "Unavailable", detail })

/** The runner of a sandbox that cannot be had. */
export const unavailable = (name: string, why: string) => {
  const fail = () => Effect.fail(notStarted(why))
  return TestRunner.of({ identity: `${name} (not here)`, hasPytest: false, run: fail, evaluate: fail })
}

const noVerdict = ({ complaints, report }: Remains) =>
  Effect.match(decodeFatal(report.trimEnd().split("\n").at(-1)), {
    onSuccess: ({ fatal, over, running = "", started }) =>
      over !== undefined
        ? overLimit(over, `${running}: ${fatal}`)
        : started
          ? new TestRunnerError({
              reason: "Crashed",
              detail: `${running || "the tests"} ended the process that ran them: ${fatal}`
            })
          : notStarted(`Pyodide did not start (${fatal}); install it anew`),
    onFailure: () =>
      report === ""
        ? notStarted(`Pyodide did not start; install it anew. ${complaints}`.trimEnd())
        : new TestRunnerError({
            reason: "Crashed",
            detail: `the process that ran the tests ended without a report. ${complaints}`.trimEnd()
          })
  }).pipe(Effect.flatMap(Effect.fail))

/** Tests that were found and have no outcome, but for those whose class or module was not set up. */
const missingIn = (found: ReadonlyArray<string>, tests: ReadonlyArray<TestResult>) => {
  const left = new Map<string, number>()
  for (const { test } of tests) left.set(test, (left.get(test) ?? 0) + 1)
  const notSetUp = tests.flatMap(({ test }) => /^setUp(?:Class|Module) \((.+)\)$/.exec(test)?.[1] ?? [])
  return found.filter((name) => {
    const ran = left.get(name) ?? 0
    left.set(name, ran - 1)
    return ran <= 0 && !notSetUp.some((owner) => name.startsWith(`${owner}.`))
  })
}

/** The files that look like tests and that `unittest` does not find, each with the reason. */
const notFound = (files: ReadonlyArray<SourceFile>): ReadonlyArray<TestResult> => {
  const paths = new Set(files.map(({ path }) => path))
  return unsupported(
    [...paths].flatMap((path) => {
      const why = whyNotFound(path, paths)
      return why === undefined ? [] : [[path, `it was not run: unittest looks for ${why}`] as const]
    })
  )
}

const whyNotFound = (path: string, paths: ReadonlySet<string>): string | undefined => {
  const [name = "", ...inside] = path.split("/").toReversed()
  const folders = inside.map((_, i) => inside.slice(i).toReversed().join("/")).toReversed()
  const plain = folders.find((folder) => !paths.has(`${folder}/__init__.py`))
  if (/^test_.*\.py$/.test(name)) return plain && `${plain}/__init__.py, and finds none`
  return name.endsWith("_test.py") && !name.startsWith("test") ? "files named test*.py" : undefined
}

/** What a program came to: the line after the one that it started. */
export const output = (remains: Remains): Effect.Effect<Schema.Json, TestRunnerError> => {
  const lines = remains.report.trimEnd().split("\n")
  return Effect.matchEffect(decodeOutput(lines), {
    onSuccess: ([, { output }]) => Effect.succeed(output),
    onFailure: () => noVerdict(remains)
  })
}
