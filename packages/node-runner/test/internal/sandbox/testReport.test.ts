import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as testReport from "../../../src/internal/sandbox/testReport.ts"

const remains = (...lines: ReadonlyArray<unknown>): testReport.Remains => ({
  files: [],
  report: [{ started: true }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""),
  output: "",
  complaints: "out of memory",
  durationMillis: 1,
  timeout: "1 minute"
})
const found = (...names: ReadonlyArray<string>) => ({ found: names, notRun: [] })
const outcomes = (...outcomes: ReadonlyArray<readonly [string, string]>) => ({
  tests: outcomes.map(([test, outcome]) => ({ test, outcome, asserts: true })),
  doubts: [],
  limits: []
})
const end = { interrupted: false, changed: [] }

describe("testReport.make", () => {
  for (const [name, from, reason, says] of [
    ["a process that was killed", remains(found("a")), "Crashed", "out of memory"],
    ["one that ended before its tests did", remains(), "Crashed", "without a report"],
    ["one that never began", { ...remains(), report: "" }, "Unavailable", "did not start"],
    ["Pyodide that does not start", remains({ fatal: "no wasm", started: false }), "Unavailable", "no wasm"],
    ["tests that end it", remains(found("a"), { fatal: "exit(0)", started: true }), "Crashed", "exit(0)"],
    ["a line too many", remains(found("a"), outcomes(["a", "passed"]), end, end), "Crashed", "without a report"],
    ["an outcome that there is not", remains(found("a"), outcomes(["a", "great"]), end), "Crashed", "without a report"],
    [
      "a test that ends it",
      remains(found("a"), { fatal: "exit(0)", started: true, running: "m.T.a" }),
      "Crashed",
      "m.T.a ended the process"
    ],
    [
      "a limit",
      remains(found("a"), { ...outcomes(["a", "error"]), limits: [["OutOfMemory", "a: MemoryError"]] }, end),
      "OutOfMemory",
      "a: MemoryError"
    ],
    ["an interrupt", remains(found("a"), outcomes(), { interrupted: true, changed: [] }), "TimedOut", "1m"]
  ] as const) {
    it.effect(`takes ${name} for no verdict`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(testReport.make(from))
        assert.strictEqual(error.reason, reason)
        assert.include(error.message, says)
      })
    )
  }

  it.effect("wants an outcome for each test, of several with one name too", () =>
    Effect.gen(function* () {
      const report = yield* testReport.make(
        remains(found("a", "b", "b"), outcomes(["a", "passed"], ["b", "passed"]), end)
      )
      assert.deepStrictEqual(report.doubts, ["these tests did not run: b"])
    })
  )

  it.effect("wants none of a class or a module that was not set up", () =>
    Effect.gen(function* () {
      const set = outcomes(["setUpClass (m.A)", "error"], ["setUpModule (n)", "skipped"], ["m.AB.a", "passed"])
      const report = yield* testReport.make(remains(found("m.A.a", "m.A.b", "n.T.a", "m.AB.a"), set, end))
      assert.deepStrictEqual([report.tests.length, report.doubts.length], [3, 0])
    })
  )
})
