import { assert, describe, it } from "@effect/vitest"
import { Engine, WorkflowState } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"
import { AutomatedCodingWorkflow, DesignChangeStep, RequirementChangeStep } from "@stepwright/steps"
import { Effect, Layer } from "effect"
import * as pantry from "./pantry.ts"

const { workflow } = AutomatedCodingWorkflow
const input = { ...pantry.project, review: ["spec", "design"] as const }
const gates = {
  spec: "requirement/agreed/true/answers/answer",
  design: "design/agreed/true/answers/answer"
}

/** What the author says, and what that makes of the criterion that was assumed. */
const answer = "A shelf can be lost, and its items with it."
const lost = { id: "R1.2", text: "A shelf can be lost, with its items.", quotes: [answer], why: "the author says so" }
const { assumptions, constraints, contradictions, openQuestions } = pantry.requirement
const unchanged = { retired: [], requirements: [], constraints, assumptions, openQuestions, contradictions }

const { decisions, dependencies, entryPoints, formats } = pantry.design
const lists = { files: [], removed: [], absent: [], entryPoints, dependencies, formats, decisions, assumptions: [] }

const world = Layer.merge(
  pantry.world(),
  MockLlm.layer(
    pantry.replying({
      "requirement-change": RequirementChangeStep.parser.print({ ...unchanged, changes: [lost] }),
      "design-change": DesignChangeStep.parser.print({
        ...lists,
        modules: [{ ...pantry.design.modules[1]!, purpose: "holds items until it is lost" }]
      })
    })
  )
)

const asked = Effect.map(MockLlm.calls, (calls) => calls.map(({ metadata }) => metadata.step))
const begun = Effect.flatMap(Engine.initialize(workflow, input), (state) => Engine.run(workflow, state))

/** The gates that wait for a decision. */
const waiting = (state: WorkflowState.WorkflowState) =>
  Effect.map(Engine.plan(workflow, state), (plan) =>
    plan.filter(({ action }) => action === "decide").map(({ path }) => path)
  )

const decided = Effect.fnUntraced(function* (state: WorkflowState.WorkflowState, path: string, said: string) {
  return (yield* Engine.run(workflow, yield* Engine.decide(workflow, state, path, said))).state
})

describe("agreement", () => {
  it.effect("shows what was assumed before anything is built on it, and what is designed", () =>
    Effect.gen(function* () {
      const { state } = yield* begun
      assert.strictEqual(state.status, "SUSPENDED")
      assert.deepStrictEqual(yield* asked, ["requirement", "requirement-review"])
      assert.deepStrictEqual(yield* waiting(state), [gates.spec])
      assert.strictEqual(
        WorkflowState.resultAt(state, "requirement/agreed/true/question")?.output,
        "## Assumed\n\n- R1.2: A shelf cannot be lost.\n\nSay what is to be otherwise, in whole sentences, or ok."
      )
      const next = yield* decided(state, gates.spec, "")
      assert.strictEqual(next.status, "SUSPENDED")
      assert.deepStrictEqual(yield* asked, ["requirement", "requirement-review", "architecture-design"])
      assert.deepStrictEqual(yield* waiting(next), [gates.design])
      const { output } = WorkflowState.resultAt(next, "design/agreed/true/question")!
      assert.include(JSON.stringify(output), `${pantry.paths.shelf}: is ${pantry.paths.shelf}`)
    }).pipe(Effect.provide(world))
  )

  it.effect("goes on as without a question where all is right", () =>
    Effect.gen(function* () {
      const state = yield* decided((yield* begun).state, gates.spec, " ")
      const output = yield* Engine.output(workflow, yield* decided(state, gates.design, "OK."))
      assert.deepStrictEqual(output.result.specification, pantry.specification)
      assert.deepStrictEqual(output.design.agreed, pantry.design)
      assert.strictEqual((yield* asked).length, 10)
    }).pipe(Effect.provide(world))
  )

  it.effect("takes an answer for a document, from which criteria and acceptance tests come", () =>
    Effect.gen(function* () {
      const state = yield* decided((yield* begun).state, gates.spec, `# ${answer}`)
      const output = yield* Engine.output(workflow, yield* decided(state, gates.design, ""))
      const { requirement, traces } = output.result.specification
      assert.deepInclude(requirement.requirements[0]?.criteria[1], { id: "R1.2", text: lost.text })
      assert.deepStrictEqual(traces["R1.2"], { sources: [{ document: "answers.md", line: 1, text: answer }] })
      const calls = yield* MockLlm.calls
      const prompt = calls.find(({ metadata }) => metadata.step === "acceptance-test")?.messages[0]?.content
      assert.include(prompt, answer)
    }).pipe(Effect.provide(world))
  )

  it.effect("changes a design as its author says, and leaves the rest of it", () =>
    Effect.gen(function* () {
      const state = yield* decided((yield* begun).state, gates.spec, "")
      const output = yield* Engine.output(
        workflow,
        yield* decided(state, gates.design, "A shelf holds items until it is lost.")
      )
      const [first, shelf, ...others] = output.design.agreed.modules
      assert.strictEqual(shelf?.purpose, "holds items until it is lost")
      assert.deepStrictEqual([first, ...others], pantry.design.modules.toSpliced(1, 1))
      const change = (yield* MockLlm.calls).find(({ metadata }) => metadata.step === "design-change")
      assert.include(change?.messages[0]?.content, "The author says: A shelf holds items until it is lost.")
    }).pipe(Effect.provide(world))
  )
})
