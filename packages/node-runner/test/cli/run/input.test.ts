import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeFileSystem } from "@effect/platform-node"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as input from "../../../src/cli/run/input.ts"

const folder = mkdtempSync(join(tmpdir(), "stepwright-input-"))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const document = file("document.md", "a document\n")

const decode = (
  schema: Parameters<typeof input.decode>[0],
  given: { readonly file?: string; readonly input?: string }
) =>
  input
    .decode(schema, {
      files: given.file === undefined ? [] : [given.file],
      design: [],
      samples: [],
      input: given.input
    })
    .pipe(Effect.provide(NodeFileSystem.layer))

const refusal = (...args: Parameters<typeof decode>) =>
  Effect.map(Effect.flip(decode(...args)), ({ kind, message }) => {
    assert.strictEqual(kind, "usage")
    return message
  })

const Topic = Schema.Struct({ topic: Schema.String, words: Schema.Int })

describe("input", () => {
  describe("decode", () => {
    it.effect("takes a file as the text that the input is, or as its one text field", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* decode(Schema.String, { file: document }), "a document\n")
        const One = Schema.Struct({ text: Schema.NonEmptyString, limit: Schema.optionalKey(Schema.Int) })
        assert.deepStrictEqual(yield* decode(One, { file: document }), { text: "a document\n" })
      })
    )

    it.effect("takes a document with any line ends as the same text", () =>
      Effect.gen(function* () {
        for (const text of ["one\r\ntwo\r\n", "one\ntwo\n", "one\rtwo\r", "\uFEFFone\r\ntwo\n"]) {
          assert.strictEqual(yield* decode(Schema.String, { file: file("lines.md", text) }), "one\ntwo\n")
        }
        const One = Schema.Struct({ text: Schema.String })
        assert.deepStrictEqual(yield* decode(One, { file: file("lines.md", "a\r\nb") }), { text: "a\nb" })
        // what is written as JSON says which it means
        assert.strictEqual(yield* decode(Schema.String, { input: String.raw`"a\r\nb"` }), "a\r\nb")
      })
    )

    it.effect("refuses a file for an input that is more than one text, and names its fields", () =>
      Effect.gen(function* () {
        assert.include(yield* refusal(Topic, { file: document }), "(it has topic, words)")
        const Two = Schema.Struct({ a: Schema.String, b: Schema.String })
        assert.include(yield* refusal(Two, { file: document }), "(it has a, b)")
        assert.include(yield* refusal(Schema.Int, { file: document }), "is not one text")
      })
    )

    it.effect("takes JSON, or a file that holds it", () =>
      Effect.gen(function* () {
        const value = { topic: "Effect", words: 3 }
        const json = JSON.stringify(value)
        assert.deepStrictEqual(yield* decode(Topic, { input: json }), value)
        assert.deepStrictEqual(yield* decode(Topic, { input: file("topic.json", json) }), value)
        assert.strictEqual(yield* decode(Schema.String, { input: '"a text"' }), "a text")
      })
    )

    it.effect("decodes with the Schema, dates for example", () =>
      Effect.gen(function* () {
        const value = yield* decode(Schema.Struct({ on: Schema.DateTimeUtc }), {
          input: '{"on":"2026-01-02T00:00:00Z"}'
        })
        assert.deepStrictEqual(Schema.encodeUnknownSync(Schema.Struct({ on: Schema.DateTimeUtcFromString }))(value), {
          on: "2026-01-02T00:00:00.000Z"
        })
      })
    )

    it.effect("says in one line where JSON does not fit", () =>
      Effect.gen(function* () {
        const message = yield* refusal(Topic, { input: '{"topic":1,"words":"b"}' })
        assert.match(message, /does not fit.*\["topic"\].*\["words"\]/)
      })
    )

    it.effect("says what is wrong with what was given", () =>
      Effect.gen(function* () {
        assert.include(yield* refusal(Topic, {}), "there is no input")
        assert.include(yield* refusal(Topic, { file: document, input: "{}" }), "the input is given twice")
        assert.include(yield* refusal(Topic, { input: "no-such.json" }), "neither JSON nor a file: no-such.json")
        assert.match(yield* refusal(Topic, { input: document }), /document\.md is not JSON/)
        assert.include(yield* refusal(Schema.String, { file: "no-such.md" }), "there is no file no-such.md")
      })
    )
  })
})
