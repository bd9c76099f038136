import { describe, expect, it } from "vitest"
import { lines } from "../../src/model/json.ts"

const shown = (...args: Parameters<typeof lines>) =>
  lines(...args).map(({ depth, key, text }) => `${"  ".repeat(depth)}${key === undefined ? "" : `${key}: `}${text}`)

describe("lines", () => {
  it("tells each value in a line", () => {
    expect(shown({ a: 1, b: [true, null], c: {}, d: "x\ty" })).toEqual([
      "{a, b, c, d}",
      "  a: 1",
      "  b: [2]",
      "    0: true",
      "    1: null",
      "  c: {}",
      '  d: "x\\ty"'
    ])
  })

  it("tells a text of several lines as such", () => {
    expect(shown({ code: "def f():\n  pass" })).toEqual(["{code}", "  code: 2 lines", "    def f():", "      pass"])
  })

  it("breaks a long line where there is a space, and loses nothing", () => {
    const text = `${"word ".repeat(60)}${"x".repeat(250)}`
    const found = lines(text)
    expect(found.slice(1).every((line) => line.text.length <= 101)).toBe(true)
    expect(
      found
        .slice(1)
        .map((line) => line.text)
        .join("")
    ).toBe(text)
  })

  it("folds what is long or deep, until somebody opens it", () => {
    const long = Array.from({ length: 5000 }, (_, i) => i)
    expect(lines({ long })).toHaveLength(2)
    expect(lines({ long }, new Map([["/long", true]]))).toHaveLength(5002)
    expect(lines({ a: 1 }, new Map([["", false]]))).toHaveLength(1)
  })

  it("gives every line an id of its own, whatever the keys are", () => {
    const ids = lines({ "a/b": { c: 1 }, a: { "b/c": 2, b: { c: "1\n2" } }, "": 3 }).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
