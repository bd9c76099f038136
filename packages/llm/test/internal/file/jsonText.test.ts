import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as jsonText from "../../../src/internal/file/jsonText.ts"

const Row = Schema.Struct({ name: Schema.String, sizes: Schema.Array(Schema.Finite) })
const decode = jsonText.decode(Schema.Struct({ rows: Schema.Array(Row), note: Schema.optionalKey(Schema.String) }))

const text = `{
  "rows": [
    { "name": "a \\"{[", "sizes": [1, -2.5e3] },
    { "name": null, "sizes": [
      3,
      "four"
    ] },
    { "sizes": [] }
  ],
  "note": 5
}`

describe("jsonText", () => {
  describe("decode", () => {
    it.effect("decodes what fits", () =>
      Effect.gen(function* () {
        expect(yield* decode('{"rows":[{"name":"a","sizes":[1]}]}')).toEqual({ rows: [{ name: "a", sizes: [1] }] })
      })
    )

    it.effect("tells every problem, each with line, column and key", () =>
      Effect.gen(function* () {
        expect(jsonText.inWords(yield* Effect.flip(decode(text))).split("; ")).toEqual([
          "line 4, column 15 at rows.1.name: Expected string",
          "line 6, column 7 at rows.1.sizes.1: Expected number",
          "line 8, column 5 at rows.2.name: Missing key",
          "line 10, column 11 at note: Expected string"
        ])
      })
    )

    for (const [what, text] of [
      ["and whole", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
      ["and cut off", "[".repeat(100_000)]
    ] as const) {
      it.effect(`tells where a text is nested too deeply, ${what}`, () =>
        Effect.gen(function* () {
          expect(jsonText.inWords(yield* Effect.flip(decode(text)))).toBe(
            "line 1, column 501: it is nested deeper than 500 levels"
          )
        })
      )
    }

    it.effect("takes a bracket in a string for no level", () =>
      Effect.gen(function* () {
        const name = '[{"\\'.repeat(1000)
        expect(yield* decode(JSON.stringify({ rows: [{ name, sizes: [] }] }))).toEqual({ rows: [{ name, sizes: [] }] })
      })
    )

    for (const [text, place] of [
      ['{\n  "rows": [}\n', "line 2, column 12"],
      ['{ "rows": [1 2] }', "line 1, column 14"],
      ['{ "rows": [],\n}', "line 2, column 1"],
      ['{ "rows": [] } x', "line 1, column 16"],
      ['{ "rows": "\\x" }', "line 1, column 11"],
      ["", "line 1, column 1"]
    ] as const) {
      it.effect(`tells where ${JSON.stringify(text)} stops being JSON`, () =>
        Effect.gen(function* () {
          expect(jsonText.inWords(yield* Effect.flip(decode(text)))).toContain(`${place}: it is no JSON: `)
        })
      )
    }
  })

  describe("duplicates", () => {
    it("tells each key that an object has twice, by where its later value is, and no other", () => {
      const text = '[{ "a": 1, "b": { "a": 2 } },\n { "a": { "c": 1 }, "b": "\\"a\\": 1", "\\u0061": { "c": 2 } }]'
      expect(jsonText.inWords(jsonText.duplicates(text))).toBe("line 2, column 48 at 1.a: Duplicate key")
    })
  })
})
