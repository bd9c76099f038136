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
  it("give the value in their wrappers, 99 in 100, and never another", () => {
    const { refused, wrong } = run(wrapped)
    assert.deepStrictEqual(wrong.slice(0, 3), [])
    assert.isAtMost(refused, cases / 100)
  })

  it("give the whole value or an error when damaged", () => {
    assert.deepStrictEqual(run(damaged).wrong.slice(0, 3), [])
  })
})
