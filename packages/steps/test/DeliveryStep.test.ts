import { assert, describe, it } from "@effect/vitest"
import { Engine, Step, Workflow, Workspace } from "@stepwright/core"
import { DeliveryStep } from "@stepwright/steps"
import { Effect } from "effect"

const input: typeof DeliveryStep.Input.Type = {
  code: { "shop/cart.py": "class Cart: ...\n", "shop/price/money.py": "class Money: ...\n" },
  tests: [{ path: "tests/test_cart.py", content: "import unittest\n" }]
}

const workflow = Workflow.make("deliver", { input: DeliveryStep.Input }).pipe(
  Workflow.bind("delivery", DeliveryStep.step, "input")
)

const attempts = (state: { readonly records: Readonly<Record<string, { readonly attempts: number }>> }) =>
  state.records["delivery"]!.attempts

describe("DeliveryStep", () => {
  it.effect("writes code and tests, and the __init__.py that a folder lacks", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const { files: written } = yield* Effect.provide(
        Step.run(DeliveryStep.step, {
          ...input,
          code: { ...input.code, "shop/__init__.py": "from shop.cart import Cart\n" }
        }),
        Workspace.layerMemory(files)
      )
      assert.deepStrictEqual(Object.fromEntries(files), {
        "shop/__init__.py": "from shop.cart import Cart\n",
        "shop/cart.py": "class Cart: ...\n",
        "shop/price/__init__.py": "",
        "shop/price/money.py": "class Money: ...\n",
        "tests/__init__.py": "",
        "tests/test_cart.py": "import unittest\n"
      })
      assert.deepStrictEqual(
        written.map(({ path }) => path),
        [...files.keys()]
      )
    })
  )

  it.effect("adds no __init__.py to folders without Python", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      yield* Effect.provide(
        Step.run(DeliveryStep.step, { ...input, code: { "docs/a.md": "# A\n", "top.py": "" } }),
        Workspace.layerMemory(files)
      )
      assert.deepStrictEqual([...files.keys()], ["docs/a.md", "tests/__init__.py", "tests/test_cart.py", "top.py"])
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
