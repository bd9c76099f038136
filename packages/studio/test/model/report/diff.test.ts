import { describe, expect, it } from "vitest"
import { changes, linesOf } from "../../../src/model/report/diff.ts"

const numbered = (count: number, word = "line") =>
  Array.from({ length: count }, (_, i) => `${word} ${i + 1}\n`).join("")

describe("linesOf", () => {
  it("tells lines with their numbers before and after, and how many are left out", () => {
    const was = numbered(20)
    const is = was.replace("line 10\n", "line ten\nand more\n")
    expect(linesOf(was, is).map(({ after, before, kind, text }) => [kind, before, after, text])).toEqual([
      ["gap", undefined, undefined, "6"],
      ["same", 7, 7, "line 7"],
      ["same", 8, 8, "line 8"],
      ["same", 9, 9, "line 9"],
      ["gone", 10, undefined, "line 10"],
      ["come", undefined, 10, "line ten"],
      ["come", undefined, 11, "and more"],
      ["same", 11, 12, "line 11"],
      ["same", 12, 13, "line 12"],
      ["same", 13, 14, "line 13"]
    ])
  })

  it("takes a text that is another one as a whole for that, and is soon done", () => {
    const lines = linesOf(numbered(5000), numbered(5000, "other"))
    expect([lines.length, lines[0], lines[5000]]).toEqual([
      10_000,
      { kind: "gone", text: "line 1", before: 1, after: undefined },
      { kind: "come", text: "other 1", before: undefined, after: 1 }
    ])
  })

  it("takes a text without an end of line, and lines that look like signs", () => {
    expect(linesOf("-- a", "-- a\n++ b").map(({ kind, text }) => [kind, text])).toContainEqual(["come", "++ b"])
  })
})

describe("changes", () => {
  it("tells files that changed, are new or are gone, and no others", () => {
    const found = changes(
      new Map([
        ["a", "1\n"],
        ["b", "1\n"],
        ["c", "1\n"]
      ]),
      new Map([
        ["b", "1\n"],
        ["c", "2\n"],
        ["d", "1\n"]
      ])
    )
    expect(found.map(({ became, come, gone, path }) => [path, became, come, gone])).toEqual([
      ["a", "gone", 0, 1],
      ["c", "changed", 1, 1],
      ["d", "new", 1, 0]
    ])
  })
})
