import { Arbitrary } from "effect"
import { Usage } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runs } from "./support/texts.ts"

const usage = Arbitrary.schema(Usage.Usage)

describe("Usage", () => {
  it.prop(
    "add is associative and commutative, with zero as identity",
    { a: usage, b: usage, c: usage },
    ({ a, b, c }) => {
      assert.deepStrictEqual(Usage.add(Usage.add(a, b), c), Usage.add(a, Usage.add(b, c)))
      assert.deepStrictEqual(Usage.add(a, b), Usage.add(b, a))
      assert.deepStrictEqual(Usage.add(a, Usage.zero), a)
    },
    runs(200)
  )

  it("a sum is one that can be written and read again, whatever a provider says", () => {
    const most = { input: Number.MAX_SAFE_INTEGER, cacheWrite: Number.MAX_SAFE_INTEGER }
    assert.deepStrictEqual(Usage.add(most, { input: 1, cacheWrite: 7 }), most)
  })

  it("the service tier of a sum is that of all of it, or another", () => {
    assert.deepStrictEqual(Usage.add({ serviceTier: "flex" }, { serviceTier: "flex" }), { serviceTier: "flex" })
    assert.deepStrictEqual(Usage.add({ serviceTier: "flex" }, { serviceTier: "standard" }), { serviceTier: "other" })
  })

  it("what one side does not know is unknown in the sum, not 0", () => {
    assert.deepStrictEqual(Usage.add({ input: 1, output: 2 }, { input: 3 }), { input: 4 })
    assert.deepStrictEqual(Usage.add(Usage.zero, Usage.unknown), {})
  })
})
