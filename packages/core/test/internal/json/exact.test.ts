import { Arbitrary, Result, Schema } from "effect"
import * as exact from "../../../src/internal/json/exact.ts"
import { assert, describe, it } from "@effect/vitest"
import { runs } from "../../support/texts.ts"

const any = Arbitrary.schema(
  Schema.Array(Schema.Union([Schema.Json, Schema.Number, Schema.Undefined, Schema.BigInt, Schema.Date])).check(
    Schema.isMaxLength(4)
  )
)

describe("exact", () => {
  describe("copy", () => {
    it.prop(
      "is what its JSON text gives back, or throws",
      { any },
      ({ any }) => {
        let copied: unknown
        try {
          copied = exact.copy(any)
        } catch (error) {
          return assert.match(String(error), /^TypeError: JSON cannot hold .*\n {2}at \[\d/)
        }
        assert.deepStrictEqual(copied, JSON.parse(JSON.stringify(any)))
        assert.deepStrictEqual(JSON.stringify(copied), JSON.stringify(any))
      },
      runs(300)
    )

    it("shares nothing with the value, and has no negative zero", () => {
      const value = { a: [{ b: -0 }] }
      const copied: any = exact.copy(value)
      assert.isTrue(Object.is(copied.a[0].b, 0))
      copied.a[0].b = 1
      assert.isTrue(Object.is(value.a[0]!.b, -0))
    })
  })

  describe("settle", () => {
    const json = Arbitrary.schema(Schema.Array(Schema.Union([Schema.Json, Schema.Number])))
    it.prop(
      "gives what copy gives, or throws as it does",
      { json },
      ({ json }) => {
        const told = (give: (value: unknown) => unknown) =>
          Result.match(
            Result.try(() => give(structuredClone(json))),
            { onSuccess: (value) => JSON.stringify(value), onFailure: String }
          )
        assert.strictEqual(told(exact.settle), told(exact.copy))
      },
      runs(200)
    )

    it("leaves no negative zero", () => {
      assert.deepStrictEqual(exact.settle([-0, { a: [-0] }]), [0, { a: [0] }])
      assert.isTrue(Object.is(exact.settle(-0), 0))
    })
  })
})
