import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { WorkflowEvent, WorkflowState } from "@stepwright/core"
import { Effect, Result } from "effect"
import { fieldsIn, fieldsOf } from "./support/schemaFields.ts"

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

  it.each([
    ["imported-2", "a run begins with that starts from it"],
    ["timed-2", "a step with a time-out leaves"],
    ["cached-2", "a result from a cache leaves"],
    ["decided-2", "a decision and a result by hand leave, with who made them"]
  ])("%s is what %s", (name) => {
    const events = eventsOf(`${name}.jsonl`).map((event) => Result.getOrThrow(WorkflowEvent.decode(event)))
    const found: unknown = JSON.parse(WorkflowState.toJson(WorkflowEvent.fold(events)!))
    assert.deepStrictEqual(found, JSON.parse(text(`${name}.json`)))
  })

  it("2 has every event, and every field of every record and event", () => {
    const files = ["events-2.jsonl", "imported-2.jsonl", "timed-2.jsonl", "cached-2.jsonl", "decided-2.jsonl"].flatMap(
      eventsOf
    )
    for (const [schema, documents] of [
      [WorkflowEvent.jsonSchema(), files],
      [
        WorkflowState.jsonSchema(),
        ["state-2.json", "imported-2.json", "timed-2.json", "cached-2.json", "decided-2.json"].map((name) =>
          JSON.parse(text(name))
        )
      ]
    ] as const) {
      const used = new Set(documents.flatMap((document) => [...fieldsIn(schema, document)]))
      const fields = [...fieldsOf(schema)]
      assert.isAbove(fields.length, 80)
      assert.deepStrictEqual(
        fields.filter((field) => !used.has(field)),
        []
      )
    }
  })

  // another hash, where what was written before is read as it was meant: say so in the commit. Otherwise a new format,
  // with what an old state is in it (`internal/format/migrations`), and files of the old one here
  it("is told by a change of a Schema", () => {
    assert.strictEqual(
      hashOf(WorkflowState.jsonSchema()),
      "317fbcc0633acaaee6e8ec2090b8d362def6e21f2dc4650db6c54437b123def7"
    )
    assert.strictEqual(
      hashOf(WorkflowEvent.jsonSchema()),
      "4a012b41f1e6063adb54fb466975b793f03c88de3860469b865ea09419e5ba62"
    )
  })
})
