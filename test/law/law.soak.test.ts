import { assert, describe, it } from "@effect/vitest"
import { holds } from "./law.ts"

const seeds = 67_500

describe("the law of least work, for many cases", () => {
  it("holds", async () => {
    const { sum } = await holds(3001, seeds)
    assert.isAtLeast(sum.cases, 100_000)
    assert.isAtMost(sum.excess, sum.ran / 200)
  })

  it("holds for definitions that are read from files", async () => {
    const { sum } = await holds(200_001, 5000, true)
    assert.isAtLeast(sum.cases, 7000)
  })
})
