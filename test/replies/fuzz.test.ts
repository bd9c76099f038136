import { assert, describe, it } from "@effect/vitest"
import { damaged, inPieces, tally, wrapped } from "./fuzz.ts"

const seeds = Array.from({ length: 2000 }, (_, i) => i + 1)

describe("replies that seeds make", () => {
  it("give the value in their wrappers, 99 in 100, and never another", () => {
    const { refused, wrong } = tally(seeds.map(wrapped))
    assert.deepStrictEqual(wrong, [])
    assert.isAtMost(refused, seeds.length / 100)
  })

  it("give the same value in pieces", () => {
    assert.deepStrictEqual(tally(seeds.flatMap(inPieces)).wrong, [])
  })

  it("give the whole value or an error when damaged", () => {
    const { wrong } = tally(seeds.map(damaged))
    assert.deepStrictEqual(wrong, [])
  })
})
