import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Problem, TestReport, TestRunnerError } from "@stepwright/core/TestRunner"
import type { SourceFile } from "@stepwright/core/Workspace"

const Outcome = Schema.Literals(["passed", "skipped", "unsupported", "failure", "error"])
const NotRun = Schema.Tuple([Schema.String, Schema.String])

/** The lines that a process writes which comes to its end: that it started, tests found, outcomes, what it saw itself. */
const Lines = Schema.Tuple([
  Schema.fromJsonString(Schema.Struct({ started: Schema.Literal(true) })),
  Schema.fromJsonString(
    Schema.Struct({
      found: Schema.Array(Schema.String),
      /** Tests that pytest alone could run, each with the reason. */
      notRun: Schema.Array(NotRun),
      alerts: Schema.Array(Schema.String)
    })
  ),
  Schema.fromJsonString(
    Schema.Struct({
      outcomes: Schema.Array(Schema.Tuple([Schema.String, Outcome])),
      problems: TestReport.fields.problems,
      alerts: Schema.Array(Schema.String)
    })
  ),
  Schema.fromJsonString(Schema.Struct({ interrupted: Schema.Boolean, changed: Schema.Array(Schema.String) }))
])
const decodeLines = Schema.decodeUnknownEffect(Lines)

/** The last line of a process that cannot go on: its tests called `os._exit`, or Pyodide did not start. */
const Fatal = Schema.fromJsonString(Schema.Struct({ fatal: Schema.String, started: Schema.Boolean }))
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
  const [, { alerts, found, notRun }, run, { changed, interrupted }] = yield* Effect.catch(decodeLines(lines), () =>
    Effect.flatMap(whyNot(lines.at(-1), remains), (error) => Effect.fail(error))
  )
  if (interrupted) return yield* timedOut(timeout, run.alerts.at(-1) ?? run.problems.at(-1)?.detail)

  const doubts = [...alerts, ...run.alerts]
  const missing = missingIn(found, run.outcomes)
  // with the reason why it was cut short there is no need to say so
  if (missing.length > 0 && doubts.length === 0) doubts.push(`these tests did not run: ${missing.join(", ")}`)
  if (changed.length > 0) doubts.push(`the tests changed the files that they ran on: ${changed.join(", ")}`)
  const count = (outcome: typeof Outcome.Type) => run.outcomes.filter(([, other]) => other === outcome).length
  const lost = [...notRun.map(([test, why]) => [test, `it was not run: ${why}`] as const), ...notFound(files)]
  const unsupported = count("unsupported") + lost.length
  return {
    run: run.outcomes.length + doubts.length + lost.length,
    passed: count("passed"),
    failed: count("failure"),
    errors: count("error") + doubts.length,
    skipped: count("skipped"),
    ...(unsupported > 0 && { unsupported }),
    problems: [
      ...run.problems,
      ...doubts.map((detail): Problem => ({ test: "unittest", kind: "error", detail })),
      ...lost.map(([test, detail]): Problem => ({ test, kind: "unsupported", detail }))
    ],
    output,
    durationMillis
  }
})

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

const whyNot = (last: string | undefined, { complaints, report }: Remains) =>
  Effect.match(decodeFatal(last), {
    onSuccess: ({ fatal, started }) =>
      started
        ? new TestRunnerError({ reason: "Crashed", detail: `the tests ended the process that ran them: ${fatal}` })
        : notStarted(`Pyodide did not start (${fatal}); install it anew`),
    onFailure: () =>
      report === ""
        ? notStarted(`Pyodide did not start; install it anew. ${complaints}`.trimEnd())
        : new TestRunnerError({
            reason: "Crashed",
            detail: `the process that ran the tests ended without a report. ${complaints}`.trimEnd()
          })
  })

/** Tests that were found and have no outcome, but for those whose class or module was not set up. */
const missingIn = (found: ReadonlyArray<string>, outcomes: ReadonlyArray<readonly [string, string]>) => {
  const left = new Map<string, number>()
  for (const [name] of outcomes) left.set(name, (left.get(name) ?? 0) + 1)
  const notSetUp = outcomes.flatMap(([name]) => /^setUp(?:Class|Module) \((.+)\)$/.exec(name)?.[1] ?? [])
  return found.filter((name) => {
    const ran = left.get(name) ?? 0
    left.set(name, ran - 1)
    return ran <= 0 && !notSetUp.some((owner) => name.startsWith(`${owner}.`))
  })
}

/** The files that look like tests and that `unittest` does not find, each with the reason. */
const notFound = (files: ReadonlyArray<SourceFile>): ReadonlyArray<readonly [path: string, why: string]> => {
  const paths = new Set(files.map(({ path }) => path))
  return [...paths].flatMap((path) => {
    const why = whyNotFound(path, paths)
    return why === undefined ? [] : [[path, `it was not run: unittest looks for ${why}`] as const]
  })
}

const whyNotFound = (path: string, paths: ReadonlySet<string>): string | undefined => {
  const [name = "", ...inside] = path.split("/").toReversed()
  const folders = inside.map((_, i) => inside.slice(i).toReversed().join("/")).toReversed()
  const plain = folders.find((folder) => !paths.has(`${folder}/__init__.py`))
  if (/^test_.*\.py$/.test(name)) return plain && `${plain}/__init__.py, and finds none`
  return name.endsWith("_test.py") && !name.startsWith("test") ? "files named test*.py" : undefined
}
