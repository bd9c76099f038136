import { assert, describe, it } from "@effect/vitest"
import { Engine, TestRunner, Workflow } from "@stepwright/core"
import { VerdictStep, VerificationStep } from "@stepwright/steps"
import { Effect, Schema } from "effect"

const input: typeof VerificationStep.Input.Type = {
  code: { "shop/cart.py": "class Cart: ...\n" },
  tests: [{ path: "tests/test_cart.py", content: "import unittest\n" }],
  acceptance: [{ path: "tests/test_acceptance_cart.py", content: "import unittest\n" }]
}

const workflow = Workflow.make("verify", { input: VerificationStep.Input }).pipe(
  Workflow.bind("check", VerificationStep.step, "input"),
  Workflow.bind("verification", VerdictStep.step, { verification: "check" })
)

const report = (...tests: ReadonlyArray<readonly [TestRunner.Outcome, string?, string?]>): TestRunner.TestReport => ({
  tests: tests.map(([outcome, test = "tests.test_a", detail]) => ({
    test,
    outcome,
    asserts: true,
    ...(detail !== undefined && { detail })
  })),
  doubts: [],
  output: "",
  durationMillis: 1
})

const red = report(
  ["passed"],
  ["passed"],
  ["failed", "tests.test_cart.CartTest.test_r1_1", "Traceback …\nAssertionError: 1 != 2\n"],
  ["error", "tests.test_cart.CartTest.test_r1_2", "NameError: name 'x' is not defined"]
)

const run = (verdict: TestRunner.TestReport | TestRunner.TestRunnerError) =>
  Engine.initialize(workflow, input).pipe(
    Effect.flatMap((state) => Engine.run(workflow, state)),
    Effect.map(({ state }) => state),
    Effect.provide(TestRunner.layerMemory(() => verdict))
  )

describe("VerdictStep", () => {
  it.effect("gives the counts of what is green, expected failures among those that were skipped", () =>
    Effect.gen(function* () {
      const verdict = report(["passed"], ["passed"], ["skipped"], ["expected-failure"])
      const { verification } = yield* Engine.execute(workflow, input).pipe(
        Effect.provide(TestRunner.layerMemory(() => verdict))
      )
      assert.deepStrictEqual(verification, { run: 4, passed: 2, skipped: 2 })
    })
  )

  it.effect("ends the run FAILED when tests are red, with their counts and first problems in the state", () =>
    Effect.gen(function* () {
      const state = yield* run(red)
      const { error } = state.records["verification"]!
      assert.strictEqual(state.status, "FAILED")
      assert.strictEqual(
        error?.message,
        [
          "1 failed, 1 with errors, 2 passed of 4 tests",
          "tests.test_cart.CartTest.test_r1_1: AssertionError: 1 != 2",
          "tests.test_cart.CartTest.test_r1_2: NameError: name 'x' is not defined"
        ].join("\n")
      )
      const { reason } = yield* Schema.decodeUnknownEffect(Schema.toCodecJson(VerdictStep.VerificationError))(
        error?.value
      )
      assert.deepStrictEqual(
        reason,
        new VerdictStep.Red({
          ...TestRunner.counts(red),
          problems: [
            {
              test: "tests.test_cart.CartTest.test_r1_1",
              kind: "failure",
              detail: "Traceback …\nAssertionError: 1 != 2\n"
            },
            { test: "tests.test_cart.CartTest.test_r1_2", kind: "error", detail: "NameError: name 'x' is not defined" }
          ]
        })
      )
    })
  )

  it.effect(
    "keeps what went wrong with each of many tests, and says of the first what they say, not where they differ",
    () =>
      Effect.gen(function* () {
        const trace = (i: number) =>
          `Traceback …\n  File "test_a.py", line ${i}\nAssertionError: 'a' != 'b'\n- a\n+ b\n`
        const names = Array.from({ length: 100 }, (_, i) => `tests.test_a.T.test_${i}`)
        const state = yield* run(report(...names.map((name, i) => ["failed", name, trace(i)] as const)))
        const { error } = state.records["verification"]!
        assert.strictEqual(
          error?.message,
          [
            "100 failed, 0 with errors, 0 passed of 100 tests",
            ...names.slice(0, 2).map((name) => `${name}: AssertionError: 'a' != 'b'`)
          ].join("\n")
        )
        const { reason } = yield* Schema.decodeUnknownEffect(Schema.toCodecJson(VerdictStep.VerificationError))(
          error?.value
        )
        const problems = "problems" in reason ? reason.problems : []
        assert.deepStrictEqual(
          problems.map(({ detail, test }) => [test, detail]),
          names.map((name, i) => [name, trace(i)])
        )
      })
  )

  it.effect.each([
    ["there is no test", report(), "no test was found"],
    [
      "all are skipped",
      report(["skipped"], ["expected-failure"]),
      "no test passed: all 2 were skipped, or expected to fail"
    ],
    [
      "the sandbox could not run all of them",
      report(["passed"], ["passed"], ["unsupported", "tests.test_a", "Traceback …\nThis sandbox has no threads."]),
      "2 passed, and 1 of 3 tests cannot be run in this sandbox, which says nothing of the code\ntests.test_a: This sandbox has no threads."
    ],
    [
      "it could run none of them",
      report(["unsupported", "tests.test_a", "no threads"]),
      "0 passed, and 1 of 1 tests cannot be run in this sandbox, which says nothing of the code\ntests.test_a: no threads"
    ],
    [
      "one is red besides",
      report(
        ["passed"],
        ["unsupported", "tests.test_a", "This sandbox has no threads."],
        ["failed", "tests.test_b", "AssertionError: 1 != 2"]
      ),
      "1 failed, 0 with errors, 1 that cannot be run here, 1 passed of 3 tests\ntests.test_b: AssertionError: 1 != 2\ntests.test_a: This sandbox has no threads."
    ],
    [
      "something speaks against tests that passed",
      { ...report(["passed"]), doubts: ["TestCase.assertEqual of unittest was replaced"] },
      "0 failed, 1 with errors, 1 passed of 1 tests\nthe run of the tests: TestCase.assertEqual of unittest was replaced"
    ],
    [
      "the tests went over a limit",
      new TestRunner.TestRunnerError({ reason: "TimedOut", detail: "after 60 s" }),
      "tests could not be run (TimedOut): after 60 s"
    ]
  ] as const)("ends the run FAILED when %s", ([, verdict, message]) =>
    Effect.gen(function* () {
      const state = yield* run(verdict)
      assert.strictEqual(state.status, "FAILED")
      assert.strictEqual(state.records["verification"]?.error?.message, message)
    })
  )
})
