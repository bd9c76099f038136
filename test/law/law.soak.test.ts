import { assert, describe, it } from "@effect/vitest"
import { holds } from "./law.ts"

const cases = 100_000

describe("the law of least work, for many cases", () => {
  it("holds", async () => {
    const { sum } = await holds(3001, cases)
    const figures = Object.entries(sum).map(([name, count]) => `${count} ${name}`)
    console.log(`law: ${cases} cases, ${figures.join(", ")}`)
    assert.isAtMost(sum.excess, sum.ran / 200)
  })
})
