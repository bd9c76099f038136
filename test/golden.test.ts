import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { WorkflowEvent, WorkflowState } from "@stepwright/core"
import { Effect, Result } from "effect"

// A state and events of each format that was written, all that may be in them. Where one does not load, what reads has
// to be mended: the files stay as they are.

const text = (name: string) => readFileSync(join(import.meta.dirname, "golden", name), "utf8")
const eventsOf = (name: string) =>
  text(name)
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line))

/** A hash of what a JSON Schema says to another program, whatever it says to a person. */
const hashOf = (schema: unknown): string => {
  const text = JSON.stringify(schema, (key, value: unknown) => (key === "description" ? undefined : value))
  return createHash("sha256").update(text).digest("hex")
}

describe("a state of an earlier format", () => {
  it.effect.each([1, 2])("%i is read, and is the same in this one", (format) =>
    Effect.gen(function* () {
      const state = yield* WorkflowState.fromJson(text(`state-${format}.json`))
      const expected = { ...JSON.parse(text(`state-${format}.json`)), format: WorkflowState.format }
      assert.deepStrictEqual(JSON.parse(WorkflowState.toJson(state)), expected)
    })
  )

  it.each([1, 2])("%i is what its events lead to", (format) => {
    const events = eventsOf(`events-${format}.jsonl`).map((event) => Result.getOrThrow(WorkflowEvent.decode(event)))
    const { format: _, ...expected } = JSON.parse(text(`state-${format}.json`))
    const { format: written, ...found } = JSON.parse(WorkflowState.toJson(WorkflowEvent.fold(events)!))
    assert.deepStrictEqual(found, expected)
    assert.strictEqual(written, WorkflowState.format)
  })

  it("2 has every event", () => {
    const tags = WorkflowEvent.WorkflowEvent.members.map(({ fields }) => fields._tag.schema.literal)
    const found = new Set(eventsOf("events-2.jsonl").map((event) => (event as { readonly _tag: string })._tag))
    assert.sameMembers(
      [...found],
      tags.filter((tag) => tag !== "RunImported")
    )
  })

  // another hash, where what was written before is read as it was meant: say so in the commit. Otherwise a new format,
  // with what an old state is in it (`internal/format/migrations`), and files of the old one here
  it("is told by a change of a Schema", () => {
    assert.strictEqual(
      hashOf(WorkflowState.jsonSchema()),
      "610b1e353f15d5c6fd6f762726a60f1cb193f5334aa3db7db06eb17748fbbcaf"
    )
    assert.strictEqual(
      hashOf(WorkflowEvent.jsonSchema()),
      "975bd2f46401132b17c8e10631b3836dc98399ea6d37f576189a3e53154afdb2"
    )
  })
})
