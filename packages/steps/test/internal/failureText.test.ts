import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { print, shortened } from "../../src/internal/failureText.ts"

const raised = (line: number, code: string, message: string) =>
  `Traceback (most recent call last):\n  File "tests/test_a.py", line ${line}, in test_a\n    ${code}\n    ~~~^^^\n${message}\n`

describe("shortened", () => {
  it("is what a test told, without the addresses of objects", () => {
    assert.strictEqual(shortened("<A object at 0x7f1A> is not None"), "<A object at 0x…> is not None")
  })

  it("says once what parts of a test say alike, with the parameters of each", () => {
    const same = raised(1, "f(x)", "ValueError: no")
    const other = raised(2, "g(x)", "ValueError: other")
    const detail = [`(x=1)\n${same}`, `[why] (x='a\\n')\n${other}`, `(x=2)\n${same}`].join("\n\n")
    assert.strictEqual(shortened(detail), `(x=1)\n(x=2)\n${same}\n\n[why] (x='a\\n')\n${other}`)
  })

  it("keeps the parameters and both ends of each of several parts, however long", () => {
    const part = (x: number) => `(x=${x})\n${raised(x, "f(x)", `ValueError: ${x} ${"y".repeat(5000)} ends ${x}`)}`
    const text = shortened([1, 2, 3].map(part).join("\n\n"))
    for (const x of [1, 2, 3]) assert.match(text, new RegExp(`\\(x=${x}\\)\\nTraceback[^]* ends ${x}\\n`))
    assert.isAtMost(text.length, 1600)
  })

  it("has no line that looks like another failure, or like what was judged of it", () => {
    const said = shortened("### tests.a\nRight is: x\nThe documents say: y\nthe same, at `z`\nValueError: ### b")
    assert.notMatch(said, /^(?:#|the same|Right is|The documents)/m)
    assert.include(said, "ValueError: ### b")
  })

  it.prop(
    "is bounded, whatever a test told",
    [
      Arbitrary.schema(
        Schema.Array(Schema.Union([Schema.String, Schema.Literals(["\n\n(a=1)\n", "\n\n[b]\n", "x".repeat(3000)])]))
      ).pipe(Arbitrary.map((parts) => parts.join("")))
    ],
    ([detail]) => assert.isAtMost(shortened(detail).length, 12_000)
  )
})

describe("print", () => {
  it("says once what several tests failed with, and where", () => {
    const failures = [
      { test: "a", detail: raised(1, "one(x)", "ModuleNotFoundError: No module named 'x'") },
      { test: "b", detail: "KeyError: 1" },
      { test: "c", detail: raised(3, "three(x)", "ModuleNotFoundError: No module named 'x'") },
      { test: "d", detail: "KeyError: 1" }
    ]
    assert.strictEqual(
      print(failures),
      [
        `### a\n${failures[0]!.detail.trimEnd()}`,
        "### c\nthe same, at `three(x)`",
        "### b\nKeyError: 1",
        "### d\nthe same"
      ].join("\n\n")
    )
  })
})
