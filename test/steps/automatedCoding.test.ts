import { assert, describe, it } from "@effect/vitest"
import { Engine, Workflow, WorkflowState } from "@stepwright/core"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { MockLlm } from "@stepwright/llm"
import { AutomatedCodingWorkflow, VerificationStep } from "@stepwright/steps"
import { Effect } from "effect"
import * as pantry from "./pantry.ts"

const { workflow } = AutomatedCodingWorkflow
const { init, item, meal, planner, shelf } = pantry.paths
const input = { requirement: pantry.document }

const at = (file: string) => `implementation/${encodeURIComponent(file)}`
const asked = Effect.map(MockLlm.calls, (calls) => calls.map(({ metadata }) => metadata.path))
const prompt = (calls: ReadonlyArray<LlmRequest>, path: string) =>
  calls.find(({ metadata }) => metadata.path === path)!.messages[0]!.content

/** A run that is done, to start from. */
const finished = Effect.provide(
  Effect.flatMap(Engine.initialize(workflow, input), (state) => Engine.run(workflow, state)).pipe(
    Effect.map(({ state }) => state)
  ),
  pantry.world()
)

/** Runs a state on and says what was asked, and what `plan` had said would run or might. */
const goOn = Effect.fnUntraced(function* (state: WorkflowState.WorkflowState) {
  const plan = yield* Engine.plan(workflow, state)
  const { state: next } = yield* Engine.run(workflow, state)
  return {
    asked: yield* asked,
    status: next.status,
    foretold: plan.filter(({ action }) => action !== "reuse").map(({ path }) => path)
  }
})

describe("AutomatedCodingWorkflow", () => {
  it.effect("goes from a requirement document to files that pass their tests", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      yield* Effect.gen(function* () {
        const output = yield* Engine.execute(workflow, input)
        assert.deepStrictEqual(output.verification, { run: 2, passed: 2, skipped: 0 })
        assert.deepStrictEqual(output.design.breakdown.tasks, pantry.tasks)
        assert.deepStrictEqual(
          [...files],
          [
            [init, pantry.code(init)],
            [item, pantry.code(item)],
            [meal, pantry.code(meal)],
            [planner, pantry.code(planner)],
            [shelf, pantry.code(shelf)],
            ["tests/__init__.py", ""],
            ["tests/test_pantry.py", "import unittest\n"]
          ]
        )
        assert.strictEqual((yield* asked).length, 9)
      }).pipe(Effect.provide(pantry.world({ files })))
    })
  )

  it.effect("shows each task the code that it depends on, and no other", () =>
    Effect.gen(function* () {
      yield* Engine.execute(workflow, input)
      const calls = yield* MockLlm.calls
      const seen = (file: string) =>
        [item, shelf, meal, planner, init].filter((other) => prompt(calls, at(file)).includes(pantry.code(other)))
      assert.deepStrictEqual(seen(item), [])
      assert.deepStrictEqual(seen(shelf), [item])
      assert.deepStrictEqual(seen(planner), [shelf, meal])
      assert.deepStrictEqual(seen(init), [planner])
      const order = (yield* asked).filter((path) => path.startsWith("implementation/"))
      assert.strictEqual(order[0], at(item))
      assert.deepStrictEqual(order.slice(3), [at(planner), at(init)])
    }).pipe(Effect.provide(pantry.world()))
  )

  it.effect("ends FAILED when the tests are red, with the files there to look at", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const report = { ...pantry.green, doubts: ["a file was changed"] }
      const error = yield* Engine.execute(workflow, input).pipe(
        Effect.provide(pantry.world({ files, report })),
        Effect.flip
      )
      assert.strictEqual(error.path, "verification")
      assert.instanceOf(error.reason, VerificationStep.VerificationError)
      assert.strictEqual(files.get(shelf), pantry.code(shelf))
    })
  )

  it("is wired by data throughout", () => {
    const description = JSON.stringify(Workflow.describe(workflow))
    assert.notInclude(description, "<function>")
    assert.deepStrictEqual(Workflow.stepPaths(workflow), [
      "requirement",
      "design/architecture",
      "design/breakdown/tasks",
      "implementation/*",
      "tests",
      "delivery",
      "verification"
    ])
  })

  describe("run again", () => {
    it.effect("asks nothing when nothing changed, after JSON too", () =>
      Effect.gen(function* () {
        const state = yield* WorkflowState.fromJson(WorkflowState.toJson(yield* finished))
        const files = new Map<string, string>()
        const next = yield* goOn(state).pipe(Effect.provide(pantry.world({ files })))
        assert.deepStrictEqual(next.asked, [])
        // this world is a new one, in which nothing was delivered yet
        assert.deepStrictEqual(next.foretold, ["delivery"])
        assert.strictEqual(files.size, 7)
      })
    )

    it.effect("asks once for a document that is worded otherwise and means the same", () =>
      Effect.gen(function* () {
        const state = yield* Engine.set(workflow, yield* finished, "input", { requirement: "Another wording.\n" })
        const next = yield* goOn(state)
        assert.deepStrictEqual(next.asked, ["requirement"])
        assert.strictEqual(next.foretold[0], "requirement")
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect("runs the changed one of five tasks and what depends on it", () =>
      Effect.gen(function* () {
        const changed = pantry.tasks.map((task) => (task.file === shelf ? { ...task, functionality: "another" } : task))
        const state = yield* Engine.set(workflow, yield* finished, "design/breakdown/tasks", changed)
        const next = yield* goOn(state)
        assert.deepStrictEqual(next.asked, [at(shelf), at(planner), at(init), "tests"])
        assert.deepStrictEqual(next.foretold.slice(0, 4), next.asked)
        assert.strictEqual(next.status, "COMPLETED")
      }).pipe(Effect.provide(pantry.world({ version: 2 })))
    )

    it.effect("runs a task that was put in between, and no other for its new number", () =>
      Effect.gen(function* () {
        const [first, ...rest] = pantry.tasks
        const oven = { ...first!, number: 2, file: "pantry/oven.py" }
        const tasks = [first!, oven, ...rest.map((task) => ({ ...task, number: task.number + 1 }))]
        const state = yield* Engine.set(workflow, yield* finished, "design/breakdown/tasks", tasks)
        assert.deepStrictEqual((yield* goOn(state)).asked, [at("pantry/oven.py"), "tests"])
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect("runs what depends on a file that a person wrote, and not the task itself", () =>
      Effect.gen(function* () {
        const state = yield* Engine.set(workflow, yield* finished, at(meal), "class Meal: ...\n")
        const files = new Map<string, string>()
        const next = yield* goOn(state).pipe(Effect.provide(pantry.world({ files, version: 2 })))
        assert.deepStrictEqual(next.asked, [at(planner), at(init), "tests"])
        assert.strictEqual(files.get(meal), "class Meal: ...\n")
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect("refuses tasks by hand that cannot be done", () =>
      Effect.gen(function* () {
        const circular = pantry.tasks.map((task) => (task.file === item ? { ...task, dependsOn: [init] } : task))
        const error = yield* Effect.flip(Engine.set(workflow, yield* finished, "design/breakdown/tasks", circular))
        assert.include(error.message, "in a circle")
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect("executes one step at depth 3 from recorded results, and names what is missing too early", () =>
      Effect.gen(function* () {
        const start = yield* Engine.initialize(workflow, input)
        const early = yield* Effect.flip(Engine.step(workflow, start, "design/breakdown/tasks"))
        assert.include(early.message, 'it needs the result of "requirement"')
        let state = start
        for (const path of ["requirement", "design/architecture", "design/breakdown/tasks", at(item)]) {
          state = (yield* Engine.step(workflow, state, path)).state
        }
        assert.deepStrictEqual(yield* asked, ["requirement", "design/architecture", "design/breakdown/tasks", at(item)])
      }).pipe(Effect.provide(pantry.world()))
    )
  })
})
