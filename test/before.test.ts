import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fingerprints } from "./before/fingerprints.ts"

// What is stored here was written by an earlier version, and must be read by every later one. Where a test fails, what
// reads has to be mended: the stored files stay as they are, and no test writes them.

describe("what an earlier version wrote", () => {
  describe("fingerprints", () => {
    it.effect("of steps of all kinds, and hashes of definitions, are what they were", () =>
      Effect.gen(function* () {
        const expected = JSON.parse(readFileSync(join(import.meta.dirname, "before/fingerprints.json"), "utf8"))
        assert.deepStrictEqual(yield* fingerprints, expected)
        assert.strictEqual(Object.keys(expected["steps"]).length, 56)
      })
    )
  })
})
