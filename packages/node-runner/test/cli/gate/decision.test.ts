import { NodeServices } from "@effect/platform-node"
import { Effect, Schema } from "effect"
import { StandardSchema } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import * as decision from "../../../src/cli/gate/decision.ts"

/** Takes one text, and gives it without white space around it, twice. */
const Comment = StandardSchema.make(
  {
    "~standard": {
      version: 1,
      vendor: "house",
      validate: (value: unknown) =>
        Schema.is(Schema.Struct({ text: Schema.NonEmptyString }))(value)
          ? { value: { text: value.text.trim().repeat(2) } }
          : { issues: [{ message: "say something", path: ["text"] }] }
    }
  },
  { jsonSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] } }
)

describe("a decision by a Standard Schema", () => {
  it.effect("is read plainly, by its JSON Schema, and kept as it was given", () =>
    Effect.gen(function* () {
      assert.strictEqual(decision.shapeOf(Comment), '{"text": "…"}')
      assert.deepStrictEqual(yield* decision.read(Comment, " so ", "ok"), { text: " so " })
      assert.deepStrictEqual(yield* decision.read(Comment, '{"text": "so"}', "ok"), { text: "so" })
      const error = yield* Effect.flip(decision.read(Comment, '{"text": ""}', "ok"))
      assert.match(error.message, /this is no decision: say something/)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
