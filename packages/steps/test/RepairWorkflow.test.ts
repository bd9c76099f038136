import { assert, describe, it } from "@effect/vitest"
import { Engine, LlmClient, TestRunner, type Workspace } from "@stepwright/core"
import {
  type Attempt,
  CodeRepairStep,
  JudgementStep,
  RepairWorkflow,
  RequirementChangeStep,
  type RequirementReviewStep,
  TestRepairStep,
  type VerificationStep
} from "@stepwright/steps"
import { Effect, Layer, type Schema } from "effect"
import { design, documents, specification } from "./support/playlist.ts"
import { acceptance, code, quote, right, tests, wrong } from "./support/repair.ts"

const { content: testText, path: testFile } = tests[0]!
const codeFile = "playlist/songs.py"

/** What mends the code, and what mends the test. */
const mendsCode = { path: codeFile, search: "y = 2\n", replace: "y = 1\n" }
const mendsTest = { path: testFile, search: "assertEqual(x, 3)", replace: "assertEqual(x, 2)" }

const runOf = (...failures: ReadonlyArray<{ readonly test: string; readonly detail: string }>) => {
  const all = [wrong.test, right.test, "tests.test_songs.ATest.test_r2_1_passes", "tests.test_acceptance.test_it"]
  const passed = all.filter((test) => !failures.some((failure) => failure.test === test))
  const tests: ReadonlyArray<TestRunner.TestResult> = [
    ...failures.map(({ detail, test }) => ({ test, detail, outcome: "failed" as const, asserts: true })),
    ...passed.map((test) => ({ test, outcome: "passed" as const, asserts: true }))
  ]
  return { tests, doubts: [], output: "", durationMillis: 1 }
}

const verificationOf = (report: TestRunner.TestReport): VerificationStep.Verification => ({
  outcome: TestRunner.isGreen(report) ? "green" : "red",
  counts: TestRunner.counts(report),
  tests: report.tests,
  doubts: report.doubts
})

/** One test is wrong until the tests say 2, the other as long as the code says 2. */
const report = (files: ReadonlyArray<Workspace.SourceFile>) => {
  const has = (path: string, text: string) => files.some((file) => file.path === path && file.content.includes(text))
  return runOf(...(has(testFile, mendsTest.search) ? [wrong] : []), ...(has(codeFile, mendsCode.search) ? [right] : []))
}

const timedOut: VerificationStep.Verification = {
  ...verificationOf({ ...runOf(), tests: [] }),
  outcome: "no-verdict",
  noVerdict: { reason: "TimedOut", detail: "the tests ran for 60 s, last tests.test_songs.ATest.test_r1_2_right" }
}

/** A Python that leaves no test out of a file. */
const wholeFiles = (_: string, input: Schema.Json) => (input as { readonly files: Schema.Json }).files

const whole = "the run of the tests"

const { assumptions, constraints, contradictions, openQuestions } = specification.requirement

/** What corrects a criterion, by the sentence that it did not keep. */
const corrects: RequirementReviewStep.RequirementReview = {
  changes: [{ id: "R1.1", text: "A title that is there already changes nothing.", quotes: [quote], why: "…" }],
  retired: [],
  requirements: [],
  constraints,
  assumptions,
  openQuestions,
  contradictions
}

/** A model that blames as it is told to, and mends code and tests as they are wrong. */
const modelOf = (
  faults: Readonly<Record<string, JudgementStep.Judgement["fault"]>>,
  mends: () => typeof mendsCode = () => mendsCode
) => {
  const asked: Array<string> = []
  const prompts = new Map<string, string>()
  const layer = LlmClient.layer(({ messages, metadata: { step } }) => {
    asked.push(step)
    const prompt = messages[0]!.content
    prompts.set(step, prompt)
    const judged = Object.entries(faults)
      .filter(([test]) => prompt.includes(`### ${test}\n`))
      .map(([test, fault]) => ({ test, fault, quote, reason: `as the ${fault} should be` }))
    const replies: Readonly<Record<string, () => string>> = {
      judgement: () => JudgementStep.parser.print(judged),
      "code-repair": () => CodeRepairStep.parser.print([mends()]),
      "requirement-change": () => RequirementChangeStep.parser.print(corrects),
      "test-repair": () => TestRepairStep.parser.print([mendsTest])
    }
    return Effect.succeed({ text: replies[step]!(), finishReason: "stop", usage: {} })
  })
  return { asked, layer, prompts }
}

/** What repair makes of a project, and whom it asks. */
const repaired = (
  faults: Parameters<typeof modelOf>[0],
  {
    mends,
    run = report,
    ...attempt
  }: Partial<Attempt.Attempt> & {
    readonly mends?: Parameters<typeof modelOf>[1]
    readonly run?: Parameters<typeof TestRunner.layerMemory>[0]
  } = {}
) => {
  const { asked, layer, prompts } = modelOf(faults, mends)
  const files = { code, tests, acceptance, ...attempt }
  const verification = verificationOf(
    report(
      Object.entries(files.code)
        .map(([path, content]) => ({ path, content }))
        .concat(files.tests)
    )
  )
  const input = { documents, samples: [], specification, design, ...files, verification, ...attempt }
  return Engine.execute(RepairWorkflow.workflow, input).pipe(
    Effect.map((best) => ({ asked, best, prompts })),
    Effect.provide(Layer.merge(layer, TestRunner.layerMemory(run, wholeFiles)))
  )
}

const mendedCode = { ...code, [codeFile]: "x = 1\ny = 1\n" }
const mendedTests = [{ path: testFile, content: testText.replace(mendsTest.search, mendsTest.replace) }]

describe("RepairWorkflow", () => {
  it.effect("mends a test that is judged wrong, and leaves the code as it is", () =>
    Effect.gen(function* () {
      const { asked, best, prompts } = yield* repaired({ [wrong.test]: "test" }, { code: mendedCode })
      assert.deepStrictEqual(asked, ["judgement", "test-repair"])
      assert.deepStrictEqual(best.code, mendedCode)
      assert.deepStrictEqual(best.tests, mendedTests)
      assert.deepStrictEqual(best.acceptance, acceptance)
      assert.strictEqual(best.verification.outcome, "green")
      const { kept, rounds, stop } = best.repair!
      assert.deepStrictEqual([kept, stop], [1, "green"])
      assert.deepInclude(rounds[0], { outcome: "green", counts: best.verification.counts })
      assert.deepStrictEqual(
        rounds[0]?.judgements.map(({ fault, test }) => [test, fault]),
        [[wrong.test, "test"]]
      )
      assert.deepStrictEqual(
        rounds[0]?.changes.map(({ path }) => path),
        [testFile]
      )
      assert.include(rounds[0]?.changes[0]?.diff, `+        self.${mendsTest.replace}`)
      // whoever mends tests is told what is right, and sees no code
      assert.include(prompts.get("test-repair"), "as the test should be")
      assert.notInclude(prompts.get("test-repair"), "y = 1")
    })
  )

  it.effect("mends code that is judged wrong, and leaves the tests as they are", () =>
    Effect.gen(function* () {
      const { asked, best } = yield* repaired({ [right.test]: "code" }, { tests: mendedTests })
      assert.deepStrictEqual(asked, ["judgement", "code-repair"])
      assert.deepStrictEqual(best.code, mendedCode)
      assert.deepStrictEqual(best.tests, mendedTests)
      assert.strictEqual(best.verification.outcome, "green")
    })
  )

  it.effect("mends code and tests in one round where both are wrong", () =>
    Effect.gen(function* () {
      const { asked, best } = yield* repaired({ [wrong.test]: "test", [right.test]: "code" })
      assert.deepStrictEqual(asked.toSorted(), ["code-repair", "judgement", "test-repair"])
      assert.deepStrictEqual([best.code, best.tests], [mendedCode, mendedTests])
      assert.strictEqual(best.verification.outcome, "green")
    })
  )

  it.effect("corrects the specification, and mends both that it misled", () =>
    Effect.gen(function* () {
      const { asked, best, prompts } = yield* repaired({ [wrong.test]: "specification", [right.test]: "specification" })
      assert.deepStrictEqual(asked.toSorted(), ["code-repair", "judgement", "requirement-change", "test-repair"])
      const { changes, requirements } = { ...corrects, ...best.specification.requirement }
      assert.deepInclude(requirements[0]?.criteria[0], { id: "R1.1", text: changes[0]!.text })
      assert.deepStrictEqual(requirements.slice(1), specification.requirement.requirements.slice(1))
      assert.include(prompts.get("code-repair"), changes[0]!.text)
      assert.include(prompts.get("requirement-change"), `The documents say: ${quote}`)
      for (const step of ["code-repair", "test-repair"]) {
        for (const part of [wrong.detail, right.detail, "as the specification should be", quote]) {
          assert.include(prompts.get(step), part, step)
        }
      }
      assert.strictEqual(best.verification.outcome, "green")
    })
  )

  it.effect("ends at once, and mends nothing, where only the place is to blame in which the tests ran", () =>
    Effect.gen(function* () {
      const { asked, best } = yield* repaired({ [wrong.test]: "environment", [right.test]: "environment" })
      assert.deepStrictEqual(asked, ["judgement"])
      assert.deepStrictEqual([best.code, best.tests], [code, tests])
      assert.strictEqual(best.verification.outcome, "red")
      assert.deepInclude(best.repair, { kept: 0, stop: "unchanged" })
      assert.deepStrictEqual(best.repair?.rounds[0]?.changes, [])
    })
  )

  it.effect("judges and mends code that went over a limit of the sandbox", () =>
    Effect.gen(function* () {
      const { asked, best, prompts } = yield* repaired(
        { [whole]: "code" },
        { verification: timedOut, tests: mendedTests }
      )
      assert.deepStrictEqual(asked, ["judgement", "code-repair"])
      assert.include(prompts.get("judgement"), "TimedOut: the tests ran for 60 s")
      assert.deepStrictEqual(best.code, mendedCode)
      assert.strictEqual(best.verification.outcome, "green")
    })
  )

  it.effect("takes what went over a limit for worse than any test that failed", () =>
    Effect.gen(function* () {
      const { best } = yield* repaired(
        { [wrong.test]: "environment", [right.test]: "code", [whole]: "environment" },
        { run: () => new TestRunner.TestRunnerError({ reason: "TimedOut", detail: "after 60 s" }) }
      )
      assert.deepStrictEqual(best.code, code)
      assert.strictEqual(best.verification.outcome, "red")
      const { kept, rounds } = best.repair!
      assert.strictEqual(kept, 0)
      assert.deepStrictEqual(
        rounds[0]?.changes.map(({ path }) => path),
        [codeFile]
      )
    })
  )

  it.effect("ends where no reply can be used, and says so", () =>
    Effect.gen(function* () {
      const { best } = yield* repaired({})
      assert.deepStrictEqual(best.repair, { rounds: [], kept: 0, stop: "no-reply" })
      assert.deepStrictEqual([best.code, best.tests], [code, tests])
    })
  )

  it.effect.each([
    ["there are four rounds", "rounds", ["2", "3", "4", "5", "6"]],
    ["a round comes back to what was tried", "known", ["2", "3", "2"]]
  ] as const)("ends where %s, and says so", ([_, stop, values]) =>
    Effect.gen(function* () {
      let round = 0
      const { best } = yield* repaired(
        { [right.test]: "code" },
        {
          tests: mendedTests,
          run: () => runOf(right),
          mends: () => {
            const [from, to] = [values[round], values[++round]]
            return { path: codeFile, search: `y = ${from}\n`, replace: `y = ${to}\n` }
          }
        }
      )
      assert.deepStrictEqual([best.repair?.rounds.length, best.repair?.stop], [values.length - 1, stop])
    })
  )
})
