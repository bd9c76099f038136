import { assert, describe, it } from "@effect/vitest"
import { Edits, Step } from "@stepwright/core"
import { TestRepairStep } from "@stepwright/steps"
import { Arbitrary, Effect, Result, Schema } from "effect"
import * as testNames from "../src/internal/testNames.ts"
import { asking } from "./support/model.ts"
import { design } from "./support/playlist.ts"
import { acceptance, evidence, judgements, right, tests, wrong } from "./support/repair.ts"

const path = "tests/test_songs.py"
const texts = Object.fromEntries([...tests, ...acceptance].map(({ content, path }) => [path, content]))

const asked = (search: string, replace: string, of = path) =>
  asking(
    Step.run(TestRepairStep.step, { design, evidence, judgements, tests, acceptance }),
    TestRepairStep.parser.print([{ path: of, search, replace }])
  )

const line = (text: string) => `        ${text}\n`

describe("TestRepairStep", () => {
  it.effect("takes an edit of a test that is wrong, which asserts as much as before", () =>
    Effect.gen(function* () {
      const { prompt, said } = yield* asked(line("self.assertEqual(x, 3)"), line("self.assertEqual(x, 2)"))
      assert.strictEqual(said, "accepted")
      assert.include(prompt, wrong.detail)
      // what is no fault of the tests is not to be mended there, and no code is shown
      assert.notInclude(prompt, right.detail)
      assert.notInclude(prompt, "y = 2")
    })
  )

  it.effect.each([
    [line("self.assertEqual(x, 3)"), line("pass"), "test_r1_1_wrong of"],
    [line("self.assertEqual(x, 3)"), line("self.skipTest('x'); self.assertEqual(x, 2)"), "is skipped"],
    ["    def test_r1_1_wrong", "    def test_r1_1_other", "the test test_r1_1_wrong is gone"],
    [
      "    def test_r1_1_wrong",
      "    @unittest.expectedFailure\n    def test_r1_1_wrong",
      "changed outside of its wrong tests"
    ],
    [line("self.assertEqual(x, 3)"), line("return; self.assertEqual(x, 2)"), "may end before it asserts"],
    [line("self.assertEqual(x, 3)"), line("self.assertTrue(True)"), "asserts less than before"],
    [line("self.assertEqual(x, 3)"), line("pass  # assertEqual(x, 3)"), "asserts less than before"],
    [
      "    def test_r1_1_wrong",
      "    def test_r1_2_right(self): pass\n\n    def test_r1_1_wrong",
      "the test test_r1_2_right is in"
    ],
    ["    def test_r1_1_wrong", "    def setUp(self): raise E\n\n    def test_r1_1_wrong", "only imports may be added"],
    ["(unittest.TestCase):", ":", "only imports may be added"],
    [line("self.assertEqual(1, 2)"), line("self.assertEqual(abs(1), 1)"), "test_r1_2_right of"],
    [line("self.assertEqual(abs(1), 1)"), line("self.assertEqual(abs(2), 2)"), "test_r2_1_passes of"]
  ] as const)("asks again for %j in place of %j", ([search, replace, detail]) =>
    Effect.gen(function* () {
      assert.include((yield* asked(search, replace)).said, detail)
    })
  )

  it.effect("asks again for an edit of another file", () =>
    Effect.gen(function* () {
      const { said } = yield* asked("assert True", "assert 1", "tests/test_acceptance.py")
      assert.include(said, '"tests/test_acceptance.py" is none of the files with wrong tests')
    })
  )

  it.effect.prop(
    "takes edits only where every test is still there, and those that are right are as they were",
    [edits],
    ([edits]) =>
      Effect.gen(function* () {
        const { said } = yield* asking(
          Step.run(TestRepairStep.step, { design, evidence, judgements, tests, acceptance }),
          TestRepairStep.parser.print(edits)
        )
        if (said !== "accepted") return
        const [before, after] = [tests[0]!.content, Result.getOrThrow(Edits.apply(texts, edits))[path]!].map(
          testNames.of
        )
        assert.isAtLeast(after!.length, before!.length)
        for (const { name, source } of before!) {
          const own = after!.filter((test) => test.name === name).map(({ source }) => source)
          if (name === "test_r1_1_wrong") assert.isNotEmpty(own)
          else assert.include(own, source)
        }
      }),
    { arbitrary: { runs: 300 } }
  )

  it.effect.each(["tests.test_songs", "setUpClass (tests.test_songs.ATest)"])(
    "takes an edit of tests that did not begin, which assert as much as before, where %s failed",
    (test) => {
      const ofAll = (search: string, replace: string) =>
        asking(
          Step.run(TestRepairStep.step, {
            design,
            evidence: { ...evidence, failures: [{ ...wrong, test }] },
            judgements: [{ ...judgements[0]!, test }],
            tests,
            acceptance
          }),
          TestRepairStep.parser.print([{ path, search, replace }])
        )
      return Effect.gen(function* () {
        for (const [search, replace] of [
          ["import unittest\n", "import unittest\nimport math\n"],
          [line("self.assertEqual(abs(1), 1)"), line("self.assertEqual(abs(2), 2)")]
        ] as const) {
          assert.strictEqual((yield* ofAll(search, replace)).said, "accepted", search)
        }
        assert.include(
          (yield* ofAll(line("self.assertEqual(abs(1), 1)"), line("pass"))).said,
          "asserts less than before"
        )
      })
    }
  )

  /** What is said of an edit of a file in which several tests have one name, where that in class A is wrong. */
  const askedOfNamesakes = (search: string, replace: string) =>
    asking(
      Step.run(TestRepairStep.step, {
        design,
        evidence: { ...evidence, failures: [{ ...wrong, test: "tests.test_songs.A.test_r1_1" }] },
        judgements: [{ ...judgements[0]!, test: "tests.test_songs.A.test_r1_1" }],
        tests: [{ path, content: namesakes }],
        acceptance
      }),
      TestRepairStep.parser.print([{ path, search, replace }])
    )

  it.effect("tells tests of one name apart by their classes", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* askedOfNamesakes("assert 1\n", "assert 4\n")).said, "accepted")
      for (const other of ["assert 2\n", "assert 3\n"]) {
        assert.include(
          (yield* askedOfNamesakes(other, "assert 4\n")).said,
          `the test test_r1_1 of "${path}" is changed, which is not wrong`
        )
      }
    })
  )

  it.effect("sees that a right test is changed below a string over several lines", () =>
    Effect.gen(function* () {
      const { said } = yield* askedOfNamesakes("assert text\n", "assert 4\n")
      assert.include(said, `the test test_r1_2 of "${path}" is changed, which is not wrong`)
    })
  )
})

/** Lines of the tests, and what a model may write in their place. */
const lines = tests[0]!.content.split("\n")
const edits = Arbitrary.schema(
  Schema.NonEmptyArray(
    Schema.Struct({
      at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: lines.length - 1 })),
      count: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4 })),
      replace: Schema.Array(
        Schema.Literals([
          ...lines,
          "    def test_r1_1_wrong(self):",
          "        self.assertEqual(x, 2)",
          "        pass",
          "",
          "    @unittest.skip('x')",
          "    def helper(self):",
          "    def setUp(self):"
        ])
      ).check(Schema.isMaxLength(4))
    })
  ).check(Schema.isMaxLength(2))
).pipe(
  Arbitrary.map((edits) =>
    edits.map(({ at, count, replace }) => ({
      path,
      search: lines
        .slice(at, at + count)
        .map((line) => `${line}\n`)
        .join(""),
      replace: replace.map((line) => `${line}\n`).join("")
    }))
  )
)

const namesakes = `class A:
    def test_r1_1(self):
        assert 1

class B:
    def test_r1_1(self):
        assert 2

    def test_r1_2(self):
        text = """
a,b
"""
        assert text

def test_r1_1():
    assert 3
`
