// What the tests of others say of a delivery, next to what they say of the code that they were written for.
import { Result } from "effect"
import type { TestReport, TestRunnerError } from "@stepwright/core/TestRunner"

/** What a run of tests showed, or why there is no verdict. */
export type Verdict = Result.Result<TestReport, TestRunnerError>

/** A row of the table, and what is to be said below it. */
export interface Row {
  readonly cells: ReadonlyArray<string>
  readonly notes: ReadonlyArray<string>
}

/** The exception in a trace, or else its last line. */
const reasonOf = (detail: string) => {
  const lines = detail.trim().split("\n")
  const exception = lines.findLast((line) => /^(?:E +)?[\w.]+(?:Error|Exception)\b/.test(line))
  return (exception ?? lines.at(-1)!).replace(/^E +/, "")
}

/** Why a test did not pass; nothing if it did. */
const failureOf = (name: string, verdict: Verdict) => {
  if (Result.isFailure(verdict)) return "no verdict"
  const { tests } = verdict.success
  // a module that cannot be loaded stands for its tests
  const result = tests.find(({ test }) => test === name) ?? tests.find(({ test }) => name.startsWith(`${test}.`))
  if (result === undefined) return "did not run"
  return result.outcome === "passed" ? undefined : reasonOf(result.detail ?? result.outcome)
}

export const passesNothing = (verdict: Verdict): boolean =>
  Result.isFailure(verdict) || verdict.success.tests.every(({ outcome }) => outcome !== "passed")

/** For each verdict a cell, how many passed of the tests that the reference has, and a note for each that did not. */
export const rowOf = (
  cells: ReadonlyArray<string>,
  verdicts: ReadonlyArray<Verdict>,
  references: ReadonlyArray<Verdict>
): Row => {
  const told = verdicts.map((verdict, i) => {
    const reference = references[i]!
    const names = Result.isFailure(reference) ? [] : reference.success.tests.map(({ test }) => test)
    const failures = names.flatMap((name) => {
      const why = failureOf(name, verdict)
      return why === undefined ? [] : [`${name}: ${why}`]
    })
    return {
      cell: `${names.length - failures.length}/${names.length}`,
      notes: [...failures, ...(Result.isFailure(verdict) ? [verdict.failure.message] : verdict.success.doubts)]
    }
  })
  return {
    cells: [...cells, ...told.map(({ cell }) => cell)],
    notes: told.flatMap(({ notes }) => notes).map((note) => `${cells[0]}: ${note}`)
  }
}

/** The table in Markdown, and the notes below it. */
export const print = (rows: ReadonlyArray<Row>): string => {
  const head = ["project", "own tests", "unit tests", "acceptance tests"]
  const table = [head, head.map(() => "---"), ...rows.map(({ cells }) => cells)]
  const lines = table.map((cells) => `| ${cells.join(" | ")} |`)
  return [...lines, "", ...rows.flatMap(({ notes }) => notes)].join("\n").trimEnd()
}
