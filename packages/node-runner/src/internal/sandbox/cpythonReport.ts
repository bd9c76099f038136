import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { TestRunnerError } from "@stepwright/core/TestRunner"
import * as testReport from "./testReport.ts"

/** The words by which lines of the report are known, of the process with the tests and of the one that watches it. */
export interface Words {
  readonly tests: string
  readonly watch: string
}

/** How the process with the tests ended. */
const End = Schema.Struct({
  /** The limit at which it was ended. */
  over: Schema.NullOr(Schema.Literals(["TimedOut", "OutOfMemory"])),
  /** Its exit status, or the signal that ended it, below zero. */
  code: Schema.Int,
  /** Where it was then. */
  trace: Schema.String,
  changed: Schema.Array(Schema.String)
})

const decodeEnd = Schema.decodeUnknownOption(Schema.fromJsonString(End))
const decodeRunning = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ running: Schema.String })))

const crashed = (detail: string) => new TestRunnerError({ reason: "Crashed", detail })

/** The lines of a report by their writers; those of nobody that the host knows are left over. */
const sorted = (report: string, words: Words) => {
  const tests: Array<string> = []
  const watch: Array<string> = []
  let others = 0
  for (const line of report.split("\n")) {
    if (line === "") continue
    if (line.startsWith(`${words.tests} `)) tests.push(line.slice(words.tests.length + 1))
    else if (line.startsWith(`${words.watch} `)) watch.push(line.slice(words.watch.length + 1))
    else others++
  }
  return { tests, watch, others }
}

/** What a process of CPython left behind, as `testReport` takes it; fails where it went over a limit, or was ended. */
export const read = Effect.fnUntraced(function* (
  remains: testReport.Remains,
  words: Words
): Effect.fn.Return<testReport.Remains, TestRunnerError> {
  const { others, tests, watch } = sorted(remains.report, words)
  const lines = tests.filter((line) => Option.isNone(decodeRunning(line)))
  const running = tests
    .flatMap((line) => Option.toArray(Option.map(decodeRunning(line), ({ running }) => running)))
    .at(-1)
  if (lines.length === 0)
    return yield* testReport.notStarted(`the sandbox did not start. ${remains.complaints}`.trimEnd())
  const end = Option.getOrUndefined(decodeEnd(watch[0]))
  if (end === undefined || watch.length > 1) {
    return yield* crashed(`the sandbox ended before the tests did. ${remains.complaints}`.trimEnd())
  }
  const { changed, code, over, trace } = end
  const where = trace.trim() || running
  if (over === "TimedOut") return yield* testReport.timedOut(remains.timeout, where)
  if (over !== null) {
    return yield* testReport.overLimit(
      over,
      `the tests used more memory than the sandbox allows. They were here:\n${where}`
    )
  }
  if (code !== 0 || lines.length < 3) {
    const how = code < 0 ? `signal ${-code}` : `exit status ${code}`
    const said = trace.trim() === "" ? "" : `\n${trace.trim()}`
    return yield* crashed(`${running ?? "the loading of the tests"} ended the process that ran them: ${how}${said}`)
  }
  const seen = {
    interrupted: false,
    changed,
    doubts: others > 0 ? ["the tests wrote to the report of the sandbox"] : []
  }
  return { ...remains, report: [...lines, JSON.stringify(seen)].join("\n") }
})

/** The output of a program. */
export const readProgram = Effect.fnUntraced(function* (
  remains: testReport.Remains,
  words: Words
): Effect.fn.Return<Schema.Json, TestRunnerError> {
  const { tests, watch } = sorted(remains.report, words)
  const end = Option.getOrUndefined(decodeEnd(watch[0]))
  if (end?.over === "TimedOut") return yield* testReport.timedOut(remains.timeout, end.trace)
  return yield* testReport.output({ ...remains, report: tests.join("\n") })
})
