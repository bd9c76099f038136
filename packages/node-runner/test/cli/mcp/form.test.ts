import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { StandardSchema } from "@stepwright/core"
import { formOf } from "../../../src/cli/mcp/form.ts"

const form = (decision: Schema.Codec<unknown, unknown>) => formOf(StandardSchema.jsonSchema(decision))

describe("formOf", () => {
  it("has a field for each field of a decision that a client can ask for", () => {
    const shown = form(
      Schema.Struct({
        isGood: Schema.Boolean,
        note: Schema.optionalKey(Schema.String.annotate({ description: "For the next round." })),
        stars: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })),
        how: Schema.Literals(["quick", "thorough"]),
        parts: Schema.Array(Schema.Literals(["code", "tests"])),
        by: Schema.NullOr(Schema.String)
      })
    )
    assert.deepStrictEqual(shown?.requestedSchema, {
      type: "object",
      properties: {
        isGood: { type: "boolean" },
        note: { type: "string", description: "For the next round." },
        stars: { type: "integer", minimum: 1, maximum: 5 },
        how: { type: "string", enum: ["quick", "thorough"] },
        parts: { type: "array", items: { type: "string", enum: ["code", "tests"] } },
        by: { type: "string" }
      },
      required: ["isGood", "stars", "how", "parts"]
    })
  })

  it("reads a field that nobody filled in as left out, or as null where that is a value", () => {
    const { read } = form(
      Schema.Struct({
        isGood: Schema.Boolean,
        note: Schema.optionalKey(Schema.String),
        by: Schema.NullOr(Schema.String)
      })
    )!
    assert.deepStrictEqual(read({ isGood: true, note: "" }), { isGood: true, by: null })
    assert.deepStrictEqual(read({ isGood: true, note: "so", by: "ada" }), { isGood: true, note: "so", by: "ada" })
  })

  it("asks for a decision of one value in one field", () => {
    const { read, requestedSchema } = form(Schema.Boolean)!
    assert.deepStrictEqual(requestedSchema, {
      type: "object",
      properties: { decision: { type: "boolean" } },
      required: ["decision"]
    })
    assert.isFalse(read({ decision: false }))
  })

  it("finds what a Schema with a name stands for", () => {
    const Verdict = Schema.Struct({ isGood: Schema.Boolean.annotate({ identifier: "IsGood" }) })
    assert.deepStrictEqual(form(Verdict.annotate({ identifier: "Verdict" }))?.requestedSchema["properties"], {
      isGood: { type: "boolean" }
    })
  })

  it.each<readonly [string, Schema.Codec<unknown, unknown>]>([
    ["anything", Schema.Json],
    ["what nests", Schema.Struct({ inner: Schema.Struct({ isGood: Schema.Boolean }) })],
    ["a list of texts", Schema.Struct({ notes: Schema.Array(Schema.String) })],
    ["one of several kinds", Schema.Union([Schema.String, Schema.Boolean])],
    ["one of several shapes", Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({ b: Schema.String })])]
  ])("has no form for %s", (_, decision) => {
    assert.isUndefined(form(decision))
  })

  it("leaves out what may be left out and cannot be asked for", () => {
    const decision = Schema.Struct({ isGood: Schema.Boolean, more: Schema.optionalKey(Schema.Array(Schema.String)) })
    assert.deepStrictEqual(form(decision)?.requestedSchema["properties"], { isGood: { type: "boolean" } })
  })
})
