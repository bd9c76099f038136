import { assert, describe, it } from "@effect/vitest"
import { DocumentDeltaStep } from "@stepwright/steps"
import { Arbitrary, Effect, Schema } from "effect"
import * as project from "./support/change.ts"
import { documents, sentences, specification } from "./support/change.ts"

type Documents = typeof project.documents

const between = (edited: Documents, before: Documents = documents) =>
  DocumentDeltaStep.between({ documents: before, specification }, edited)

/** What changed in a document of one text, without its name. */
const changes = (before: string, after: string) =>
  between([{ path: "a.md", text: after }], [{ path: "a.md", text: before }]).passages.map(
    ({ document: _, ...passage }) => passage
  )

/** Passages as they are written, and as they are found. */
const written: Readonly<Record<string, string>> = {
  "One.": "One.",
  "Two goes\non.": "Two goes on.",
  "- three": "three",
  "| a | b |": "| a | b |",
  "```\nx = 1\n```": "x = 1"
}

const parts = Arbitrary.schema(Schema.Array(Schema.Literals(Object.keys(written)))).pipe(
  Arbitrary.map((parts) => [...new Set(parts)])
)

const textOf = (parts: ReadonlyArray<string>) => ["# A heading", ...parts].join("\n\n")

const sortedTexts = (parts: ReadonlyArray<string>) => parts.map((part) => written[part]).toSorted()

describe("DocumentDeltaStep", () => {
  describe("between", () => {
    it.prop(
      "has nothing of what was moved, in a document or to another, or is as it was",
      [parts, Schema.Int],
      ([all, at]) => {
        const [first, last] = [all.slice(0, at), all.slice(at)]
        assert.deepStrictEqual(changes(textOf(all), textOf([...last, ...first])), [])
        const before = [{ path: "a.md", text: textOf(all) }]
        const two = [first, last].map((parts, i) => ({ path: ["b.md", "a.md"][i]!, text: textOf(parts) }))
        assert.deepStrictEqual(between(two, before).passages, [])
        assert.deepStrictEqual(between(before, two).passages, [])
      }
    )

    it.prop("has each passage that came or went, once", [parts, parts], ([before, after]) => {
      const found = changes(textOf(before), textOf(after))
      const side = (side: "before" | "after") =>
        found.flatMap(({ [side]: text }) => (text === undefined ? [] : [text])).toSorted()
      assert.deepStrictEqual(side("before"), sortedTexts(before.filter((part) => !after.includes(part))))
      assert.deepStrictEqual(side("after"), sortedTexts(after.filter((part) => !before.includes(part))))
    })

    it("says what a sentence became, and which criteria quote it", () => {
      const { passages, touched } = between(project.change.documents)
      assert.deepStrictEqual(passages, [{ document: "PRD.md", before: sentences.twice, after: project.newTime }])
      assert.deepStrictEqual(touched, ["R1.2"])
    })

    it.each([
      ["a sentence before it is new", "One song plays.", "It is empty. One song sings.", "One song sings."],
      ["a sentence before it is gone", "It is empty. One song plays.", "One song sings.", "One song sings."]
    ])("tells what became of a sentence where %s", (_, before, after, became) => {
      assert.deepInclude(changes(before, after), { before: "One song plays.", after: became })
      assert.strictEqual(changes(before, after).length, 2)
    })

    it("touches no criterion by what is new, and those of what is gone", () => {
      const added = between([...documents, { path: "More.md", text: "Songs have no end." }])
      assert.deepStrictEqual(added.passages, [{ document: "More.md", after: "Songs have no end." }])
      assert.deepStrictEqual(added.touched, [])
      const removed = between(project.edited(sentences.total, ""))
      assert.deepStrictEqual(removed.passages, [{ document: "PRD.md", before: sentences.total }])
      assert.deepStrictEqual(removed.touched, ["R2.1"])
    })

    it("knows a document again that has another name, edited too", () => {
      const renamed = project.change.documents.map(({ text }) => ({ path: "docs/playlists.md", text }))
      assert.deepStrictEqual(between(renamed).passages, [
        { document: "docs/playlists.md", before: sentences.twice, after: project.newTime }
      ])
      const other = { path: "Other.md", text: "Songs have no end." }
      assert.deepStrictEqual(between([other, ...renamed], [...documents, other]).passages, [
        { document: "docs/playlists.md", before: sentences.twice, after: project.newTime }
      ])
    })

    it("has all of a document that is taken away, but for what another says", () => {
      const more = { path: "More.md", text: `${sentences.add}\n\nSongs have no end.` }
      assert.deepStrictEqual(between(documents, [...documents, more]).passages, [
        { document: "More.md", before: "Songs have no end." }
      ])
    })

    it.each([
      ["how lines are broken", "It keeps\nall songs.", "It keeps all\nsongs."],
      ["headings", "# One\n\nIt keeps all songs.", "## Other\n\nIt keeps all songs."],
      [
        "how the cells of a table are aligned",
        "| a | b |\n| - | - |\n| 1 | 2 |",
        "| a  | b   |\n| -- | --- |\n| 1  | 2   |"
      ]
    ])("has nothing of %s", (_, before, after) => {
      assert.deepStrictEqual(changes(before, after), [])
    })

    it.each([
      ["a row", "| a | b |\n| - | - |\n| 1 | 2 |", "| a | b |\n| - | - |\n| 1 | 30 |", "| 1 | 2 |", "| 1 | 30 |"],
      ["blanks in code", "```py\nif x:\n    y\n```", "```py\nif x:\n  y\n```", "if x:\n    y", "if x:\n  y"]
    ])("has %s as it is written", (_, from, to, before, after) => {
      assert.deepStrictEqual(changes(from, to), [{ before, after }])
    })
  })

  it.effect("says in words what came, what went, and what became of what", () =>
    Effect.gen(function* () {
      const edited = [{ path: "PRD.md", text: `${project.change.documents[0]!.text}\n\nSongs have no end.` }]
      const delta = between(edited.map(({ path, text }) => ({ path, text: text.replace(sentences.add, "") })))
      const { prompt } = yield* project.askedForRequirement(project.unchanged, { delta, documents: edited })
      assert.include(prompt, `In PRD.md:\n- before: ${sentences.add}\n- now: (gone)`)
      assert.include(prompt, `In PRD.md:\n- before: ${sentences.twice}\n- now: ${project.newTime}`)
      assert.include(prompt, "In PRD.md:\n- new: Songs have no end.")
    })
  )
})
