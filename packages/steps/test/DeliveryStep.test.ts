import { assert, describe, it } from "@effect/vitest"
import { Engine, Spending, Step, Workflow, Workspace } from "@stepwright/core"
import { DeliveryStep, type ReportStep } from "@stepwright/steps"
import { Effect } from "effect"
import { specification } from "./support/playlist.ts"

const counts = { run: 1, passed: 1, failed: 0, errors: 0, skipped: 0, expectedFailures: 0, unsupported: 0 }

const report: ReportStep.Report = {
  title: "Shop",
  outcome: "green",
  counts,
  criteria: [],
  notes: [],
  uncovered: [],
  files: [],
  absent: [],
  tests: [],
  doubts: []
}

const input: typeof DeliveryStep.Input.Type = {
  attempt: {
    specification,
    code: { "shop/cart.py": "class Cart: ...\n", "shop/price/money.py": "class Money: ...\n" },
    tests: [{ path: "tests/test_cart.py", content: "import unittest\n" }],
    acceptance: [{ path: "tests/test_acceptance_cart.py", content: "from unittest import TestCase\n" }],
    verification: { outcome: "green", counts, tests: [], doubts: [] }
  },
  report
}

const workflow = Workflow.make("deliver", { input: DeliveryStep.Input }).pipe(
  Workflow.bind("delivery", DeliveryStep.step, "input")
)

const attempts = (state: { readonly records: Readonly<Record<string, { readonly attempts: number }>> }) =>
  state.records["delivery"]!.attempts

describe("DeliveryStep", () => {
  it.effect(
    "writes code, tests, acceptance tests and the report, and the __init__.py that a folder of tests lacks",
    () =>
      Effect.gen(function* () {
        const files = new Map<string, string>()
        const { files: written } = yield* Effect.provide(
          Step.run(DeliveryStep.step, input),
          Workspace.layerMemory(files)
        )
        const { "report.json": json, "report.md": _, ...others } = Object.fromEntries(files)
        assert.deepStrictEqual(JSON.parse(json!), report)
        assert.deepStrictEqual(others, {
          "shop/cart.py": "class Cart: ...\n",
          "shop/price/money.py": "class Money: ...\n",
          "tests/__init__.py": "",
          "tests/test_acceptance_cart.py": "from unittest import TestCase\n",
          "tests/test_cart.py": "import unittest\n"
        })
        assert.deepStrictEqual(
          written.map(({ path }) => path),
          [...files.keys()]
        )
      })
  )

  it.effect("takes files away that it comes in the place of, but for those that a person edited", () =>
    Effect.gen(function* () {
      const files = new Map([
        ["shop/old.py", "old = 1\n"],
        ["shop/mine.py", "mine = 1\n"]
      ])
      const replaced = { code: Object.fromEntries(files), tests: [], acceptance: [], edited: ["shop/mine.py"] }
      const { files: written } = yield* Effect.provide(
        Step.run(DeliveryStep.step, { ...input, replaced }),
        Workspace.layerMemory(files)
      )
      assert.deepStrictEqual([files.has("shop/old.py"), files.get("shop/mine.py")], [false, "mine = 1\n"])
      assert.deepInclude(written, { path: "shop/old.py", outcome: "removed" })
    })
  )

  it.effect("writes what the run asked until then into the report, and what it cost where that is known", () =>
    Effect.gen(function* () {
      const delivered = (spent: Spending.Spent) =>
        Effect.gen(function* () {
          const files = new Map<string, string>()
          yield* Step.run(DeliveryStep.step, input).pipe(
            Effect.provide(Workspace.layerMemory(files)),
            Effect.provideService(Spending.Spending, () => spent)
          )
          assert.deepStrictEqual(JSON.parse(files.get("report.json")!), { ...report, spent })
          return files.get("report.md")!
        })
      const spent = { replies: 9, usage: { input: 1200, output: 300 }, requests: 10 }
      const text = yield* delivered({ ...spent, usd: 1.5 })
      assert.include(text, "9 replies of models: 1200 tokens in, 300 out\n- 10 requests to providers: $1.50")
      assert.include(yield* delivered(spent), "10 requests to providers: what they cost is unknown")
      const recorded = yield* delivered({ replies: 9, usage: { input: 1200 }, requests: 0 })
      assert.include(recorded, "1200 tokens in, an unknown number of out\n- no request went to a provider")
    })
  )

  it.effect("runs again when a file is gone, and leaves one that a person changed", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      yield* Effect.gen(function* () {
        const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, input))
        files.set("shop/cart.py", "# mine\n")
        const { state: kept } = yield* Engine.run(workflow, state)
        assert.strictEqual(attempts(kept), 1)
        assert.strictEqual(files.get("shop/cart.py"), "# mine\n")
        files.delete("tests/__init__.py")
        const { state: again } = yield* Engine.run(workflow, kept)
        assert.strictEqual(attempts(again), 2)
        assert.strictEqual(files.get("tests/__init__.py"), "")
      }).pipe(Effect.provide(Workspace.layerMemory(files)))
    })
  )

  it.effect("runs again when what a person put there is no text, and says that it was kept", () =>
    Effect.gen(function* () {
      const unreadable = new Workspace.WorkspaceError({ path: "shop/cart.py", detail: "it is no text in UTF-8" })
      const state = yield* Engine.initialize(workflow, input).pipe(
        Effect.flatMap((state) => Engine.run(workflow, state)),
        Effect.flatMap(({ state }) => Engine.run(workflow, state)),
        Effect.map(({ state }) => state),
        Effect.provideService(Workspace.Workspace, {
          write: (files) =>
            Effect.succeed(files.map(({ path }) => ({ path, outcome: "kept", beside: Workspace.besides(path, 1) }))),
          read: () => Effect.fail(unreadable)
        })
      )
      assert.deepStrictEqual([state.status, attempts(state)], ["COMPLETED", 2])
    })
  )

  it.effect("fails with the workspace's own error", () =>
    Effect.gen(function* () {
      const refusal = new Workspace.WorkspaceError({ path: "shop/cart.py", detail: "refused" })
      const run = Step.run(DeliveryStep.step, input).pipe(
        Effect.provideService(Workspace.Workspace, {
          write: () => Effect.fail(refusal),
          read: () => Effect.succeed(undefined)
        })
      )
      assert.deepStrictEqual(yield* Effect.flip(run), refusal)
    })
  )
})
