import { assert, describe, it } from "@effect/vitest"
import { Note } from "@stepwright/core"
import { Option, Schema } from "effect"

describe("Note", () => {
  it("is of some kind and says something", () => {
    const isNote = Schema.is(Note.Note)
    assert.isTrue(isNote({ kind: "question", text: "Which unit?" }))
    for (const note of [{ kind: "", text: "x" }, { kind: "question", text: "" }, { text: "x" }, "question: x"]) {
      assert.isFalse(isNote(note), JSON.stringify(note))
    }
  })

  it("is found in an output that has more", () => {
    const notes = [{ kind: "assumption", text: "Grams." }]
    const read = Schema.decodeUnknownOption(Note.Noted)
    assert.deepStrictEqual(read({ title: "Pantry", notes }), Option.some({ notes }))
    assert.deepStrictEqual(read({ notes: [] }), Option.some({ notes: [] }))
    for (const other of [{ title: "Pantry" }, { notes: "none" }, { notes: ["Grams."] }]) {
      assert.isTrue(Option.isNone(read(other)), JSON.stringify(other))
    }
  })
})
