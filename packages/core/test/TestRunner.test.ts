import { TestRunner } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

const tests = (...outcomes: ReadonlyArray<TestRunner.Outcome>): ReadonlyArray<TestRunner.TestResult> =>
  outcomes.map((outcome, i) => ({ test: `t${i}`, outcome, asserts: true }))

describe("TestRunner", () => {
  describe("counts", () => {
    it("counts each outcome apart, and all of them", () => {
      assert.deepStrictEqual(
        TestRunner.counts({
          tests: tests("passed", "failed", "error", "skipped", "skipped", "expected-failure", "unsupported")
        }),
        { run: 7, passed: 1, failed: 1, errors: 1, skipped: 2, expectedFailures: 1, unsupported: 1 }
      )
    })
  })

  describe("isPackage", () => {
    it("takes names, and nothing that pip would take for more", () => {
      for (const name of ["six", "Flask", "ruamel.yaml", "a", "3to2", "a-b_c.d"])
        assert.isTrue(TestRunner.isPackage(name))
      for (const word of ["", "-r", "--pre", "a-", ".a", "a/b", "a b", "a==1", "a[b]", "a@b", "a\n", "é"]) {
        assert.isFalse(TestRunner.isPackage(word), word)
      }
    })
  })

  describe("TestCounts", () => {
    it("reads what earlier versions counted", () => {
      const before = { run: 2, passed: 2, failed: 0, errors: 0, skipped: 0 }
      assert.deepStrictEqual(Schema.decodeUnknownSync(TestRunner.TestCounts)(before), {
        ...before,
        expectedFailures: 0,
        unsupported: 0
      })
    })
  })

  describe("isGreen", () => {
    it("wants a test that passed, none that did not or could not be run, and no doubt", () => {
      const isGreen = (...outcomes: ReadonlyArray<TestRunner.Outcome>) =>
        TestRunner.isGreen({ tests: tests(...outcomes), doubts: [] })
      assert.isTrue(isGreen("passed"))
      assert.isTrue(isGreen("passed", "skipped", "expected-failure"))
      assert.isFalse(isGreen())
      assert.isFalse(isGreen("skipped", "expected-failure"))
      for (const outcome of ["failed", "error", "unsupported"] as const) assert.isFalse(isGreen("passed", outcome))
      assert.isFalse(TestRunner.isGreen({ tests: tests("passed"), doubts: ["a file was changed"] }))
    })
  })
})
