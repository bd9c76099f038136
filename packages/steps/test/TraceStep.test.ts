import { assert, describe, it } from "@effect/vitest"
import { RequirementPrompt, TraceStep } from "@stepwright/steps"

const document = `A class \`Playlist\` (module \`playlist\`): \`add(title, seconds)\` adds a song; a title that is there already
is an error, and changes nothing. \`total()\` says how long all songs play. At most 3 songs.`
const documents = [{ path: "PRD.md", text: document }] as const

const specification = (...criteria: ReadonlyArray<readonly [text: string, ...quotes: ReadonlyArray<string>]>) =>
  TraceStep.trace(
    {
      ...RequirementPrompt.example,
      requirements: [
        {
          id: "R1",
          text: "…",
          criteria: criteria.map(([text, ...quotes], i) => ({ id: `R1.${i + 1}`, text, quotes }))
        }
      ]
    },
    documents
  )

describe("TraceStep", () => {
  it("traces a criterion to the whole passages that it quotes, with their lines", () => {
    const { traces } = specification([
      "A title that is there already is an error, and changes nothing.",
      "is an error, and changes nothing"
    ])
    assert.deepStrictEqual(traces["R1.1"], {
      sources: [
        { document: "PRD.md", line: 1, text: "a title that is there already is an error, and changes nothing." }
      ]
    })
  })

  it("takes a criterion as assumed that quotes nothing, what nobody said, or less than it says", () => {
    const assumed = specification(
      ["It is `KeyError`."],
      ["A song has a title.", "a song has a title"],
      ["A title that is there already is `KeyError`.", "a title that is there already is an error"],
      ["At most 4 songs.", "At most 3 songs."],
      ["At most 3 songs.", "At most 3 songs."]
    )
    assert.deepStrictEqual(
      Object.values(assumed.traces).map(({ assumed }) => assumed),
      [
        "it quotes no document",
        'no document says "a song has a title"',
        "it says more than it quotes: KeyError",
        "it says more than it quotes: 4",
        undefined
      ]
    )
    assert.isTrue(TraceStep.isAssumed(assumed, "R1.1"))
    assert.isFalse(TraceStep.isAssumed(assumed, "R1.5"))
  })

  it("lists the passages that no criterion quotes, and the guarantees that none of those keeps which quote them", () => {
    const { uncovered, weakened } = specification(["`total()` says how long songs play.", "`total()` says how long"])
    assert.deepStrictEqual(
      uncovered.map(({ text }) => text),
      [
        "A class `Playlist` (module `playlist`): `add(title, seconds)` adds a song;",
        "a title that is there already is an error, and changes nothing.",
        "At most 3 songs."
      ]
    )
    assert.deepStrictEqual(
      weakened.map(({ guarantee, source }) => [guarantee, source.text]),
      [["every, all, always", "`total()` says how long all songs play."]]
    )
  })

  it("lists nothing that only introduces, and whatever else could be asked for", () => {
    const uncovered = (text: string) =>
      TraceStep.trace({ ...RequirementPrompt.example, requirements: [], constraints: [] }, [
        { path: "PRD.md", text }
      ]).uncovered.map(({ text }) => text)
    assert.deepStrictEqual(uncovered("A tool for songs.\n\n## Songs\n\nOf a song:\n\n- title\n\nIt has a length."), [
      "title",
      "It has a length."
    ])
    for (const text of [
      "A tool for songs. It must be fast.\n\n- x",
      "It holds every song:\n- x",
      "It holds `songs`:\n- x",
      "Up to 3 songs:\n- x",
      "The following are errors:\n- x"
    ]) {
      assert.isAbove(uncovered(text).length, 1, text)
    }
    assert.deepStrictEqual(uncovered("A tool for songs."), ["A tool for songs."])
    assert.deepStrictEqual(uncovered("Intro.\n\nOf songs:\nthe rest."), ["Intro.", "Of songs: the rest."])
  })

  it("is a text that says what was assumed", () => {
    const text = TraceStep.toMarkdown(specification(["At most 3 songs.", "At most 3 songs."], ["Titles are text."]))
    assert.include(text, "- R1.1: At most 3 songs.\n- R1.2: Titles are text. (assumed)")
  })
})
