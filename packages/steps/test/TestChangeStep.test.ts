import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import {
  type CodeRepairStep,
  ReachStep,
  RequirementReviewStep,
  SpecificationDeltaStep,
  TestChangeStep,
  TraceStep
} from "@stepwright/steps"
import { Effect, Result } from "effect"
import * as project from "./support/change.ts"
import { design, method11, method12, requirement, specificationDelta, tests, unchanged } from "./support/change.ts"
import { asking } from "./support/model.ts"

const [songs, times, files, helper] = tests as [Test, Test, Test, Test]
type Test = (typeof tests)[number]

/** What is asked for a review of the specification, and what is said against a reply. */
const asked = (edits: CodeRepairStep.Repair, review: typeof unchanged = project.change.review) =>
  Effect.gen(function* () {
    const after = RequirementReviewStep.apply(requirement, review)
    const delta = SpecificationDeltaStep.between(requirement, after)
    const reach = yield* Step.run(ReachStep.tests, { before: design, design, tests, delta })
    const specification = TraceStep.trace(after, project.change.documents)
    const step = Step.run(TestChangeStep.step, { specification, design, samples: [], delta, reach, tests })
    return yield* asking(step, TestChangeStep.parser.print(edits))
  })

const edit = { path: songs.path, search: method12, replace: method12.replace("('a', 2)", "('a', 3)") }
const retiring = (id: string) => ({ ...unchanged, retired: [{ id, why: "…" }] })
const adding = (id: string, ...quotes: ReadonlyArray<string>) => ({
  ...project.change.review,
  changes: [...project.change.review.changes, { id, text: project.newTime, quotes, why: "…" }]
})
const named = (name: string) => songs.content.replaceAll(/test_r1_\d_/g, name)

describe("TestChangeStep", () => {
  describe("edited", () => {
    const after = (...edits: CodeRepairStep.Repair) => Result.getOrThrow(TestChangeStep.edited(tests, edits))

    it("leaves all files that no edit names as they are", () => {
      assert.deepStrictEqual(after(), tests)
      assert.deepStrictEqual(after(edit).slice(1), tests.slice(1))
    })

    it("takes a file away whose tests are all taken out, and no other", () => {
      assert.deepStrictEqual(after({ path: times.path, content: "import unittest\n" }), [songs, files, helper])
      assert.deepStrictEqual(after({ path: helper.path, content: "" }).at(-1), { path: helper.path, content: "" })
      const added = { path: "tests/more.py", content: "MORE = 1\n" }
      assert.deepStrictEqual(after(added), [...tests, added])
    })

    it("says why an edit cannot be applied", () => {
      assert.isTrue(Result.isFailure(TestChangeStep.edited(tests, [{ ...edit, search: "no such line\n" }])))
    })
  })

  describe("step", () => {
    it.effect("takes edits of tests of what changed, and sees the files with them, and no code", () =>
      Effect.gen(function* () {
        const { prompt, said } = yield* asked([edit])
        assert.strictEqual(said, "accepted")
        for (const shown of [songs.content, helper.content, specificationDelta.text]) assert.include(prompt, shown)
        for (const text of [times.content, ...Object.values(project.code)]) assert.notInclude(prompt, text)
      })
    )

    it.effect("takes new tests, in a file that is there or a new one, and none where they are right already", () =>
      Effect.gen(function* () {
        const more = {
          path: songs.path,
          search: method12,
          replace: `${method12}\n\n${edit.replace.replace("_raises", "_twice")}`
        }
        const review = adding("R1.3", project.newTime)
        for (const edits of [[more], [{ path: "tests/test_more.py", content: named("test_r1_3_") }], []]) {
          assert.strictEqual((yield* asked(edits, review)).said, "accepted")
        }
      })
    )

    it.effect("takes tests out of what is retired, with their file where it has no others", () =>
      Effect.gen(function* () {
        const out = { path: files.path, content: "import unittest\n" }
        assert.strictEqual((yield* asked([out], retiring("R3.1"))).said, "accepted")
        const one = { path: songs.path, search: `${method12}\n`, replace: "" }
        assert.strictEqual((yield* asked([one], retiring("R1.2"))).said, "accepted")
      })
    )

    it.effect.each([
      [[{ path: times.path, content: "x = 1\n" }], `"${times.path}" is none of the files that the change can reach`],
      [
        [{ ...edit, search: method11 }],
        `the test test_r1_1_adds is gone from "${songs.path}", and what it checks is as it was`
      ],
      [[{ path: songs.path, content: "" }], "the test test_r1_1_adds"],
      [[{ ...edit, search: "no such line\n" }], "the text to replace is not there"],
      [[{ path: "playlist/times.py", content: "x = 1\n" }], '"playlist/times.py" is not below tests/'],
      [[{ path: "tests/../playlist/times.py", content: "x = 1\n" }], "tests/../playlist/times.py"],
      [[{ path: "tests/TEST_songs.py", content: named("test_r1_2_") }], "is there twice"],
      [[{ path: "tests/test_more.py", content: named("test_more_") }], "does not name its criterion"],
      [[{ path: "tests/test_more.py", content: named("test_r7_1_") }], "names R7.1, which is no criterion"],
      [[{ path: "tests/test_assumed_more.py", content: songs.content.replace(method11, "") }], "R1.2 is not assumed"],
      [
        [{ path: "tests/__init__.py", content: "import a\n\na.b = 1\n" }],
        '"tests/__init__.py" is new, and has no test'
      ],
      ...["@unittest.skip('later')\n", "raise unittest.SkipTest\n\n\n", "playlist.songs.add = print\n\n\n"].map(
        (meddling) =>
          [
            [{ path: songs.path, search: "class ATest", replace: `${meddling}class ATest` }],
            `"${songs.path}" may skip tests, or replace what they test, by what stands outside of them`
          ] as const
      ),
      [[{ path: "tests/test_acceptance_more.py", content: named("test_r1_2_") }], "has a name of acceptance tests"]
    ] as const)("asks again for %j", ([edits, detail]) =>
      Effect.gen(function* () {
        assert.include((yield* asked(edits)).said, detail)
      })
    )

    it.effect("asks again where a test of what is retired is left", () =>
      Effect.gen(function* () {
        const { said } = yield* asked([], retiring("R1.2"))
        assert.include(said, "the test test_r1_2_raises is of R1.2, which is no longer wanted: take it out")
      })
    )

    it.effect("says nothing against tests that were there, whatever they are called", () =>
      Effect.gen(function* () {
        const mine = { path: "tests/test_mine.py", content: named("test_mine_") }
        const own = [...tests, mine]
        const reach = yield* Step.run(ReachStep.tests, {
          before: design,
          design,
          tests: own,
          delta: specificationDelta
        })
        const input = {
          specification: project.changed,
          design,
          samples: [],
          delta: specificationDelta,
          reach,
          tests: own
        }
        const ask = Step.run(TestChangeStep.step, input)
        assert.strictEqual((yield* asking(ask, TestChangeStep.parser.print([edit]))).said, "accepted")
      })
    )
  })
})
