import type { WorkflowEvent } from "@stepwright/core"
import * as coding from "../../src/model/report/coding.ts"
import { historyOf, standings, treeOf } from "./places.ts"

const counts = { run: 0, passed: 0, failed: 0, errors: 0, skipped: 0, expectedFailures: 0, unsupported: 0 }

/** What tests showed, by their outcomes. */
export const verified = (outcomes: Readonly<Record<string, string>>) => {
  const tests = Object.entries(outcomes).map(([test, outcome]) => ({ test, outcome, asserts: true }))
  const passed = tests.filter(({ outcome }) => outcome === "passed").length
  return { outcome: "red", counts: { ...counts, run: tests.length, passed }, tests, doubts: [] }
}

/** The files of a project: a text of code, and a text of tests. */
export const files = (code: string, tests = "def test_a(): assert 1\n") => ({
  code: { "a.py": code },
  tests: [{ path: "tests/test_a.py", content: tests }],
  acceptance: []
})

export const attempt = (code: string) => ({ ...files(code), specification: {}, verification: verified({}) })

export const report = (more: object = {}) => ({
  title: "A",
  outcome: "green",
  counts,
  criteria: [],
  notes: [],
  uncovered: [],
  files: [],
  absent: [],
  tests: [],
  doubts: [],
  ...more
})

/** A history in which steps gave this, one after the other. */
export const gave = (outputs: ReadonlyArray<readonly [path: string, output: unknown]>, input: unknown = {}) =>
  historyOf([
    { _tag: "RunInitialized", format: 2, run: "r", workflow: "w", version: 1, definition: "", input, at: 0 },
    ...outputs.map(([path, output], i) => ({
      _tag: "StepSucceeded",
      path,
      step: path,
      by: "code",
      output,
      at: i + 1,
      fingerprint: { value: String(i), parts: {} }
    }))
  ] as ReadonlyArray<WorkflowEvent.WorkflowEvent>)

/** The code of such a history, in a workflow at `at`. */
export const codingOf = (history: ReturnType<typeof gave>, at = "") => {
  const paths = [...history.steps.keys(), ...["check", "coverage", "report"].map((name) => `${at}${name}`)]
  return coding.of(treeOf(paths), history, standings({}))
}
