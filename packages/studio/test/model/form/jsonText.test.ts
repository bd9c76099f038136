import { describe, expect, it } from "vitest"
import { parse, position } from "../../../src/model/form/jsonText.ts"

const place = (text: string) => {
  const parsed = parse(text)
  if ("value" in parsed) return parsed.value
  const { column, line } = position(text, parsed.offset)
  return `${line}:${column} ${parsed.message}`
}

describe("parse", () => {
  it("reads JSON", () => {
    expect(place(' {"a": [1, -2.5e3, true, null, "\\u00e4\\n"], "b": {}} ')).toEqual({
      a: [1, -2500, true, null, "ä\n"],
      b: {}
    })
  })

  it.each([
    ["", "1:1 a value is missing"],
    ['{"a": }', "1:7 no value begins so"],
    ['{"a": 1\n "b": 2}', "2:2 here has to be a comma or }"],
    ["[1, 2,\n]", "1:6 nothing follows this comma"],
    ["{a: 1}", "1:2 a name in quotes has to be here"],
    ["{'a': 1}", "1:2 a name in quotes has to be here"],
    ["'a'", "1:1 a text is in \", not in '"],
    ['{"a" 1}', "1:6 a colon has to be here"],
    ["[tru]", "1:2 tru is no value; a text is in quotes"],
    ["[01]", "1:2 01 is no value; a text is in quotes"],
    ['{"a": "b}', "1:7 this text has no closing quote"],
    ['"a\nb"', "1:3 a text breaks no line: write \\n"],
    ['"\\x"', "1:2 there is no such escape; a backslash itself is \\\\"],
    ["[[1]", "1:1 the bracket that opens here is not closed"],
    ["1 2", "1:3 nothing may follow here"]
  ])("says where %j goes wrong", (text, said) => {
    expect(place(text)).toBe(said)
  })

  it("says of every text that is none where it goes wrong in it", () => {
    const whole = JSON.stringify({ a: [1, "b\\\n", { c: null }], d: -1.5e-7, e: "\u0001" }, null, 1)
    for (let i = 0; i < whole.length; i++) {
      for (const text of [
        whole.slice(0, i),
        whole.slice(0, i) + whole.slice(i + 1),
        `${whole.slice(0, i)}x${whole.slice(i)}`
      ]) {
        const parsed = parse(text)
        if ("value" in parsed) continue
        expect(parsed.message).not.toBe("it is nested too deeply")
        expect(parsed.offset).toBeGreaterThanOrEqual(0)
        expect(parsed.offset).toBeLessThanOrEqual(text.length)
      }
    }
  })
})
