import { Schema } from "effect"
import { TestRunner } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

const counts = { run: 2, passed: 2, failed: 0, errors: 0, skipped: 0 }
const report = { ...counts, problems: [], output: "", durationMillis: 1 }

describe("TestRunner", () => {
  describe("TestReport", () => {
    it("reads what has no count of tests that could not be run", () => {
      assert.deepStrictEqual(Schema.decodeUnknownSync(TestRunner.TestReport)(report), report)
    })
  })

  describe("isGreen", () => {
    it("wants a test that passed, and none that did not or could not be run", () => {
      assert.isTrue(TestRunner.isGreen(report))
      assert.isTrue(TestRunner.isGreen({ ...report, skipped: 1, unsupported: 0 }))
      for (const fields of [{ passed: 0 }, { failed: 1 }, { errors: 1 }, { unsupported: 1 }]) {
        assert.isFalse(TestRunner.isGreen({ ...report, ...fields }))
      }
    })
  })
})
