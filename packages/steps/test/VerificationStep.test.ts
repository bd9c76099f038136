import { assert, describe, it } from "@effect/vitest"
import { Engine, Step, TestRunner, Workflow, type Workspace } from "@stepwright/core"
import { VerificationStep } from "@stepwright/steps"
import { Effect } from "effect"

const input: typeof VerificationStep.Input.Type = {
  code: { "shop/cart.py": "class Cart: ...\n" },
  tests: [{ path: "tests/test_cart.py", content: "import unittest\n" }],
  acceptance: [{ path: "tests/test_acceptance_cart.py", content: "import unittest\n" }]
}

const workflow = Workflow.make("verify", { input: VerificationStep.Input }).pipe(
  Workflow.bind("verification", VerificationStep.step, "input")
)

const report = (...outcomes: ReadonlyArray<TestRunner.Outcome>): TestRunner.TestReport => ({
  tests: outcomes.map((outcome) => ({ test: "tests.test_a", outcome, asserts: true })),
  doubts: [],
  output: "",
  durationMillis: 1
})

const verified = (verdict: TestRunner.TestReport | TestRunner.TestRunnerError) =>
  Effect.provide(
    Step.run(VerificationStep.step, input),
    TestRunner.layerMemory(() => verdict)
  )

const failure = (reason: TestRunner.TestRunnerError["reason"]) =>
  new TestRunner.TestRunnerError({ reason, detail: "so it is" })

describe("VerificationStep", () => {
  it.effect("runs code, tests and acceptance tests together, and gives what came of each", () =>
    Effect.gen(function* () {
      let ran: ReadonlyArray<Workspace.SourceFile> = []
      const runner = TestRunner.layerMemory((files) => {
        ran = files
        return report("passed", "skipped")
      })
      const verification = yield* Effect.provide(Step.run(VerificationStep.step, input), runner)
      assert.deepInclude(verification, { outcome: "green", tests: report("passed", "skipped").tests, doubts: [] })
      assert.deepInclude(verification.counts, { run: 2, passed: 1, skipped: 1 })
      assert.deepStrictEqual(
        ran.map(({ path }) => path),
        ["shop/cart.py", "tests/__init__.py", "tests/test_acceptance_cart.py", "tests/test_cart.py"]
      )
    })
  )

  it.effect("runs them with what the design needs, and says so", () =>
    Effect.gen(function* () {
      const asked: Array<TestRunner.RunOptions | undefined> = []
      const runner = TestRunner.TestRunner.of({
        identity: "memory",
        hasPytest: false,
        run: (_, options) => {
          asked.push(options)
          return Effect.succeed(report("passed"))
        },
        evaluate: () => Effect.succeed(null)
      })
      const dependencies = [{ name: "six" }]
      const [having, without] = yield* Effect.all(
        [
          { ...input, dependencies },
          { ...input, dependencies: [] }
        ].map((given) => Step.run(VerificationStep.step, given))
      ).pipe(Effect.provideService(TestRunner.TestRunner, runner))
      assert.deepStrictEqual(asked, [{ packages: ["six"] }, {}])
      assert.deepStrictEqual(having?.packages, ["six"])
      assert.notProperty(without, "packages")
    })
  )

  it.effect.each([
    ["green", report("passed", "skipped", "expected-failure")],
    ["red", report("passed", "failed")],
    ["red", report("passed", "error", "unsupported")],
    ["red", { ...report("passed"), doubts: ["unittest was replaced"] }],
    ["unsupported", report("passed", "unsupported")],
    ["empty", report()],
    ["empty", report("skipped", "expected-failure")],
    ["no-verdict", failure("TimedOut")],
    ["no-verdict", failure("OutOfMemory")],
    ["no-verdict", failure("Crashed")],
    ["unavailable", failure("Unavailable")]
  ] as const)("is %s", ([outcome, verdict]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* verified(verdict)).outcome, outcome)
    })
  )

  it.effect("is red where a test that stands in a file did not run, and nothing says why", () =>
    Effect.gen(function* () {
      const content = "class ATest:\n    def test_r1_1(self): ...\n\ndef test_r1_2(): ...\n"
      const given = { ...input, tests: [{ path: "tests/test_cart.py", content }] }
      const outcomeOf = (...tests: ReadonlyArray<string>) =>
        Effect.map(
          Step.run(VerificationStep.step, given).pipe(
            Effect.provide(
              TestRunner.layerMemory(() => ({
                tests: tests.map((test) => ({ test, outcome: "passed", asserts: true })),
                doubts: [],
                output: "",
                durationMillis: 1
              }))
            )
          ),
          ({ doubts, outcome }) => [outcome, ...doubts]
        )
      const other = "tests.test_cart.test_r1_2"
      assert.deepStrictEqual(yield* outcomeOf("tests.test_cart.ATest.test_r1_1", other), ["green"])
      // of a class that inherits it, and of one of several cases
      assert.deepStrictEqual(yield* outcomeOf("tests.test_cart.BTest.test_r1_1[a-b.c]", other), ["green"])
      assert.deepStrictEqual(yield* outcomeOf(other), [
        "red",
        "tests.test_cart.ATest.test_r1_1 did not run, and nothing says why"
      ])
    })
  )

  it.effect("says which limit the tests went over", () =>
    Effect.gen(function* () {
      const { counts, noVerdict } = yield* verified(failure("FileTooLarge"))
      assert.deepStrictEqual(noVerdict, { reason: "FileTooLarge", detail: "so it is" })
      assert.strictEqual(counts.run, 0)
    })
  )

  it.effect("looks again for a sandbox that was not there", () =>
    Effect.gen(function* () {
      const verdicts = [failure("Unavailable"), report("passed")]
      yield* Effect.gen(function* () {
        const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, input))
        const { state: again } = yield* Engine.run(workflow, state)
        assert.strictEqual((yield* Engine.output(workflow, again)).verification.outcome, "green")
      }).pipe(Effect.provide(TestRunner.layerMemory(() => verdicts.shift() ?? report("passed"))))
    })
  )

  it.effect("keeps a verdict for the sandbox that gave it, and asks another anew", () =>
    Effect.gen(function* () {
      const runner = (identity: string) =>
        Effect.provideService(TestRunner.TestRunner, {
          identity,
          hasPytest: false,
          run: () => Effect.succeed(report("passed")),
          evaluate: () => Effect.succeed(null)
        })
      const first = yield* Engine.initialize(workflow, input).pipe(
        Effect.flatMap((state) => Engine.run(workflow, state)),
        Effect.map(({ state }) => state),
        runner("python 3.11")
      )
      const { state: same } = yield* runner("python 3.11")(Engine.run(workflow, first))
      const { state: other } = yield* runner("python 3.14")(Engine.run(workflow, same))
      assert.strictEqual(same.records["verification"]?.attempts, 1)
      assert.strictEqual(other.records["verification"]?.attempts, 2)
    })
  )
})
