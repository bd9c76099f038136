import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { ParserLaws } from "@stepwright/core/testing"
import { TestGenerationStep, TraceStep } from "@stepwright/steps"
import { Arbitrary, Effect, Result, Schema } from "effect"
import { conforms } from "../../../test/support/conformance.ts"
import { contents } from "./support/contents.ts"
import { asking } from "./support/model.ts"
import { design, documents, requirement } from "./support/playlist.ts"

const { parser } = TestGenerationStep

const refusal = (...paths: ReadonlyArray<string>) => {
  const files = paths.map((path) => ({ path, content: "" }))
  const decoded = Schema.decodeUnknownResult(TestGenerationStep.TestGeneration)(files)
  return Result.isFailure(decoded) ? decoded.failure.message : "accepted"
}

const quote = "a title that is there already is an error, and changes nothing."

/** R1.1 is what the document says, R1.2 is assumed. */
const specification = TraceStep.trace(
  {
    ...requirement,
    constraints: ["Python 3.11 only."],
    requirements: [
      {
        id: "R1",
        text: "It adds a song.",
        criteria: [
          { id: "R1.1", text: "A title that is there already is an error, and changes nothing.", quotes: [quote] },
          { id: "R1.2", text: "The error is a KeyError.", quotes: [] }
        ]
      }
    ]
  },
  documents
)

const asked = (...tests: ReadonlyArray<readonly [path: string, ...names: ReadonlyArray<string>]>) =>
  asking(
    Step.run(TestGenerationStep.step, {
      specification,
      design: { ...design, decisions: ["secret decision"] },
      samples: [{ path: "data/songs.csv", content: "A,60\n" }]
    }),
    parser.print(
      tests.map(([path, ...names]) => ({
        path,
        content: [
          "import unittest",
          "class ATest(unittest.TestCase):",
          ...names.map((name) => `    def ${name}(self): ...`),
          ""
        ].join("\n")
      }))
    )
  )

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

  describe("step", () => {
    const a = "tests/test_a.py"
    const assumed = "tests/test_assumed_a.py"

    it.effect("takes tests that name their criteria, those of assumed ones in files of their own", () =>
      Effect.gen(function* () {
        const { said } = yield* asked([a, "test_r1_1", "test_r1_1_more", "helper"], [assumed, "test_r1_2_key"])
        assert.strictEqual(said, "accepted")
        assert.strictEqual((yield* asked([a, "test_r1_1"], ["tests/support.py", "helper"])).said, "accepted")
      })
    )

    it.effect.each([
      [[a, "test_it"], `the test test_it in "${a}" does not name its criterion`],
      [[a, "test_r1_it"], "the test test_r1_it"],
      [[a, "test_r1_3_it"], `names R1.3, which is no criterion`],
      [[a, "test_r1_11"], `names R1.11, which is no criterion`],
      [[a, "test_r1_2_it"], "R1.2 is assumed: test_r1_2_it belongs into a file tests/test_assumed_<subject>.py"],
      [[assumed, "test_r1_1_it"], `R1.1 is not assumed: test_r1_1_it does not belong into "${assumed}"`]
    ] as const)("asks again for %j", ([file, detail]) =>
      Effect.gen(function* () {
        assert.include((yield* asked(file)).said, detail)
      })
    )

    it.effect("shows the criteria, assumed ones marked, the sentences behind them, the interface and the samples", () =>
      Effect.gen(function* () {
        const { prompt } = yield* asked([a, "test_r1_1"])
        assert.include(prompt, "- R1.2: The error is a KeyError. (assumed)")
        assert.notInclude(prompt, "changes nothing. (assumed)")
        assert.include(prompt, `- ${quote} (R1.1)`)
        assert.include(prompt, "Playlist.add(self, title: str, seconds: int) -> None")
        assert.include(prompt, "A,60")
        assert.include(prompt, "Python 3.11 only.")
        for (const behind of ["secret decision", "Adds a song; R1.1"]) assert.notInclude(prompt, behind)
      })
    )
  })

  describe("parser", () => {
    const values = Arbitrary.map(contents, (contents) =>
      contents.map((content, i) => ({ path: `tests/test_${i}.py`, content }))
    )
    conforms(ParserLaws.suite(parser, { output: TestGenerationStep.TestGeneration, values, runs: 200 }))
  })
})
