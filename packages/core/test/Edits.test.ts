import { Arbitrary, Result, Schema } from "effect"
import { Edits } from "@stepwright/core"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { growth } from "./support/growth.ts"
import { runs, texts } from "./support/texts.ts"

type Files = Readonly<Record<string, string>>

const applied = (files: Files, ...edits: ReadonlyArray<Edits.Edit>): Files =>
  Result.getOrThrow(Edits.apply(Object.freeze(files), edits))

const refused = (files: Files, ...edits: ReadonlyArray<Edits.Edit>): Edits.EditError =>
  Result.getOrThrow(Result.flip(Edits.apply(Object.freeze(files), edits)))

/** What becomes of one file. */
const after = (text: string, search: string, replace: string): string | undefined =>
  applied({ a: text }, { path: "a", search, replace })["a"]

const why = (text: string, search: string, replace = "") => refused({ a: text }, { path: "a", search, replace })

const lines = Arbitrary.array(
  Arbitrary.schema(Schema.Literals(["a", "b", "  a", "\ta", "", "  ", "a b", "}", "c\r"])),
  { maxLength: 8 }
)

describe("Edits", () => {
  describe("apply", () => {
    it("gives all files, with those written that come whole and those changed in which a text is replaced", () => {
      const files = { "a.py": "x = 1\ny = 2\n", "b.py": "z\n" }
      assert.deepStrictEqual(
        applied(
          files,
          { path: "a.py", search: "y = 2\n", replace: "y = 3\n" },
          { path: "c.py", content: "new\n" },
          { path: "b.py", content: "anew\n" }
        ),
        { "a.py": "x = 1\ny = 3\n", "b.py": "anew\n", "c.py": "new\n" }
      )
      expectTypeOf(Edits.apply(files, [])).toEqualTypeOf<
        Result.Result<Readonly<Record<string, string>>, Edits.EditError>
      >()
    })

    it("shows a later edit what earlier ones did", () => {
      const made = applied(
        {},
        { path: "a", content: "one\n" },
        { path: "a", search: "one\n", replace: "two\n" },
        { path: "a", search: "two\n", replace: "three\n" }
      )
      assert.deepStrictEqual(made, { a: "three\n" })
    })

    it("applies all or none", () => {
      const files = Object.freeze({ a: "x\n" })
      const error = refused(
        files,
        { path: "a", search: "x\n", replace: "y\n" },
        { path: "a", search: "x\n", replace: "z\n" }
      )
      assert.deepInclude({ ...error }, { path: "a", search: "x\n", reason: "NotFound", index: 1 })
      assert.deepStrictEqual(files, { a: "x\n" })
    })

    it("takes a text that ends in a line break for whole lines, and any other for what it is", () => {
      assert.strictEqual(after("max = 1\nx = 1\n", "x = 1\n", "x = 2\n"), "max = 1\nx = 2\n")
      assert.strictEqual(after("    return x\nreturn x\n", "return x\n", ""), "    return x\n")
      assert.strictEqual(after("a(b, c)\n", "b, c", "d"), "a(d)\n")
      assert.strictEqual(why("max = 1\n", "x = 1\n").reason, "NotFound")
    })

    it("says where a text is that is there more than once", () => {
      const error = why("a\nb\na\nb\n", "b\n")
      assert.deepInclude({ ...error }, { reason: "NotUnique", lines: [2, 4] })
      assert.include(error.message, "a: the text to replace is there 2 times, at lines 2 and 4")
      assert.include(error.message, "\nb")
      assert.deepStrictEqual(why("aaa", "aa").lines, [1, 1])
      assert.include(why("a\n".repeat(50), "a\n").message, "50 times, at lines 1, 2, 3, 4, 5, 6, 7, 8 and 42 more")
    })

    it("says what is nearest to a text that is not there, and where", () => {
      const file = ["import os", "", "def total(items):", "    return sum(items)", "", "def other():", "    pass", ""]
      const error = why(file.join("\n"), "def totals(items):\n    return sum(item)\n")
      assert.deepInclude(
        { ...error },
        { reason: "NotFound", lines: [], nearest: { line: 3, text: "def total(items):\n    return sum(items)\n" } }
      )
      assert.include(error.message, "a: the text to replace is not there")
      assert.include(error.message, "def totals(items):")
      assert.include(error.message, "The nearest is at line 3:\ndef total(items):\n    return sum(items)")
      assert.deepStrictEqual(why("retrun x\n", "return x").nearest, { line: 1, text: "retrun x\n" })
      assert.deepStrictEqual(why("b\nthe end\n", "a\nb\nthe end\n").nearest, { line: 1, text: "b\nthe end\n" })
      assert.isUndefined(why("1234\n", "abcd\n").nearest)
      assert.isUndefined(why("", "a\n").nearest)
    })

    it("says which files there are where there is none to search", () => {
      const error = refused({ "src/a.py": "", "b.md": "" }, { path: "scr/a.py", search: "x", replace: "y" })
      assert.strictEqual(error.reason, "NoFile")
      assert.include(error.message, `scr/a.py: there is no such file; did you mean "src/a.py"?`)
    })

    it("takes an empty text for the content of a file that is empty or not there", () => {
      assert.deepStrictEqual(applied({}, { path: "a", search: "", replace: "x\n" }), { a: "x\n" })
      assert.strictEqual(after("", "", "x\n"), "x\n")
      const error = why("x\n", "", "y\n")
      assert.strictEqual(error.reason, "EmptySearch")
      assert.include(error.message, "a: the text to replace is empty")
    })

    it("names files as they are called, whatever that is", () => {
      const made = applied(
        { toString: "a\n" },
        { path: "__proto__", content: "b\n" },
        { path: "__proto__", search: "b\n", replace: "c\n" },
        { path: "toString", search: "a\n", replace: "" }
      )
      assert.deepStrictEqual(Object.entries(made), [
        ["toString", ""],
        ["__proto__", "c\n"]
      ])
      assert.strictEqual(refused({}, { path: "constructor", search: "a", replace: "" }).reason, "NoFile")
    })

    for (const [what, text, search, replace, expected] of [
      [
        "blanks at the end of its lines",
        "if x:  \n    y\t\nz\n",
        "if x:\n    y\n",
        "if y:\n    x\n",
        "if y:\n    x\nz\n"
      ],
      ["blanks at the end of the text's lines", "a\nb\n", "a  \nb\n", "c\n", "c\n"],
      ["blanks on an empty line", "a\n\nb\n", "a\n  \nb\n", "a\nb\n", "a\nb\n"],
      [
        "more indentation",
        "def f():\n    if x:\n        y\n",
        "if x:\n    y\n",
        "if z:\n\n    y\n",
        "def f():\n    if z:\n\n        y\n"
      ],
      ["less indentation", "if x:\n    y\n", "    if x:\n        y\n", "    if x:\n        z\n", "if x:\n    z\n"],
      ["tabs before it", "\t\ta\n\t\tb\n", "a\nb\n", "c\n\td\n", "\t\tc\n\t\t\td\n"],
      ["line ends of Windows", "a\r\nb\r\nc\r\n", "a\nb\n", "x\ny\nz\n", "x\r\ny\r\nz\r\nc\r\n"],
      ["no line break at the end of the file", "a\nb", "b\n", "c\nd\n", "a\nc\nd"],
      ["no line break in the text, and more indentation", "f\n    a\n    b\n", "a\nb", "c", "f\n    c\n"],
      ["nothing left of the last line", "a\nb", "b\n", "", "a\n"]
    ] as const) {
      it(`looks past ${what}, where the text is there once then`, () => {
        assert.strictEqual(after(text, search, replace), expected)
      })
    }

    for (const [what, text, search, replace] of [
      ["indentation that differs within the block", "if x:\n  y\n", "if x:\n    y\n", "z\n"],
      ["blanks within a line", "a  b\n", "a b\n", "c\n"],
      ["letter case", "A\n", "a\n", "c\n"],
      ["an empty line", "a\n\nb\n", "a\nb\n", "c\n"],
      ["a new text that is indented less than what it loses", "if x:\n    y\n", "    if x:\n        y\n", "z\n"],
      ["tabs for blanks", "\ta\n", "    a\n", "    b\n"]
    ] as const) {
      it(`does not look past ${what}`, () => {
        assert.strictEqual(why(text, search, replace).reason, "NotFound")
      })
    }

    it("does not choose where a text is there more than once, looked at like that", () => {
      assert.deepInclude({ ...why("  a\n\ta\n", "a\n", "b\n") }, { reason: "NotUnique", lines: [1, 2] })
      assert.strictEqual(after("  a\na\n", "a\n", "b\n"), "  a\nb\n")
    })

    it("takes time in proportion to a file of many lines", () => {
      const search = Array.from({ length: 40 }, (_, i) => `    value_${i} = compute(${i}, "text of ${i}")\n`).join("")
      const file = (size: number) =>
        Array.from({ length: size }, (_, i) => `    value_${i % 97} = compute(${i}, "text ${i}")\n`).join("")
      assert.isDefined(why(file(10_000), search).nearest)
      const ratio = growth(2500, (size) => {
        const text = file(size)
        return () => void why(text, search)
      })
      assert.isBelow(ratio, 9)
      const long = `${"x = 1; ".repeat(200_000)}\n`
      assert.isDefined(why(long.repeat(2), "x = 1; y\n").nearest)
    })

    it.prop(
      "changes nothing but the text that is there once",
      { before: texts(), search: texts(["x"]), replace: texts(), behind: texts() },
      ({ before, behind, replace, search }) => {
        const text = before + search + behind
        const result = Edits.apply({ a: text, b: search }, [{ path: "a", search, replace }])
        const isOnce = search !== "" && text.indexOf(search) === text.lastIndexOf(search)
        const isWhole = !search.endsWith("\n") || before === "" || before.endsWith("\n")
        if (isOnce && isWhole)
          assert.deepStrictEqual(result, Result.succeed({ a: before + replace + behind, b: search }))
      },
      runs(1000)
    )

    it.prop(
      "gives the target when it is given the difference",
      { source: lines, target: lines },
      ({ source, target }) => {
        const [from, to] = [source, target].map((lines) => lines.map((line) => `${line}\n`))
        let start = 0
        while (start < from!.length && from![start] === to![start]) start++
        let same = 0
        while (same < from!.length - start && same < to!.length - start && from!.at(-1 - same) === to!.at(-1 - same))
          same++
        // as much around it as makes it unique
        for (let around = 0; around <= from!.length; around++) {
          const [low, high] = [Math.max(0, start - around), Math.min(same, Math.max(0, same - around))]
          const search = from!.slice(low, from!.length - high).join("")
          const replace = to!.slice(low, to!.length - high).join("")
          const result = Edits.apply({ a: from!.join("") }, [{ path: "a", search, replace }])
          if (Result.isFailure(result)) continue
          assert.strictEqual(result.success["a"], to!.join(""))
          return
        }
        assert.strictEqual(from!.join(""), "")
      },
      runs(1000)
    )

    it.prop(
      "leaves the files as they were when it fails, and says of which edit",
      { text: texts(["x"]), searches: Arbitrary.array(texts(["x"]), { maxLength: 4 }) },
      ({ searches, text }) => {
        const files = Object.freeze({ a: text })
        const edits = searches.map((search) => ({ path: "a", search, replace: `${search}x` }))
        const result = Edits.apply(files, edits)
        assert.deepStrictEqual(files, { a: text })
        if (Result.isSuccess(result)) return
        assert.strictEqual<string | undefined>(result.failure.search, searches[result.failure.index])
        assert.isTrue(Result.isSuccess(Edits.apply(files, edits.slice(0, result.failure.index))))
      },
      runs(500)
    )
  })

  describe("Edit", () => {
    it("is the Schema of a step's output", () => {
      const edits = [
        { path: "a", content: "x" },
        { path: "a", search: "x", replace: "y" }
      ]
      assert.deepStrictEqual(Schema.decodeUnknownSync(Schema.Array(Edits.Edit))(edits), edits)
      assert.throws(() => Schema.decodeUnknownSync(Edits.Edit)({ path: "a", search: "x" }))
      assert.throws(() => Schema.decodeUnknownSync(Edits.Edit)({ path: "", content: "x" }))
    })
  })
})
