import { assert, describe, it } from "@effect/vitest"
import { TestGenerationStep } from "@stepwright/steps"
import { Result, Schema } from "effect"
import { contents } from "./support/contents.ts"

const { parser } = TestGenerationStep

const refusal = (...paths: ReadonlyArray<string>) => {
  const files = paths.map((path) => ({ path, content: "" }))
  const decoded = Schema.decodeUnknownResult(TestGenerationStep.TestGeneration)(files)
  return Result.isFailure(decoded) ? decoded.failure.message : "accepted"
}

describe("TestGenerationStep", () => {
  describe("TestGeneration", () => {
    it("has its files below tests/, each once, and at least one that unittest finds", () => {
      assert.strictEqual(refusal("tests/test_a.py", "tests/__init__.py", "tests/data/a.csv"), "accepted")
      assert.include(refusal("tests/test_a.py", "src/a.py"), '"src/a.py" is not below tests/')
      assert.include(refusal("tests/../a/test_a.py"), "is no path for a file")
      assert.include(refusal("tests/test_a.py", "tests/Test_a.py"), "is there twice")
      assert.include(refusal("tests/test_a.py", "tests/\u00e9.csv", "tests/e\u0301.csv"), "is there twice")
      assert.include(refusal("tests/a_test.py"), "unittest would find no test")
      assert.include(refusal(), "unittest would find no test")
    })
  })

  describe("parser", () => {
    it.prop(
      "reads back what it prints",
      [contents],
      ([contents]) => {
        const files = contents.map((content, i) => ({ path: `tests/test_${i}.py`, content }))
        assert.deepStrictEqual(Result.getOrThrow(parser.parse(parser.print(files))), files)
      },
      { arbitrary: { runs: 200 } }
    )
  })
})
