import { assert, describe, it } from "@effect/vitest"
import { damaged, type Outcome, tally, wrapped } from "./fuzz.ts"

const cases = 100_000

/** The figures; outcomes are counted as they come. */
const run = (make: (seed: number) => Outcome) => {
  const sum = { whole: 0, refused: 0, wrong: [] as Array<Outcome> }
  for (let seed = 1; seed <= cases; seed += 1000) {
    const { refused, whole, wrong } = tally(Array.from({ length: 1000 }, (_, i) => make(seed + i)))
    sum.whole += whole
    sum.refused += refused
    sum.wrong.push(...wrong)
  }
  console.log(`${make.name}: ${sum.whole} whole, ${sum.refused} refused, ${sum.wrong.length} wrong of ${cases}`)
  return sum
}

describe("many replies that seeds make", () => {
  it("give the value in their wrappers, 99 in 100, and hardly ever another", () => {
    const { refused, wrong } = run(wrapped)
    assert.isAtMost(refused, cases / 100)
    assert.isAtMost(wrong.length, cases / 100_000, JSON.stringify(wrong.slice(0, 3)))
  })

  // of a value with tags of reasoning in it, printed on lines of their own, damage can make reasoning
  it("give the whole value or an error when damaged, but for 1 in 5,000", () => {
    const { wrong } = run(damaged)
    assert.isAtMost(wrong.length, cases / 5000, JSON.stringify(wrong.slice(0, 3)))
  })
})
