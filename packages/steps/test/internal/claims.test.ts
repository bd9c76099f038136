import { assert, describe, it } from "@effect/vitest"
import { isRetold, lostFrom, notIn } from "../../src/internal/claims.ts"

describe("notIn", () => {
  it.each([
    ["It returns 3.", "It returns three.", []],
    ["It returns 3.", "It returns 13.", ["3"]],
    ["At most 2.50 are kept.", "No more than 2.50 are kept.", []],
    ["`Shelf.add` raises `KeyError`.", "A class `Shelf`: add(x) is an error", ["KeyError"]],
    ["every item is kept", "all items are kept", []],
    ["every item is kept", "an item is kept", ["every, all, always"]],
    ["it never ends", "it ends", ["never"]],
    ["it never ends", "it does not end", []],
    ["at least 2 or more", "2 at the minimum", []],
    ["up to 3", "3", ["at most"]],
    // these stand too often where nothing is promised
    ["only letters, exactly", "letters", []],
    ["It is `None if x else y`.", "It is None.", []],
    ["It keeps `a_b`.", "It keeps a_b.", []]
  ] as const)("of %j in %j is %j", (text, source, expected) => {
    assert.deepStrictEqual(notIn(text, source), expected)
  })
})

describe("lostFrom", () => {
  it.each([
    ["every song is kept", ["songs are kept"], ["every, all, always"]],
    ["every song is kept", ["songs are kept", "all are"], []],
    ["only letters, at most 3", ["letters"], ["only", "at most"]],
    ["only letters", ["nothing but letters"], []],
    ["exactly one", ["it equals one"], []],
    ["it may end", [], []]
  ] as const)("of %j in %j is %j", (text, others, expected) => {
    assert.deepStrictEqual(lostFrom(text, others), expected)
  })
})

describe("isRetold", () => {
  it.each([
    ["Standard library only.", ["Python 3.11, only the standard library."], true],
    ["Standard library only.", ["the standard library", "only"], false],
    ["", ["anything"], false],
    ["It is so.", [], false]
  ] as const)("of %j by %j is %s", (text, others, expected) => {
    assert.strictEqual(isRetold(text, others), expected)
  })
})
