import { assert, describe, it } from "@effect/vitest"
import * as redTests from "../../../src/cli/result/redTests.ts"

const trace = (line: number, code: string) => `  File "test_a.py", line ${line}, in test_a\n    ${code}\n    ~~^^^\n`

describe("redTests.assertionOf", () => {
  it.each([
    [
      "a failed assertion",
      `Traceback (most recent call last):\n${trace(3, "self.x()")}AssertionError: 1 != 2`,
      "AssertionError: 1 != 2"
    ],
    [
      "one that says it over several lines",
      `Traceback (most recent call last):\n${trace(3, "self.x()")}AssertionError: 'a' != 'b'\n- a\n+ b\n : in March\n`,
      "AssertionError: 'a' != 'b'\n- a\n+ b\n : in March"
    ],
    [
      "an error because of another",
      `Traceback (most recent call last):\n${trace(3, "{}['k']")}KeyError: 'k'\n\nDuring handling of it:\n\nTraceback (most recent call last):\n${trace(5, "raise")}ValueError: bad`,
      "KeyError: 'k'\n\nDuring handling of it:\n\nValueError: bad"
    ],
    [
      "parts of a test",
      `(i=0)\nTraceback (most recent call last):\n${trace(3, "x")}AssertionError: 0 != 7\n\n(i=1)\nTraceback (most recent call last):\n${trace(3, "x")}AssertionError: 1 != 7`,
      "(i=0)\nAssertionError: 0 != 7\n\n(i=1)\nAssertionError: 1 != 7"
    ],
    [
      "what pytest tells",
      "def test_a():\n>       assert f() == 2\nE       assert 1 == 2\nE        +  where 1 = f()\n\ntest_a.py:5: AssertionError",
      "assert 1 == 2\n +  where 1 = f()"
    ],
    ["what has no trace", "no test ran", "no test ran"]
  ])("is whole, of %s", (_, detail, assertion) => {
    assert.strictEqual(redTests.assertionOf(detail), assertion)
  })
})

describe("redTests.first", () => {
  it("cuts what a test says that goes on and on, and says so", () => {
    const detail = Array.from({ length: 50 }, (_, i) => `line ${i}`).join("\n")
    const lines = redTests.first([{ test: "a.b", kind: "error", detail }], "show r verdict")
    assert.deepStrictEqual(
      [lines[0], lines[20], ...lines.slice(21)],
      ["error: a.b", "  line 19", "  … and 30 lines more", "see it whole with `show r verdict`"]
    )
  })
})
