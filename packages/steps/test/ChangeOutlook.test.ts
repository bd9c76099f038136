import { assert, describe, it } from "@effect/vitest"
import { ChangeOutlook } from "@stepwright/steps"
import * as project from "./support/change.ts"
import { newTime, previous, sentences } from "./support/change.ts"

const outlook = (documents: typeof project.documents) =>
  ChangeOutlook.of({ documents, design: [], samples: [], previous })

const idsOf = (documents: typeof project.documents) =>
  outlook(documents).criteria.map(({ becomes, id }) => [becomes, id])

describe("ChangeOutlook", () => {
  it("has what changed, the criteria that quote it, and what serves and tests these", () => {
    assert.deepStrictEqual(outlook(project.change.documents), {
      passages: [{ document: "PRD.md", before: sentences.twice, after: newTime }],
      criteria: [
        {
          id: "R1.2",
          text: sentences.twice,
          becomes: "changed",
          files: ["playlist/songs.py"],
          tests: ["tests.test_songs.ATest.test_r1_2_raises"]
        }
      ]
    })
  })

  it("tells what nothing stands in the place of from what something does", () => {
    assert.deepStrictEqual(idsOf(project.edited(sentences.total, "")), [["retired", "R2.1"]])
    const both = project.edited(`${sentences.add}\n\n${sentences.twice}`, newTime)
    assert.deepStrictEqual(idsOf(both), [
      ["retired", "R1.1"],
      ["changed", "R1.2"]
    ])
  })

  it("has nothing of documents that are as they were", () => {
    assert.deepStrictEqual(ChangeOutlook.toLines(outlook(project.documents)), [])
  })

  it("is told in lines", () => {
    const edited = [{ path: "PRD.md", text: `${project.change.documents[0]!.text}\n\nSongs have no end.` }]
    assert.deepStrictEqual(ChangeOutlook.toLines(outlook(edited)), [
      `PRD.md: ${sentences.twice} → ${newTime}`,
      "PRD.md: new: Songs have no end.",
      `changed  R1.2: ${sentences.twice} (playlist/songs.py, 1 test)`,
      "added    criteria of what is new, once they are asked for"
    ])
    assert.deepStrictEqual(ChangeOutlook.toLines(outlook(project.edited(sentences.total, ""))), [
      `PRD.md: ${sentences.total} → (gone)`,
      `retired  R2.1: ${sentences.total} (playlist/times.py, 1 test)`
    ])
  })
})
