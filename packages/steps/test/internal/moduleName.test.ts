import { assert, describe, it } from "@effect/vitest"
import { moduleName } from "../../src/internal/moduleName.ts"

describe("moduleName", () => {
  it.each([
    ["main.py", "main"],
    ["shop/cart.py", "shop.cart"],
    ["src/shop/cart.py", "shop.cart"],
    ["shop/__init__.py", "shop"],
    ["src/shop/price/__init__.py", "shop.price"],
    ["shop/__main__.py", "shop.__main__"],
    ["shop/src/cart.py", "shop.src.cart"]
  ])("of %s is %s", (path, name) => {
    assert.strictEqual(moduleName(path), name)
  })
})
