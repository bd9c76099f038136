import { Effect, Layer, type Schema } from "effect"
import { Engine, LlmClient, TestRunner, Workspace } from "@stepwright/core"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import {
  AcceptanceTestStep,
  ArchitectureDesignStep,
  AutomatedCodingWorkflow,
  CodeRepairStep,
  ImplementationStep,
  JudgementStep,
  Project,
  RequirementReviewStep,
  RequirementStep,
  TaskBreakdownStep,
  TestGenerationStep
} from "@stepwright/steps"
import { seeded } from "../replies/random.ts"

/** A project of eight files, each of which serves one criterion. */
const numbers = Array.from({ length: 8 }, (_, i) => i + 1)
const pathOf = (n: number) => `shop/part_${n}.py`
const nameOf = (n: number) => `tests.test_parts.test_r${n}_1`

const document = numbers.map((n) => `Part ${n} is right.`).join("\n")

const empty = { constraints: [], assumptions: [], openQuestions: [], contradictions: [] }

const replies: Readonly<Record<string, string>> = {
  requirement: RequirementStep.parser.print({
    title: "Shop",
    summary: "Has parts.",
    requirements: numbers.map((n) => ({
      id: `R${n}`,
      text: `Part ${n}.`,
      criteria: [{ id: `R${n}.1`, text: `Part ${n} is right.`, quotes: [`Part ${n} is right.`] }]
    })),
    ...empty
  }),
  "requirement-review": RequirementReviewStep.parser.print({
    changes: [],
    retired: [],
    requirements: [],
    constraints: [],
    assumptions: [],
    openQuestions: [],
    contradictions: []
  }),
  "architecture-design": ArchitectureDesignStep.parser.print({
    name: "shop",
    modules: numbers.map((n) => ({
      path: pathOf(n),
      purpose: `Part ${n}.`,
      members: [{ signature: `part_${n}() -> str`, behaviour: `R${n}.1` }],
      imports: [],
      reexports: [],
      starts: "",
      meets: [`R${n}`]
    })),
    files: [],
    absent: [],
    entryPoints: [],
    dependencies: [],
    formats: [],
    decisions: [],
    assumptions: []
  }),
  "task-breakdown": TaskBreakdownStep.parser.print(
    numbers.map((n) => ({
      number: n,
      title: `Part ${n}`,
      objective: `Part ${n} (R${n}).`,
      file: pathOf(n),
      functionality: "What it says.",
      integration: "Nothing.",
      dependsOn: []
    }))
  ),
  "test-generation": TestGenerationStep.parser.print([
    {
      path: "tests/test_parts.py",
      content: numbers.map((n) => `def test_r${n}_1():\n    assert part_${n}()\n`).join("\n")
    }
  ]),
  "acceptance-test": AcceptanceTestStep.parser.print([
    { path: "tests/test_acceptance_parts.py", content: "def test_all():\n    assert True\n" }
  ])
}

const isRight = (text: string | undefined) => text?.includes("right") === true

/** What the tests of a project show, by whether each part is right. */
const report = (
  sources: ReadonlyArray<{ readonly path: string; readonly content: string }>
): TestRunner.TestReport => ({
  tests: [
    { test: "tests.test_acceptance_parts.test_all", asserts: true, outcome: "passed" as const },
    ...numbers.map((n) => ({
      test: nameOf(n),
      asserts: true,
      ...(isRight(sources.find(({ path }) => path === pathOf(n))?.content)
        ? { outcome: "passed" as const }
        : { outcome: "failed" as const, detail: `File "${pathOf(n)}", line 1\nAssertionError: part ${n}` })
    }))
  ],
  doubts: [],
  output: "",
  durationMillis: 1
})

/**
 * Runs the coding workflow with a model that errs in each file that it writes with a probability, by the round of repair
 * from 0, and a sandbox that sees which files are right. A stubborn model errs in the same words each time.
 */
export const run = (seed: number, err: (round: number) => number, { isStubborn = false } = {}) => {
  const random = seeded(seed).next
  const asked: Array<string> = []
  const files = new Map<string, string>()
  let round = 0
  let texts = 0
  const text = () => {
    const word = random() < err(round) ? "wrong" : "right"
    // what is wrong again is not wrong in the same way
    return `part = "${word} ${isStubborn ? round % 2 : ++texts}"\n`
  }
  const answer = ({ messages, metadata: { step } }: LlmRequest): string => {
    const prompt = messages[0]!.content
    const wrong = [
      ...new Set(Array.from(prompt.matchAll(/^### tests\.test_parts\.test_r(\d+)_1$/gm), ([, n]) => Number(n)))
    ]
    switch (step) {
      case "implementation":
        return ImplementationStep.parser.print(text())
      case "judgement":
        round++
        return JudgementStep.parser.print(
          wrong.map((n) => ({ test: nameOf(n), fault: "code", quote: "", reason: "It must be right." }))
        )
      case "code-repair":
        return CodeRepairStep.parser.print(wrong.map((n) => ({ path: pathOf(n), content: text() })))
      default:
        return replies[step]!
    }
  }
  const model = LlmClient.layer((request: LlmRequest) =>
    Effect.sync(() => {
      asked.push(request.metadata.step)
      return { text: answer(request), finishReason: "stop" as const, usage: {} }
    })
  )
  const runner = TestRunner.layerMemory(report, (_, input) => (input as { readonly files: Schema.Json }).files)
  return Effect.gen(function* () {
    const state = yield* Engine.initialize(AutomatedCodingWorkflow.workflow, Project.ofText(document))
    return { asked, files, state: (yield* Engine.run(AutomatedCodingWorkflow.workflow, state)).state }
  }).pipe(Effect.provide(Layer.mergeAll(model, Workspace.layerMemory(files), runner)))
}

/** How many of some runs are green, with repair and without, and how many calls they take. */
export const outcomes = (runs: number) =>
  Effect.gen(function* () {
    let green = 0
    let greenWithout = 0
    let calls = 0
    let callsWithout = 0
    for (let seed = 0; seed < runs; seed++) {
      const { asked, state } = yield* run(seed, () => 0.3)
      const repairs = asked.filter((step) => step === "judgement" || step === "code-repair").length
      if (state.status === "COMPLETED") green++
      if (repairs === 0) greenWithout++
      calls += asked.length
      callsWithout += asked.length - repairs
    }
    return { green: green / runs, greenWithout: greenWithout / runs, calls, callsWithout }
  })
