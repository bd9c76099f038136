import { assert, describe, it } from "@effect/vitest"
import { Engine, Step, type TestRunner, type Workspace } from "@stepwright/core"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import {
  AutomatedCodingWorkflow,
  CodeRepairStep,
  JudgementStep,
  RepairWorkflow,
  ReportStep,
  VerificationStep
} from "@stepwright/steps"
import { MockLlm } from "@stepwright/llm"
import { Effect, Layer, Schema } from "effect"
import { begun, cut, keeping, model, replies, resumed } from "../../packages/core/test/support/keeping.ts"
import { outcomes, run } from "./erring.ts"
import * as pantry from "./pantry.ts"

describe("repair", () => {
  it.effect("mends what a model does wrong now and then, with a few more calls", () =>
    Effect.gen(function* () {
      const { calls, green, callsWithout, greenWithout } = yield* outcomes(40)
      // without it 6 % are green, with it 98 %
      assert.isAtMost(greenWithout, 0.2)
      assert.isAtLeast(green, 0.9)
      assert.isAtMost(calls / callsWithout, 2.2)
    })
  )

  it.effect("ends FAILED after four rounds, with the best that was reached", () =>
    Effect.gen(function* () {
      const { asked, files, state } = yield* run(1, (round) => (round === 2 ? 0.5 : 1))
      assert.strictEqual(state.status, "FAILED")
      assert.match(state.error?.message ?? "", /failed/)
      assert.strictEqual(asked.filter((step) => step === "code-repair").length, 4)
      const right = [...files].filter(([path, text]) => path.startsWith("shop/") && text.includes("right")).length
      assert.isAtLeast(right, 1)
      assert.include(files.get("report.md"), ": red\n")
      const report = yield* Schema.decodeEffect(Schema.fromJsonString(ReportStep.Report))(files.get("report.json")!)
      assert.strictEqual(report.outcome, "red")
      assert.strictEqual(report.counts.failed, 8 - right)
      assert.strictEqual(report.criteria.filter(({ standing }) => standing === "passed").length, right)
      assert.isTrue(files.has("tests/test_parts.py"))
      assert.isTrue(files.has("tests/test_acceptance_parts.py"))
    })
  )

  it.effect("ends as soon as a round comes back to what was tried", () =>
    Effect.gen(function* () {
      const { asked, state } = yield* run(1, () => 1, { isStubborn: true })
      assert.strictEqual(state.status, "FAILED")
      assert.strictEqual(asked.filter((step) => step === "code-repair").length, 2)
    })
  )

  it.effect.each(["judgement", "code-repair", "test-repair"])(
    "delivers what there is, with its report, where no reply to %s can be used",
    (step) => {
      const delivered = new Map<string, string>()
      return Effect.gen(function* () {
        const { workflow } = AutomatedCodingWorkflow
        const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, pantry.project))
        assert.strictEqual(state.status, "FAILED")
        assert.strictEqual(state.error?.path, "verification")
        assert.strictEqual(delivered.get(pantry.paths.meal), pantry.code(pantry.paths.meal))
        assert.include(delivered.get("report.md"), ": red\n")
      }).pipe(
        Effect.provide(
          Layer.mergeAll(
            pantry.world({ files: delivered }),
            sandbox,
            MockLlm.layer(pantry.replying({ [step]: "I cannot say." }))
          )
        )
      )
    }
  )

  it.effect("asks, after a kill at any time, for nothing that is in the journal", () =>
    Effect.gen(function* () {
      const first = model(answer)
      const whole = yield* keeping(begun(RepairWorkflow.workflow, yield* red)).pipe(
        Effect.provide(Layer.merge(first.layer, sandbox))
      )
      assert.deepStrictEqual(first.asked.map(({ metadata }) => metadata.step).toSorted(), [
        "code-repair",
        "code-repair",
        "judgement",
        "judgement",
        "test-repair"
      ])
      assert.strictEqual(whole.result.state.status, "COMPLETED")
      for (let length = 1; length <= whole.events.length; length++) {
        const before = cut(whole, length)
        const again = model(answer)
        const { result } = yield* keeping(resumed(RepairWorkflow.workflow), before).pipe(
          Effect.provide(Layer.merge(again.layer, sandbox))
        )
        assert.deepStrictEqual(result.ending, whole.result.ending, `cut after ${length} events`)
        assert.strictEqual(again.asked.length, first.asked.length - replies(before), `cut after ${length} events`)
      }
    })
  )
})

/** Red until the test is mended, and the code a second time. */
const report = (files: ReadonlyArray<Workspace.SourceFile>): TestRunner.TestReport => {
  const has = (text: string) => files.some(({ content }) => content.includes(text))
  const isOpen = [!has("assert of_1()"), !has("is_cooked")]
  const open = pantry.evidence.failures.filter((_, i) => isOpen[i])
  const tests = open.map(({ detail, test }) => ({ test, detail, outcome: "failed" as const, asserts: true }))
  const passed = pantry.green.tests.filter(({ test }) => !tests.some((failed) => failed.test === test))
  return { ...pantry.green, tests: [...tests, ...passed] }
}

const sandbox = pantry.sandbox(report)

/** Mends the code only the second time. */
const answer = ({ messages, metadata: { step } }: LlmRequest): string => {
  const prompt = messages[0]!.content
  switch (step) {
    case "judgement":
      return JudgementStep.parser.print(pantry.judgements.filter(({ test }) => prompt.includes(`### ${test}\n`)))
    case "code-repair":
      return prompt.includes("can_be_cooked")
        ? CodeRepairStep.parser.print([{ path: pantry.paths.meal, search: "can_be_cooked", replace: "is_cooked" }])
        : pantry.replies["code-repair"]
    default:
      return pantry.replies["test-repair"]
  }
}

const { design, project, specification } = pantry
const { documents, samples } = project
const files = {
  code: Object.fromEntries(Object.values(pantry.paths).map((path) => [path, pantry.code(path)])),
  tests: pantry.tests,
  acceptance: pantry.acceptance
}

/** A project that is red. */
const red = Effect.map(Effect.provide(Step.run(VerificationStep.step, files), sandbox), (verification) => ({
  documents,
  samples,
  specification,
  design,
  ...files,
  verification
}))
