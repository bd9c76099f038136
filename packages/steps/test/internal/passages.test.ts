import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { cite, passagesOf } from "../../src/internal/passages.ts"

const of = (text: string) => passagesOf([{ path: "a.md", text }])
const texts = (text: string) => of(text).map(({ text }) => text)

describe("passagesOf", () => {
  it("gives each sentence, and each part of one that a semicolon ends", () => {
    assert.deepStrictEqual(texts("It holds one. It forgets the other; the rest stays.\nNothing else is said."), [
      "It holds one.",
      "It forgets the other;",
      "the rest stays.",
      "Nothing else is said."
    ])
  })

  it("ends no sentence at an abbreviation, a number, or a full stop in code", () => {
    const whole = "Files, e.g. CSV, of 2.5 MB go through `load(a. B)` and `x.y`, cf. RFC 4180."
    assert.deepStrictEqual(texts(whole), [whole])
  })

  it("keeps a sentence over several lines together, with the line where it begins", () => {
    assert.deepStrictEqual(
      of("One\ntwo. Three\nfour.").map(({ line, text }) => [line, text]),
      [
        [1, "One two."],
        [2, "Three four."]
      ]
    )
  })

  it("gives list items, rows and blocks of code each for itself, and no heading", () => {
    const document = [
      "# Title",
      "",
      "Under",
      "=====",
      "- one",
      "  goes on",
      "- two",
      "1. three",
      "| a | b |",
      "| - | - |",
      "| 1 | 2 |",
      "```python",
      "x = 1. Y = 2",
      "",
      "z",
      "```",
      "last"
    ].join("\n")
    assert.deepStrictEqual(
      of(document).map(({ kind, line, text }) => [kind, line, text]),
      [
        ["clause", 5, "one goes on"],
        ["clause", 7, "two"],
        ["clause", 8, "three"],
        ["row", 9, "| a | b |"],
        ["row", 11, "| 1 | 2 |"],
        ["code", 13, "x = 1. Y = 2\n\nz"],
        ["clause", 17, "last"]
      ]
    )
  })

  it("ends a block of code at a line with its fence alone, as long at least", () => {
    assert.deepStrictEqual(texts("````\n```\n```` py\n````\nafter"), ["```\n```` py", "after"])
  })

  const Text = Schema.Array(Schema.Union([Schema.String, Schema.Literals(["\n", "- ", "| a |", ". A", "; "])]))

  it.prop(
    "loses no word that stands outside of headings",
    [Arbitrary.schema(Text)],
    ([parts]) => {
      // nothing in it is a heading, or what an opening fence says of its language
      const document = parts
        .join("")
        .replaceAll(/[=#~`-]/g, "")
        .replaceAll("; ", "\n```\n")
      const words = (text: string) => text.match(/\p{L}{2,}/gu) ?? []
      assert.deepStrictEqual(
        of(document).flatMap(({ text }) => words(text)),
        words(document)
      )
    },
    { arbitrary: { runs: 500 } }
  )
})

describe("cite", () => {
  const passages = of("- every song is **kept**; none is\n  lost\n- the “other” rule. It holds twice.\n")

  it("finds a quotation whatever its blanks, its emphasis and its quotation marks, and gives whole passages", () => {
    for (const quote of ["song is kept", "every  song\nis kept;", "is **kept**", "- every song is kept"]) {
      assert.deepStrictEqual(
        cite(passages, quote)?.map(({ text }) => text),
        ["every song is **kept**;"],
        quote
      )
    }
    assert.deepStrictEqual(
      cite(passages, 'the "other" rule')?.map(({ line }) => line),
      [3]
    )
  })

  it("gives every passage that a longer quotation is in", () => {
    assert.deepStrictEqual(cite(passages, "is kept; none is lost")?.length, 2)
  })

  it("finds nothing that is not said, nothing that is empty, and nothing across documents", () => {
    const two = passagesOf([
      { path: "a", text: "one two" },
      { path: "b", text: "three" }
    ])
    assert.isUndefined(cite(passages, "every song is lost"))
    assert.isUndefined(cite(passages, " \n"))
    assert.isUndefined(cite(two, "two three"))
    assert.strictEqual(cite(two, "three")?.[0]?.document, "b")
  })
})
