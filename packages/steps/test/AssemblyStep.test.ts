import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { type ArchitectureDesignStep, AssemblyStep } from "@stepwright/steps"
import { Effect } from "effect"
import { design, module } from "./support/playlist.ts"

const assembled = (
  modules: ReadonlyArray<ArchitectureDesignStep.Module>,
  written: Readonly<Record<string, string>> = {},
  samples: ReadonlyArray<{ readonly path: string; readonly text: string }> = []
) => Step.run(AssemblyStep.step, { design: { ...design, modules }, written, samples })

describe("AssemblyStep", () => {
  it.effect("writes what a module offers of others, and says so in __all__", () =>
    Effect.gen(function* () {
      const reexports = [
        { module: "src/shop/price/money.py", names: ["Money"] },
        { module: "src/shop/cart.py", names: ["Cart", "add"] }
      ]
      const modules = [
        ...reexports.map(({ module: path }) => module(path)),
        module("src/shop/__init__.py", { reexports })
      ]
      assert.strictEqual(
        (yield* assembled(modules))["src/shop/__init__.py"],
        `"""Is src/shop/__init__.py."""

from shop.price.money import Money
from shop.cart import Cart, add

__all__ = [
    "Cart",
    "Money",
    "add",
]
`
      )
    })
  )

  it.effect("writes what a module starts, and nothing that happens on import", () =>
    Effect.gen(function* () {
      const modules = [module("shop/cli.py"), module("shop/__main__.py", { starts: "`shop/cli.py:main()`" })]
      assert.strictEqual(
        (yield* assembled(modules))["shop/__main__.py"],
        `"""Is shop/__main__.py."""

from shop.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
`
      )
    })
  )

  it.effect("imports from a package by its name, and offers and starts in one module", () =>
    Effect.gen(function* () {
      const modules = [
        module("shop/__init__.py"),
        module("run.py", {
          reexports: [{ module: "shop/__init__.py", names: ["Cart"] }],
          starts: "shop/__init__.py:main"
        })
      ]
      const text = (yield* assembled(modules))["run.py"]!
      assert.include(text, "from shop import Cart\nfrom shop import main\n")
      assert.include(text, '__all__ = [\n    "Cart",\n]\n\nif __name__ == "__main__":')
    })
  )

  it.effect("gives what was written and the samples as they are, beside what it writes", () =>
    Effect.gen(function* () {
      const written = { "shop/cart.py": "class Cart: ...\n", "README.md": "# Shop\n" }
      const samples = [{ path: "data/one.csv", text: "1,2\r\n" }]
      assert.deepStrictEqual(yield* assembled([module("shop/cart.py")], written, samples), {
        ...written,
        "data/one.csv": "1,2\r\n"
      })
    })
  )
})
