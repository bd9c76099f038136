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
    const { sum } = await holds(200_001, 5000, { isWired: true })
    assert.isAtLeast(sum.cases, 7000)
  })

  it("holds with a cache of results, cold and warm", async () => {
    const { sum } = await holds(3001, 10_000, { withCache: true })
    assert.isAtLeast(sum.cached, 20_000)
  })
})
