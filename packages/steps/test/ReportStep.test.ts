import { assert, describe, it } from "@effect/vitest"
import { Step, type TestRunner } from "@stepwright/core"
import { type Attempt, ReportStep, TraceStep } from "@stepwright/steps"
import { Effect, Schema } from "effect"
import { design, documents, requirement } from "./support/playlist.ts"

const counts = { run: 4, passed: 2, failed: 1, errors: 0, skipped: 1, expectedFailures: 0, unsupported: 0 }

const specification = TraceStep.trace(
  { ...requirement, contradictions: [{ first: "one", second: "two", assumed: "one holds" }] },
  documents
)

const test = (test: string, outcome: TestRunner.Outcome, asserts = true): TestRunner.TestResult => ({
  test,
  outcome,
  asserts,
  ...(outcome === "failed" && { detail: "AssertionError: 1 != 2" })
})

const cited = `class ATest:
    def test_same_title(self):
        """a title that is there already is an error, and changes nothing"""
        assert 1

class BTest:
    def test_same_title(self):
        assert 2
`

const nested = `class A:
    class B:
        def test_r2_2(self): ...
`

const reporting = (
  results: ReadonlyArray<TestRunner.TestResult>,
  others: Partial<typeof ReportStep.Input.Type> = {},
  attempt: Partial<Attempt.Attempt> = {}
) =>
  Step.run(ReportStep.step, {
    documents,
    design,
    coverage: {},
    ...others,
    attempt: {
      specification,
      code: {},
      tests: [
        {
          path: "tests/test_a.py",
          content: "def test_r1_1(): ...\ndef test_r1_2(): ...\ndef test_r2_1(): ...\n" + nested
        }
      ],
      acceptance: [{ path: "tests/test_acceptance.py", content: cited }],
      verification: { outcome: "red", counts, tests: results, doubts: ["a file was changed"] },
      ...attempt
    }
  })

const reported = (...results: ReadonlyArray<TestRunner.TestResult>) => reporting(results)

const standings = (...results: ReadonlyArray<TestRunner.TestResult>) =>
  Effect.map(reported(...results), ({ criteria }) =>
    Object.fromEntries(criteria.map(({ id, standing }) => [id, standing]))
  )

const acceptance = "tests.test_acceptance.ATest.test_same_title"

describe("ReportStep", () => {
  it.effect("takes a criterion for met only where a test that asserts passed, and none failed", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* standings(
          test("tests.test_a.test_r1_1", "passed"),
          test("tests.test_a.test_r1_2", "passed", false),
          test("tests.test_a.test_r2_1", "failed")
        ),
        { "R1.1": "passed", "R1.2": "unproved", "R2.1": "failed", "R2.2": "untested" }
      )
      for (const outcome of ["skipped", "unsupported", "expected-failure"] as const) {
        assert.strictEqual((yield* standings(test("tests.test_a.test_r1_1", outcome)))["R1.1"], "unproved", outcome)
      }
      const both = yield* standings(test("tests.test_a.test_r1_1", "passed"), test(acceptance, "failed"))
      assert.strictEqual(both["R1.1"], "failed")
    })
  )

  it.effect("finds the criteria of an acceptance test by the sentence that it quotes", () =>
    Effect.gen(function* () {
      const { criteria } = yield* reported(test(acceptance, "passed"))
      assert.deepStrictEqual(
        criteria.filter(({ tests }) => tests.length > 0).map(({ id, tests }) => [id, tests]),
        [["R1.1", [acceptance]]]
      )
    })
  )

  it.effect("tells acceptance tests of one name apart by their classes", () =>
    Effect.gen(function* () {
      const other = "tests.test_acceptance.BTest.test_same_title"
      const found = (yield* reported(test(acceptance, "passed"), test(other, "failed"))).criteria
      assert.deepStrictEqual(
        found.filter(({ tests }) => tests.length > 0).map(({ id, standing, tests }) => [id, standing, tests]),
        [["R1.1", "passed", [acceptance]]]
      )
    })
  )

  it.effect("finds what a test of a class in a class shows", () =>
    Effect.gen(function* () {
      const { criteria } = yield* reported(test("tests.test_a.A.B.test_r2_2", "passed"))
      assert.strictEqual(criteria.find(({ id }) => id === "R2.2")?.standing, "passed")
    })
  )

  it.effect("counts a case of a test, and what a class has from another, for the criterion of the test", () =>
    Effect.gen(function* () {
      const found = yield* standings(
        test("tests.test_a.test_r1_1[a.b-(c)]", "passed"),
        test("tests.test_a.test_r1_1[d]", "failed"),
        test("tests.test_b.BTest.test_r2_2", "passed")
      )
      assert.deepInclude(found, { "R1.1": "failed", "R2.2": "passed" })
      // which of two tests of that name the class has is not known, and they check different things
      const other = yield* standings(test("tests.test_acceptance.CTest.test_same_title", "passed"))
      assert.strictEqual(other["R1.1"], "untested")
    })
  )

  const judged = (of: string, fault: Attempt.Judgement["fault"]) => ({
    test: of,
    fault,
    quote: "",
    reason: `so ${fault}`
  })
  const round = (...judgements: Attempt.Round["judgements"]): Attempt.Round => ({
    judgements,
    changes: [{ path: "a.py", diff: "--- a.py\n+++ a.py\n@@ -1,1 +1,1 @@\n-1\n+2" }],
    outcome: "red",
    counts
  })
  const [first, second] = ["tests.test_a.test_r1_1", "tests.test_a.test_r1_2"] as const
  const repair: Attempt.Repaired = {
    rounds: [
      round(judged(first, "test")),
      round(judged(second, "test"), judged("tests.test_a.test_r2_1", "environment"))
    ],
    kept: 1,
    stop: "known"
  }

  it.effect("takes a test that repair rewrote for no proof, and no notice of rounds that are not delivered", () =>
    Effect.gen(function* () {
      const results = [test(first, "passed"), test(second, "passed")]
      const { criteria, notes } = yield* reporting(results, {}, { repair })
      assert.deepStrictEqual(
        criteria.slice(0, 2).map(({ standing }) => standing),
        ["unproved", "passed"]
      )
      assert.deepStrictEqual(notes.slice(0, 3), [
        { kind: "repair", text: "ended after 2 rounds: the last one came back to what had been tried before" },
        { kind: "changed test", text: `${first}: so test` },
        { kind: "not mended", text: "tests.test_a.test_r2_1: so environment" }
      ])
    })
  )

  it.effect("shows each round with what it blamed and changed, and which are not delivered", () =>
    Effect.gen(function* () {
      const text = ReportStep.toMarkdown(yield* reporting([], {}, { repair }))
      for (const part of [
        "round 1: red, 2 of 4 tests passed then\n",
        `  ${first}: test. so test`,
        "  ```diff\n  --- a.py",
        "  -1\n  +2",
        "round 2: red, 2 of 4 tests passed then; not delivered",
        "- ended after 2 rounds: "
      ]) {
        assert.include(text, part)
      }
    })
  )

  it.effect(
    "says how many mutants were noticed before and after, which tests were added, and what is still unseen",
    () =>
      Effect.gen(function* () {
        const mutant = (line: number, isNoticed: boolean) => ({
          path: "a.py",
          line,
          within: "",
          operator: "number" as const,
          before: `a = ${line}`,
          after: `a = ${line + 1}`,
          isNoticed
        })
        const hardened: Attempt.Hardened = {
          before: { noticed: 0, mutants: [mutant(1, false), mutant(2, false)] },
          after: { noticed: 1, mutants: [mutant(1, true), mutant(2, false)] },
          added: ["tests.test_b.test_r1_1_x"],
          dropped: ["tests.test_b.test_r1_1_y"]
        }
        const report = yield* reporting([], {}, { hardened })
        const score =
          "1 of 2 changes of the code were noticed; 0 of 2 before tests were added (1); tests that failed on the code as it is, and were not added: 1"
        assert.deepInclude(report.notes, { kind: "mutants", text: score })
        const [, text] = ReportStep.toMarkdown(report).split("## Mutants\n\n")
        assert.strictEqual(
          text,
          [
            `- ${score}`,
            "- added: tests.test_b.test_r1_1_x",
            "- not added: tests.test_b.test_r1_1_y",
            "- not noticed: a.py:2: a = 2 → a = 3",
            ""
          ].join("\n")
        )
      })
  )

  it.effect("says why it is not known how many mutants are noticed, and what is", () =>
    Effect.gen(function* () {
      const gone = { noticed: 0, mutants: [], notKnown: "no bwrap" }
      const scoreOf = (before: Attempt.Mutation, added: ReadonlyArray<string>) =>
        Effect.map(reporting([], {}, { hardened: { before, after: gone, added, dropped: [] } }), ({ notes }) =>
          notes.flatMap(({ kind, text }) => (kind === "mutants" ? [text] : []))
        )
      const score = "how many changes of the code are noticed is not known: no bwrap"
      assert.deepStrictEqual(yield* scoreOf(gone, []), [score])
      assert.deepStrictEqual(yield* scoreOf({ noticed: 0, mutants: [] }, ["a.test_a"]), [
        `${score}; 0 of 0 before tests were added (1)`
      ])
    })
  )

  it.effect("says how many lines ran, of each file and in all", () =>
    Effect.gen(function* () {
      const files = { "a.py": { lines: 10, missed: [3, 5, 6, 7] }, "b.py": { lines: 2, missed: [] } }
      const report = yield* reporting([], { coverage: files })
      assert.deepStrictEqual(report.coverage, {
        lines: 12,
        ran: 8,
        files: [
          { path: "a.py", lines: 10, missed: [3, 5, 6, 7] },
          { path: "b.py", lines: 2, missed: [] }
        ]
      })
      const text = ReportStep.toMarkdown(report)
      for (const part of ["8 of 12 lines", "a.py: 6 of 10, not 3, 5–7", "b.py: all 2"]) assert.include(text, part)
      assert.isUndefined((yield* reported()).coverage)
    })
  )

  it.effect("is the same after it went to JSON and back, and says nothing else in Markdown then", () =>
    Effect.gen(function* () {
      const report = yield* reported(test("tests.test_a.test_r1_1", "passed"), test(acceptance, "failed"))
      const json = yield* Schema.encodeEffect(Schema.fromJsonString(ReportStep.Report))(report)
      const back = yield* Schema.decodeEffect(Schema.fromJsonString(ReportStep.Report))(json)
      assert.deepStrictEqual(back, report)
      assert.strictEqual(ReportStep.toMarkdown(back), ReportStep.toMarkdown(report))
    })
  )

  it.effect("takes a criterion for not met whose tests could not begin", () =>
    Effect.gen(function* () {
      for (const of of ["tests.test_a", "setUpModule (tests.test_a)"]) {
        const { criteria } = yield* reported(test(of, "error"))
        assert.deepStrictEqual(
          criteria.map(({ id, standing, tests }) => [id, standing, tests]),
          ["R1.1", "R1.2", "R2.1", "R2.2"].map((id) => [id, "failed", [of]])
        )
      }
    })
  )

  it.effect("says of each criterion where it comes from, and which files serve it", () =>
    Effect.gen(function* () {
      const { criteria } = yield* reported()
      const [first, second] = criteria
      assert.deepInclude(first, { id: "R1.1", files: ["playlist/songs.py"], tests: [], standing: "untested" })
      assert.strictEqual(first?.sources[0]?.line, 1)
      assert.strictEqual(second?.assumed, "it quotes no document")
    })
  )

  it.effect("tells a person what to decide and what was assumed", () =>
    Effect.gen(function* () {
      const { notes } = yield* reported()
      const texts = (kind: string) => notes.filter((note) => note.kind === kind).map(({ text }) => text)
      assert.deepStrictEqual(texts("question"), requirement.openQuestions)
      assert.deepStrictEqual(texts("contradiction"), ["one / two Assumed: one holds"])
      assert.includeMembers(texts("assumption"), [
        "R1.2: That error is `KeyError` with the title.",
        ...requirement.assumptions,
        ...design.assumptions
      ])
    })
  )

  it.effect("is a text that has all of it", () =>
    Effect.gen(function* () {
      const failed = test("tests.test_a.test_r2_1", "failed")
      const text = ReportStep.toMarkdown(yield* reported(test("tests.test_a.test_r1_1", "passed"), failed))
      const said = [
        "# Playlist: red",
        "2 of 4 tests passed, 1 failed",
        "Of 4 criteria 1 are shown to be met, 1 are not met",
        "✔ R1.1: ",
        "✘ R2.1: ",
        "– R2.2: ",
        "AssertionError: 1 != 2",
        "a file was changed",
        "question: ",
        "playlist/songs.py: Holds songs."
      ]
      for (const part of said) assert.include(text, part)
    })
  )
})
