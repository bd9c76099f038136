import { assert, describe, it } from "@effect/vitest"
import { applyPatch } from "diff"
import { Arbitrary, Schema } from "effect"
import { changes } from "../../src/internal/diff.ts"

const diffOf = (before: string, after: string) => changes({ a: before }, { a: after })[0]?.diff

const texts = Arbitrary.schema(
  Schema.Tuple([Schema.Array(Schema.Literals(["a", "b", "c", "", "-", "\\ x"])), Schema.Literals(["", "\n"])])
).pipe(Arbitrary.map(([lines, end]) => (lines.length === 0 ? "" : lines.join("\n") + end)))

describe("changes", () => {
  it("gives what is other in each file, with three lines around it", () => {
    const before = Array.from({ length: 20 }, (_, i) => `line ${i + 1}\n`)
    const after = before.with(4, "five\n").toSpliced(15, 1)
    assert.strictEqual(
      diffOf(before.join(""), after.join("")),
      [
        "--- a",
        "+++ a",
        "@@ -2,7 +2,7 @@",
        " line 2",
        " line 3",
        " line 4",
        "-line 5",
        "+five",
        " line 6",
        " line 7",
        " line 8",
        "@@ -13,7 +13,6 @@",
        " line 13",
        " line 14",
        " line 15",
        "-line 16",
        " line 17",
        " line 18",
        " line 19"
      ].join("\n")
    )
  })

  it("tells a new file, and leaves out what is as it was", () => {
    assert.deepStrictEqual(changes({ a: "1\n", b: "1\n" }, { a: "1\n", b: "2\n", c: "3" }), [
      { path: "b", diff: "--- b\n+++ b\n@@ -1,1 +1,1 @@\n-1\n+2" },
      { path: "c", diff: "--- /dev/null\n+++ c\n@@ -0,0 +1,1 @@\n+3\n\\ No newline at end of file" }
    ])
  })

  it.prop("says all that it takes to make one text of the other", [texts, texts], ([before, after]) => {
    const diff = diffOf(before, after)
    assert.strictEqual(diff === undefined ? before : applyPatch(before, diff), after)
  })

  it("is cut off where it is long, and says how much there is", () => {
    const long = diffOf("", Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join(""))!
    assert.isBelow(long.length, 8100)
    const [, more] = /\n\.\.\. \((\d+) more lines\)$/.exec(long)!
    assert.strictEqual(long.split("\n").length - 1 + Number(more), 10_003)
  })

  it("replaces long texts that have nothing in common as a whole", () => {
    const text = (name: string) => Array.from({ length: 3000 }, (_, i) => `${name} ${i}\n`).join("")
    assert.include(diffOf(text("a"), text("b")), "@@ -1,3000 +1,3000 @@\n-a 0\n-a 1")
  })
})
