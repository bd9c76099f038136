import { assert, describe, it } from "@effect/vitest"
import { Engine, TestRunner, Workflow, WorkflowState, type Workspace } from "@stepwright/core"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { MockLlm } from "@stepwright/llm"
import {
  ArchitectureDesignStep,
  AutomatedCodingWorkflow,
  Project,
  TaskBreakdownStep,
  VerdictStep
} from "@stepwright/steps"
import { Effect, Layer, Result, type Schema } from "effect"
import * as pantry from "./pantry.ts"

const { workflow } = AutomatedCodingWorkflow
const { init, item, meal, planner, shelf } = pantry.paths
const input = pantry.project

/** A value as JSON has it. */
const plain = (value: unknown): Schema.Json => JSON.parse(JSON.stringify(value))

/** Where a file is written. */
const at = (file: string) => `implementation/${encodeURIComponent(file)}/implementation`
const asked = Effect.map(MockLlm.calls, (calls) => calls.map(({ metadata }) => metadata.path))
const prompt = (calls: ReadonlyArray<LlmRequest>, path: string) =>
  calls.find(({ metadata }) => metadata.path === path)!.messages[0]!.content

/** The pantry's world with other replies to some steps. */
const replying = (replies: Readonly<Record<string, string>>) =>
  Layer.merge(pantry.world(), MockLlm.layer(pantry.replying(replies)))

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
        assert.deepStrictEqual(output.requirement.specification, pantry.specification)
        assert.deepStrictEqual(output.design.breakdown.ordered, pantry.tasks)
        const [[test], [acceptance]] = [pantry.tests, pantry.acceptance]
        const { "report.json": report, "report.md": _, ...others } = Object.fromEntries(files)
        assert.deepInclude(JSON.parse(report!), { title: "Pantry", outcome: "green" })
        assert.deepStrictEqual(others, {
          [init]: '"""is pantry/__init__.py"""\n\nfrom pantry.planner import of_2\n\n__all__ = [\n    "of_2",\n]\n',
          [item]: pantry.code(item),
          [meal]: pantry.code(meal),
          [planner]: pantry.code(planner),
          [shelf]: pantry.code(shelf),
          "tests/__init__.py": "",
          [test.path]: test.content,
          [acceptance.path]: acceptance.content
        })
        assert.strictEqual((yield* asked).length, 10)
      }).pipe(Effect.provide(pantry.world({ files })))
    })
  )

  it.effect("delivers samples as they are, and lays them beside the tests", () =>
    Effect.gen(function* () {
      const text = `${"rice,2\r\n".repeat(2000)}é`
      const files = new Map<string, string>()
      let ran: ReadonlyArray<Workspace.SourceFile> = []
      const runner = TestRunner.layerMemory((files) => {
        ran = files
        return pantry.green
      }, pantry.firstLines)
      yield* Engine.execute(workflow, { ...input, samples: [{ path: "data/shelf.csv", text }] }).pipe(
        Effect.provide(Layer.merge(pantry.world({ files }), runner))
      )
      assert.strictEqual(files.get("data/shelf.csv"), text)
      assert.strictEqual(ran.find(({ path }) => path === "data/shelf.csv")?.content, text)
    })
  )

  it.effect("shows each task the signatures that it depends on, and no other", () =>
    Effect.gen(function* () {
      yield* Engine.execute(workflow, input)
      const calls = yield* MockLlm.calls
      const seen = (file: string) =>
        [item, shelf, meal, planner].filter((other) => prompt(calls, at(file)).includes(pantry.code(other)))
      assert.deepStrictEqual(seen(item), [])
      assert.deepStrictEqual(seen(shelf), [item])
      assert.deepStrictEqual(seen(planner), [shelf, meal])
      const order = (yield* asked).filter((path) => path.startsWith("implementation/"))
      assert.strictEqual(order[0], at(item))
      assert.deepStrictEqual(order.slice(3), [at(planner)])
    }).pipe(Effect.provide(pantry.world()))
  )

  it.effect("goes by the design's order, whatever the tasks say", () =>
    Effect.gen(function* () {
      const tasks = pantry.tasks.map((task) => ({ ...task, dependsOn: task.file === item ? [planner] : [] }))
      const output = yield* Engine.execute(workflow, input).pipe(
        Effect.provide(replying({ "task-breakdown": TaskBreakdownStep.parser.print(tasks) }))
      )
      assert.deepStrictEqual(output.design.breakdown.ordered, pantry.tasks)
    })
  )

  it.effect("ends FAILED where no test is found, with the files there to look at", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const report = { ...pantry.green, tests: [] }
      const error = yield* Engine.execute(workflow, input).pipe(
        Effect.provide(pantry.world({ files, report })),
        Effect.flip
      )
      assert.strictEqual(error.path, "verification")
      assert.instanceOf(error.reason, VerdictStep.VerificationError)
      assert.strictEqual(files.get(shelf), pantry.code(shelf))
      assert.include(files.get("report.md"), "empty")
    })
  )

  it.effect("delivers where there is no sandbox, ends FAILED, and goes on once there is one", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const report = new TestRunner.TestRunnerError({ reason: "Unavailable", detail: "no Python" })
      const { state } = yield* Effect.flatMap(Engine.initialize(workflow, input), (state) =>
        Engine.run(workflow, state)
      ).pipe(Effect.provide(pantry.world({ files, report })))
      assert.deepStrictEqual([state.status, state.error?.path], ["FAILED", "verification"])
      assert.include(state.error?.message, "no Python")
      assert.strictEqual(files.get(shelf), pantry.code(shelf))
      const { state: end } = yield* Effect.provide(Engine.run(workflow, state), pantry.world({ files }))
      assert.strictEqual(end.status, "COMPLETED")
    })
  )

  it.each(["tests", "acceptance"])("lets nothing of the code reach those who write %s", (path) => {
    const read = Result.getOrThrow(Workflow.readsFrom(workflow, path))
    assert.include(read.steps, "design/architecture")
    for (const step of Workflow.stepPaths(workflow)) {
      if (/^(?:implementation|code|check|result|mutants|hardened|report)/.test(step))
        assert.notInclude(read.steps, step)
    }
  })

  it("is wired by data throughout", () => {
    const description = JSON.stringify(Workflow.describe(workflow))
    assert.notInclude(description, "<function>")
    const isAside = (path: string) => /^(?:result|hardened\/true)\/|\/agreed\/true\//.test(path)
    assert.deepStrictEqual(
      Workflow.stepPaths(workflow).filter((path) => !isAside(path)),
      [
        "samples",
        "wanted",
        "requirement/draft",
        "requirement/trace",
        "requirement/review",
        "requirement/specification",
        "requirement/agreed/false",
        "design/architecture",
        "design/agreed/false",
        "design/breakdown/tasks",
        "design/breakdown/ordered",
        "environment",
        "tests",
        "acceptance",
        "implementation/*/brief",
        "implementation/*/implementation",
        "code",
        "check",
        "mutants",
        "hardened/false",
        "coverage",
        "report",
        "delivery",
        "verification"
      ]
    )
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
        assert.strictEqual(files.size, 10)
      })
    )

    it.effect("asks only who reads the documents for ones that are worded otherwise and mean the same", () =>
      Effect.gen(function* () {
        const reworded = Project.ofText(`${pantry.document}\nThat is all.\n`)
        const next = yield* goOn(yield* Engine.set(workflow, yield* finished, "input", plain(reworded)))
        assert.deepStrictEqual(next.asked, ["requirement/draft", "requirement/review", "acceptance"])
        assert.deepStrictEqual(next.foretold.slice(0, 2), ["wanted", "requirement/draft"])
        assert.strictEqual(next.status, "COMPLETED")
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect("asks who reads what the author wrote when they decide otherwise, and who makes the design of it", () =>
      Effect.gen(function* () {
        const design = [{ path: "design.md", text: "One file for each class.\n" }]
        const next = yield* goOn(yield* Engine.set(workflow, yield* finished, "input", plain({ ...input, design })))
        const readers = ["requirement/draft", "requirement/review", "design/architecture", "acceptance"]
        assert.deepStrictEqual(next.asked, readers)
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect(
      "asks what reads the specification, and the files that serve it, when a criterion is changed by hand",
      () =>
        Effect.gen(function* () {
          const modules = pantry.design.modules.map((module) => ({
            ...module,
            meets: module.path === meal ? ["R2"] : module.path === shelf ? ["R1"] : []
          }))
          const reply = ArchitectureDesignStep.parser.print({ ...pantry.design, modules })
          const requirements = pantry.specification.requirement.requirements.map((requirement) => ({
            ...requirement,
            criteria: requirement.criteria.map((criterion) =>
              criterion.id === "R2.1" ? { ...criterion, text: "A meal without items is a soup." } : criterion
            )
          }))
          const changed = {
            ...pantry.specification,
            requirement: { ...pantry.specification.requirement, requirements }
          }
          const next = yield* Effect.gen(function* () {
            const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, input))
            const before = (yield* asked).length
            const next = yield* goOn(yield* Engine.set(workflow, state, "requirement/specification", plain(changed)))
            return { ...next, asked: next.asked.slice(before) }
          }).pipe(Effect.provide(replying({ "architecture-design": reply })))
          assert.deepStrictEqual(next.asked.toSorted(), [
            "design/architecture",
            "design/breakdown/tasks",
            at(meal),
            "tests"
          ])
          assert.strictEqual(next.status, "COMPLETED")
        })
    )

    it.effect("runs the changed one of several tasks and what sees its signatures", () =>
      Effect.gen(function* () {
        const changed = pantry.tasks.map((task) => (task.file === shelf ? { ...task, functionality: "another" } : task))
        const state = yield* Engine.set(workflow, yield* finished, "design/breakdown/tasks", plain(changed))
        const next = yield* goOn(state)
        assert.deepStrictEqual(next.asked, [at(shelf), at(planner)])
        assert.include(next.foretold, "implementation/*/implementation")
        for (const path of ["tests", "acceptance", "design/architecture"]) assert.notInclude(next.foretold, path)
        assert.strictEqual(next.status, "COMPLETED")
      }).pipe(Effect.provide(pantry.world({ version: 2 })))
    )

    it.effect("runs a task that was put in between, and no other for its new number", () =>
      Effect.gen(function* () {
        const [first, ...rest] = pantry.tasks
        const oven = { ...first!, number: 2, file: "pantry/oven.py" }
        const tasks = [first!, oven, ...rest.map((task) => ({ ...task, number: task.number + 1 }))]
        const state = yield* Engine.set(workflow, yield* finished, "design/breakdown/tasks", plain(tasks))
        assert.deepStrictEqual((yield* goOn(state)).asked, [at("pantry/oven.py")])
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect("runs what sees other signatures of a file that a person wrote, and not the task itself", () =>
      Effect.gen(function* () {
        const state = yield* Engine.set(workflow, yield* finished, at(meal), "class Meal: ...\n")
        const files = new Map<string, string>()
        const next = yield* goOn(state).pipe(Effect.provide(pantry.world({ files, version: 2 })))
        assert.deepStrictEqual(next.asked, [at(planner)])
        assert.strictEqual(files.get(meal), "class Meal: ...\n")
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect("delivers and verifies a file that a person wrote with the same signatures, and asks nothing", () =>
      Effect.gen(function* () {
        const text = `${pantry.code(meal)}x = 1\n`
        const state = yield* Engine.set(workflow, yield* finished, at(meal), text)
        const files = new Map<string, string>()
        const next = yield* goOn(state).pipe(Effect.provide(pantry.world({ files })))
        assert.deepStrictEqual(next.asked, [])
        assert.strictEqual(files.get(meal), text)
        assert.include(next.foretold, "verification")
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect("refuses tasks by hand that cannot be done", () =>
      Effect.gen(function* () {
        const circular = pantry.tasks.map((task) => (task.file === item ? { ...task, dependsOn: [planner] } : task))
        const error = yield* Effect.flip(
          Engine.set(workflow, yield* finished, "design/breakdown/tasks", plain(circular))
        )
        assert.include(error.message, "in a circle")
      }).pipe(Effect.provide(pantry.world()))
    )

    it.effect("executes one step at depth 3 from recorded results, and names what is missing too early", () =>
      Effect.gen(function* () {
        const start = yield* Engine.initialize(workflow, input)
        const early = yield* Effect.flip(Engine.step(workflow, start, "design/breakdown/tasks"))
        assert.include(early.message, 'it needs the result of "wanted"')
        let state = start
        const requirement = ["draft", "trace", "review", "specification", "agreed/false"]
        const design = ["architecture", "agreed/false", "breakdown/tasks", "breakdown/ordered"]
        const brief = `implementation/${encodeURIComponent(item)}/brief`
        const within = (group: string, names: ReadonlyArray<string>) => names.map((name) => `${group}/${name}`)
        const paths = [...within("requirement", requirement), ...within("design", design)]
        for (const path of ["samples", "wanted", ...paths, brief, at(item)]) {
          state = (yield* Engine.step(workflow, state, path)).state
        }
        assert.deepStrictEqual(yield* asked, [
          "requirement/draft",
          "requirement/review",
          "design/architecture",
          "design/breakdown/tasks",
          at(item)
        ])
      }).pipe(Effect.provide(pantry.world()))
    )
  })
})
