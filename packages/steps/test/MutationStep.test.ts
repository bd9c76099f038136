import { assert, describe, it } from "@effect/vitest"
import { Step, TestRunner, type Workspace } from "@stepwright/core"
import { MutationStep } from "@stepwright/steps"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { specification } from "./support/playlist.ts"

const passed = { tests: [{ test: "tests.test_a.test_r1_1", outcome: "passed", asserts: true }] } as const
const failed = { tests: [{ test: "tests.test_a.test_r1_1", outcome: "failed", asserts: true, detail: "no" }] } as const

const verification = { outcome: "green", counts: TestRunner.counts(passed), ...passed, doubts: [] } as const

const code = { "a.py": "a = 1\n", "data/sample.py": "1\n", "a.txt": "1\n" }

const input: typeof MutationStep.Input.Type = {
  attempt: { specification, code, tests: [{ path: "tests/test_a.py", content: "" }], acceptance: [], verification },
  files: ["a.py"],
  count: 3,
  seed: 7
}

const mutant = (line: number, content: string) => {
  return { path: "a.py", line, within: "", operator: "number", before: "a = 1", after: "a = 2", content }
}

const report = (tests: typeof passed | typeof failed, lines: ReadonlyArray<number> = []): TestRunner.TestReport => ({
  ...tests,
  doubts: [],
  coverage: { "a.py": { lines: 9, missed: lines } },
  output: "",
  durationMillis: 1000
})

type Run = Effect.Effect<TestRunner.TestReport, TestRunner.TestRunnerError>

/** What a sandbox with these runs makes of three mutants, what it was asked to make them of, and what it ran. */
const run = (of: (content: string) => Run, others: Partial<typeof MutationStep.Input.Type> = {}) => {
  let given: unknown
  const ran: Array<string> = []
  const runner = {
    identity: "memory",
    hasPytest: false,
    run: (files: ReadonlyArray<Workspace.SourceFile>) => {
      const { content } = files.find(({ path }) => path === "a.py")!
      ran.push(content)
      return of(content)
    },
    evaluate: (_: string, input: unknown) => {
      given = input
      return Effect.succeed([mutant(1, "noticed"), mutant(2, "survives"), mutant(3, "hangs")])
    }
  }
  return Step.run(MutationStep.step, { ...input, ...others }).pipe(
    Effect.provideService(TestRunner.TestRunner, runner),
    Effect.map(({ mutants, ...rest }) => ({ given, ran, ...rest, by: mutants.map(({ isNoticed }) => isNoticed) }))
  )
}

const timedOut = new TestRunner.TestRunnerError({ reason: "TimedOut", detail: "a minute" })

const usual = (content: string): Run => {
  if (content === "hangs") return Effect.fail(timedOut)
  return Effect.succeed(report(content === "noticed" ? failed : passed))
}

describe("MutationStep", () => {
  it.effect("says of each mutant whether the tests noticed it; one that goes over a limit is noticed", () =>
    Effect.gen(function* () {
      const { by, given, noticed, ran } = yield* run(usual)
      assert.deepStrictEqual(given, { files: { "a.py": code["a.py"] }, count: 3, seed: 7 })
      assert.deepStrictEqual([noticed, ...by], [2, true, false, true])
      assert.deepStrictEqual(ran, [code["a.py"], "noticed", "survives", "hangs"])
    })
  )

  it.effect("changes every Python file where none is named", () =>
    Effect.gen(function* () {
      const { files: _, ...rest } = input
      let given: unknown
      const runner = TestRunner.layerMemory(
        () => report(passed),
        (_, input) => {
          given = input
          return []
        }
      )
      yield* Effect.provide(Step.run(MutationStep.step, rest), runner)
      const files = { "a.py": code["a.py"], "data/sample.py": code["data/sample.py"] }
      assert.deepStrictEqual(given, { files, count: 3, seed: 7 })
    })
  )

  it.effect("runs nothing for a mutant on a line that no test runs, which nobody notices", () =>
    Effect.gen(function* () {
      const { by, ran } = yield* run((content) =>
        content === code["a.py"] ? Effect.succeed(report(passed, [1, 3])) : usual(content)
      )
      assert.deepStrictEqual(by, [false, false, false])
      assert.deepStrictEqual(ran, [code["a.py"], "survives"])
    })
  )

  it.effect("runs no mutant again that fewer tests noticed", () =>
    Effect.gen(function* () {
      const known = yield* Step.run(MutationStep.step, input).pipe(
        Effect.provideService(TestRunner.TestRunner, {
          identity: "memory",
          hasPytest: false,
          run: () => Effect.succeed(report(failed)),
          evaluate: () => Effect.succeed([mutant(1, "noticed")])
        })
      )
      const { by, ran } = yield* run(usual, { known })
      assert.deepStrictEqual(by, [true, false, true])
      assert.notInclude(ran, "noticed")
    })
  )

  it.effect("takes a mutant for noticed that is at work ten times as long as the code, and ten seconds", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(run((content) => (content === "hangs" ? Effect.never : usual(content))))
      yield* TestClock.adjust("19 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual((yield* Fiber.join(fiber)).by, [true, false, true])
    })
  )

  it.effect("knows nothing where the sandbox goes away meanwhile", () =>
    Effect.gen(function* () {
      const error = new TestRunner.TestRunnerError({ reason: "Unavailable", detail: "none" })
      const { by, noticed, notKnown } = yield* run((content) =>
        content === "survives" ? Effect.fail(error) : usual(content)
      )
      assert.deepStrictEqual([by, noticed, notKnown], [[], 0, "none"])
    })
  )
})
