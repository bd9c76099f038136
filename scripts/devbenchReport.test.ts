import { type TestReport, type TestResult, TestRunnerError } from "@stepwright/core/TestRunner"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { passesNothing, print, rowOf, type Verdict } from "./devbenchReport.ts"

const report = (
  results: Readonly<Record<string, readonly [TestResult["outcome"], string?]>>,
  doubts: TestReport["doubts"] = []
): Verdict =>
  Result.succeed({
    tests: Object.entries(results).map(([test, [outcome, detail]]) => ({
      test,
      outcome,
      asserts: true,
      ...(detail !== undefined && { detail })
    })),
    doubts,
    output: "",
    durationMillis: 1
  })

const reference = report({
  "unit.test_a.one": ["passed"],
  "unit.test_a.two": ["passed"],
  "unit.test_b.one": ["passed"]
})

const late: Verdict = Result.fail(new TestRunnerError({ reason: "TimedOut", detail: "it took too long" }))

const notesOf = (verdict: Verdict) => rowOf(["it"], [verdict], [reference]).notes

describe("rowOf", () => {
  it("counts of the tests that the reference has, and of no others", () => {
    const own = report({ "unit.test_a.one": ["passed"], "unit.test_b.one": ["failed"], "own.test_c.one": ["passed"] })
    expect(rowOf(["it", "1/1"], [own, reference], [reference, reference])).toStrictEqual({
      cells: ["it", "1/1", "1/3", "3/3"],
      notes: ["it: unit.test_a.two: did not run", "it: unit.test_b.one: failed"]
    })
  })

  it("says by the exception why a test did not pass", () => {
    const detail =
      'Traceback:\n  File "x.py", line 1\nAssertionError: [1] != [2]\n\nFirst differing element 0:\n- [1]\n'
    expect(notesOf(report({ "unit.test_a.one": ["failed", detail], "unit.test_a.two": ["error", "a\nb\n"] }))).toEqual([
      "it: unit.test_a.one: AssertionError: [1] != [2]",
      "it: unit.test_a.two: b",
      "it: unit.test_b.one: did not run"
    ])
  })

  it("says of each test of a module that cannot be loaded why that is", () => {
    const detail = "Traceback:\nunit/test_a.py:1: in <module>\nE   ModuleNotFoundError: No module named 'shop'\n"
    expect(notesOf(report({ "unit.test_a": ["error", detail], "unit.test_b.one": ["passed"] }))).toEqual([
      "it: unit.test_a.one: ModuleNotFoundError: No module named 'shop'",
      "it: unit.test_a.two: ModuleNotFoundError: No module named 'shop'"
    ])
  })

  it("has no test passed where there is no verdict, and says why; doubts are told too", () => {
    const { cells, notes } = rowOf(["it"], [late], [reference])
    expect([cells[1], notes.at(-1)]).toEqual(["0/3", "it: tests could not be run (TimedOut): it took too long"])
    expect(notesOf(report({}, ["files were changed"])).at(-1)).toBe("it: files were changed")
  })
})

describe("passesNothing", () => {
  it("is so where no test passed, or there is no verdict", () => {
    expect(passesNothing(reference)).toBe(false)
    expect(passesNothing(report({ "unit.test_a": ["error"] }))).toBe(true)
    expect(passesNothing(late)).toBe(true)
  })
})

describe("print", () => {
  it("is a table, and notes below it", () => {
    expect(print([{ cells: ["it", "", "1/1", "0/1"], notes: ["it: why"] }]).split("\n")).toEqual([
      "| project | own tests | unit tests | acceptance tests |",
      "| --- | --- | --- | --- |",
      "| it |  | 1/1 | 0/1 |",
      "",
      "it: why"
    ])
  })
})
