import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { counts, isGreen, type RunOptions, TestReport, TestRunner } from "../TestRunner.ts"
import { holds, refused, same, testCase } from "./internal/check.ts"
import * as programs from "./internal/programs.ts"
import type { TestCase } from "./TestCase.ts"

/**
 * What every `TestRunner` does, as tests: it says of each test what came of it, and takes nothing for passed that did not
 * pass. Seven runs of Python in all: several cases look at the same one.
 *
 * ```ts
 * for (const { name, run } of TestRunnerConformance.suite(layer)) test(name, () => Effect.runPromise(run))
 * ```
 */
export const suite = (layer: Layer.Layer<TestRunner, unknown>): ReadonlyArray<TestCase> => {
  const using = <A, E>(use: (runner: TestRunner["Service"]) => Effect.Effect<A, E>): Effect.Effect<A, unknown> =>
    Effect.provide(Effect.flatMap(TestRunner, use), layer)
  const run = (files: Readonly<Record<string, string>>, options?: RunOptions) =>
    using((runner) => runner.run(programs.filesOf(files), options))
  const shop = once(run(programs.shop))
  const covered = once(
    Effect.all([run(programs.later, { coverage: true }), run(programs.broken)], { concurrency: "unbounded" })
  )
  const ofShop = (name: string, look: (report: TestReport) => Effect.Effect<void, unknown>) =>
    testCase(name, Effect.flatMap(shop, look))

  return [
    testCase(
      "names itself, the same each time",
      Effect.gen(function* () {
        const identity = using((runner) => Effect.succeed(runner.identity))
        const first = yield* identity
        yield* holds(first.trim() !== "", "an identity", first)
        yield* same("the identity", yield* identity, first)
      })
    ),
    ofShop("has each test once, by its full name, with what came of it", ({ tests }) =>
      same("the tests", tests.map(({ outcome, test }) => `${outcome} ${test}`).toSorted(), programs.outcomes)
    ),
    ofShop("says why a test did not pass, and where", ({ tests }) =>
      Effect.gen(function* () {
        for (const [test, ...says] of programs.reasons) {
          const detail = tests.find((one) => one.test === test)?.detail ?? ""
          for (const words of says)
            yield* holds(detail.includes(words), `the detail of ${test} to have ${words}`, detail)
        }
      })
    ),
    ofShop("keeps what tests print", ({ output }) => holds(output.includes("on my way\n"), "what was printed", output)),
    ofShop("says of each test whether it asserts", ({ tests }) => {
      const idle = tests.filter(({ asserts, outcome }) => outcome === "passed" && !asserts)
      return same("the tests that assert nothing", idle.map(({ test }) => test).toSorted(), programs.idle)
    }),
    ofShop("is not green where a test failed, and gives a report that fits its Schema", (report) =>
      Effect.gen(function* () {
        yield* same("whether it is green", isGreen(report), false)
        yield* holds(Schema.is(TestReport)(report), "a report that fits its Schema", report)
        yield* holds(report.durationMillis > 0, "a duration", report.durationMillis)
      })
    ),
    ofShop("counts no lines unless it is asked to", (report) => same("the coverage", report.coverage, undefined)),
    testCase(
      "counts the lines of files that are no tests, those that did not run, and, where it says these, those that did",
      Effect.flatMap(covered, ([{ coverage = {} }]) => {
        const expected = Object.entries(programs.coverage).map(([path, { lines, missed, ran }]) => {
          const isSaid = coverage[path]?.ran !== undefined
          return [path, { lines, missed, ...(isSaid && { ran }) }]
        })
        return same("the coverage", coverage, Object.fromEntries(expected))
      })
    ),
    testCase(
      "finds nothing of a run before, or of one beside it",
      Effect.flatMap(covered, ([later, broken]) =>
        Effect.gen(function* () {
          yield* same("the tests of one", later.tests.map(({ outcome, test }) => `${outcome} ${test}`).toSorted(), [
            "passed test_later.test_nothing_is_left",
            "passed test_later.test_total"
          ])
          yield* same("whether it is green", isGreen(later), true)
          yield* same("the counts of the other", counts(broken).errors, 1)
          yield* same("whether that is green", isGreen(broken), false)
        })
      )
    ),
    testCase(
      "is not green without a test",
      Effect.flatMap(run({ "code.py": "x = 1\n" }), (report) =>
        Effect.andThen(same("the tests", report.tests, []), same("whether it is green", isGreen(report), false))
      )
    ),
    testCase(
      "takes nothing for passed where a test ended the process",
      Effect.flatMap(Effect.result(run(programs.ending)), (result) => {
        if (Result.isSuccess(result)) return same("whether it is green", isGreen(result.success), false)
        return refused("a TestRunnerError, Crashed", Effect.fail(result.failure), hasReason("Crashed"))
      })
    ),
    testCase(
      "has no verdict of files that lead out of their folder",
      refused("a TestRunnerError", run({ "../test_it.py": "def test_it(): assert True\n" }), hasReason("Unavailable"))
    ),
    testCase(
      "gives what a program makes of its input",
      Effect.gen(function* () {
        const input = { text: "é\u2028", list: [1, null, true, { a: [] }] }
        const output = yield* using(({ evaluate }) => evaluate("def main(given): return [given, len(given)]", input))
        yield* same("the output", output, [input, 2])
      })
    ),
    testCase(
      "fails with what a program raised",
      refused(
        "a TestRunnerError, Crashed, with the exception",
        using(({ evaluate }) => evaluate("def main(given): return given['no']", {})),
        (error) => hasReason("Crashed")(error) && String(error).includes("KeyError: 'no'")
      )
    )
  ]
}

const hasReason = (reason: string) => (error: unknown) =>
  typeof error === "object" && error !== null && "reason" in error && error.reason === reason

/** An effect that is run once, for whoever asks first. */
const once = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => Effect.runSync(Effect.cached(effect))
