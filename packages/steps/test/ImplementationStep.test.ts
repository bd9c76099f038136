import { assert, describe, it } from "@effect/vitest"
import { ImplementationStep } from "@stepwright/steps"
import { Result } from "effect"
import { contents } from "./support/contents.ts"

const { parser } = ImplementationStep

describe("ImplementationStep", () => {
  describe("parser", () => {
    it.prop(
      "reads back what it prints",
      [contents],
      ([contents]) => {
        for (const code of contents) assert.strictEqual(Result.getOrThrow(parser.parse(parser.print(code))), code)
      },
      { arbitrary: { runs: 200 } }
    )
  })
})
