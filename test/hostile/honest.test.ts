import { afterAll, describe } from "@effect/vitest"
import { TestRunner, type TestReport, type TestRunnerError } from "@stepwright/core/TestRunner"
import { TestRunnerConformance } from "@stepwright/core/testing"
import { Effect, Layer, ManagedRuntime } from "effect"
import { conforms, refuses } from "../support/conformance.ts"
import { sandboxes } from "./sandboxes.ts"

type Service = TestRunner["Service"]

/** What a sandbox makes of each call, once. */
const remembered = (sandbox: Layer.Layer<TestRunner, TestRunnerError>) => {
  const known = new Map<string, Effect.Effect<any, any>>()
  const once = <A, E>(call: Effect.Effect<A, E>, ...args: ReadonlyArray<unknown>): Effect.Effect<A, E> => {
    const key = JSON.stringify(args)
    if (!known.has(key)) known.set(key, Effect.runSync(Effect.cached(call)))
    return known.get(key)!
  }
  return Layer.effect(
    TestRunner,
    Effect.map(TestRunner, (runner): Service => {
      const { evaluate, run } = runner
      return {
        ...runner,
        run: (files, options) => once(run(files, options), files, options),
        evaluate: (program, input) => once(evaluate(program, input), program, input)
      }
    })
  ).pipe(Layer.provide(sandbox))
}

/** A sandbox that is set up once for all tests of this file. */
const lasting = ({ of }: (typeof sandboxes)["pyodide"]) => {
  const runtime = ManagedRuntime.make(remembered(of({ timeout: "5 minutes" })))
  afterAll(() => runtime.dispose())
  return Layer.effectContext(runtime.contextEffect)
}

const { pyodide, ...others } = sandboxes
const inPyodide = lasting(pyodide)

for (const [name, sandbox] of Object.entries(others)) {
  describe.concurrent(`a report of ${name}`, () => {
    conforms(TestRunnerConformance.suite(lasting(sandbox)), sandbox.needs)
  })
}

describe.concurrent("a report of pyodide", () => {
  conforms(TestRunnerConformance.suite(inPyodide))
})

/** The suite of a sandbox with something else in place of what it does. */
const changed = (change: (runner: Service) => Partial<Service>) =>
  TestRunnerConformance.suite(
    Layer.effect(
      TestRunner,
      Effect.map(TestRunner, (runner) => ({ ...runner, ...change(runner) }))
    ).pipe(Layer.provide(inPyodide))
  )

/** One whose reports are others. */
const reporting = (change: (report: TestReport) => TestReport) =>
  changed(({ run }) => ({ run: (files, options) => Effect.map(run(files, options), change) }))

const none: TestReport = { tests: [], doubts: [], output: "", durationMillis: 1 }

describe("TestRunnerConformance", () => {
  let count = 0
  let last = none
  refuses({
    "drops the last test": [
      reporting((report) => ({ ...report, tests: report.tests.slice(0, -1) })),
      /has each test once/
    ],
    "has a test twice": [
      reporting((report) => ({ ...report, tests: [...report.tests, ...report.tests.slice(0, 1)] })),
      /has each test once/
    ],
    "takes what failed for passed": [
      reporting((report) => ({
        ...report,
        tests: report.tests.map((test) => (test.outcome === "failed" ? { ...test, outcome: "passed" } : test))
      })),
      /has each test once, by its full name, with what came of it/
    ],
    "takes a test for one that asserts by its name": [
      reporting((report) => ({ ...report, tests: report.tests.map((test) => ({ ...test, asserts: true })) })),
      /says of each test whether it asserts/
    ],
    "keeps the reasons to itself": [
      reporting((report) => ({ ...report, tests: report.tests.map(({ detail: _, ...test }) => test) })),
      /says why a test did not pass/
    ],
    "takes a crash for a pass": [
      changed(({ run }) => ({
        run: (files, options) =>
          Effect.orElseSucceed(run(files, options), () => ({
            ...none,
            tests: [{ test: "test_it.T.test_a", outcome: "passed", asserts: true }]
          }))
      })),
      /takes nothing for passed where a test ended the process/
    ],
    "swallows what cannot be run": [
      changed(({ run }) => ({ run: (files, options) => Effect.orElseSucceed(run(files, options), () => none) })),
      /has no verdict of files that lead out/
    ],
    "swallows what a program raised": [
      changed(({ evaluate }) => ({
        evaluate: (program, input) => Effect.orElseSucceed(evaluate(program, input), () => null)
      })),
      /fails with what a program raised/
    ],
    "mixes runs": [
      changed(({ run }) => ({
        run: (files, options) =>
          run(files, options).pipe(
            Effect.tap((report) => Effect.sync(() => void (last = report))),
            Effect.andThen(Effect.yieldNow),
            Effect.map(() => last)
          )
      })),
      /finds nothing of a run before, or of one beside it/
    ],
    "counts no lines": [
      reporting(({ coverage: _, ...report }) => report),
      /counts the lines of files that are no tests/
    ],
    "is another one each time": [changed(() => ({ identity: `runner ${++count}` })), /names itself, the same each time/]
  })
})
