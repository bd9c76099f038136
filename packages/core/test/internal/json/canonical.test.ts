import { Arbitrary, Schema } from "effect"
import * as canonicalJson from "../../../src/internal/json/canonical.ts"
import { assert, describe, it } from "@effect/vitest"
import { runs } from "../../support/texts.ts"

const json = Arbitrary.schema(Schema.Json)

const reordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reordered)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reordered(member)])
  )
}

describe("CanonicalJson", () => {
  it.prop(
    "is JSON of the same value, and the same text whatever the order of names",
    { json },
    ({ json }) => {
      const text = canonicalJson.stringify(json)
      assert.deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(json)))
      assert.strictEqual(canonicalJson.stringify(reordered(json)), text)
      assert.strictEqual(canonicalJson.stringify(JSON.parse(text)), text)
    },
    runs(300)
  )

  it("sorts few names and many", () => {
    for (const count of [1, 2, 3, 16, 17, 40]) {
      const names = Array.from({ length: count }, (_, i) => `k${(i * 7) % 41}`)
      const text = `{${names
        .toSorted()
        .map((name) => `"${name}":0`)
        .join()}}`
      assert.strictEqual(canonicalJson.stringify(Object.fromEntries(names.map((name) => [name, 0]))), text)
    }
  })

  it("sorts names by code units, leaves undefined members out and escapes lone surrogates", () => {
    assert.strictEqual(
      canonicalJson.stringify({ b: undefined, "10": 1, "9": [undefined, -0, "\ud83d"], é: 1, "😀": 2, "\ufb33": 3 }),
      `{"10":1,"9":[null,0,"\\ud83d"],"é":1,"😀":2,"\ufb33":3}`
    )
  })
})
