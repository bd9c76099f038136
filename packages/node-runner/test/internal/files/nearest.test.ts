import { assert, describe, it } from "@effect/vitest"
import * as nearest from "../../../src/internal/files/nearest.ts"

describe("nearest", () => {
  it("puts the names first that are most like one", () => {
    assert.deepStrictEqual(nearest.nearest("Outlin", ["draft", "approval", "outline"])[0], "outline")
    assert.isTrue(nearest.isNear("outlin", "outline"))
    assert.isFalse(nearest.isNear("outlin", "draft"))
  })

  it("likens what is far too long for a name to none", () => {
    const long = "x".repeat(2_000_000)
    const names = Array.from({ length: 100 }, (_, i) => `name-${i}`)
    assert.deepStrictEqual(nearest.nearest(long, names), names)
    assert.isFalse(nearest.isNear(long, "name-1"))
  })
})
