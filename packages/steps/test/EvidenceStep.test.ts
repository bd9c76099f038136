import { assert, describe, it } from "@effect/vitest"
import { Step, type TestRunner } from "@stepwright/core"
import { type Attempt, EvidenceStep } from "@stepwright/steps"
import { Effect } from "effect"
import { design as playlist, module, specification } from "./support/playlist.ts"
import { acceptance, code, tests } from "./support/repair.ts"
import { evaluating, unavailable } from "./support/sandbox.ts"

const design = {
  ...playlist,
  modules: [module("playlist/songs.py", { meets: ["R1"] }), module("playlist/other.py", { meets: ["R2.1"] })]
}

const counts = { run: 0, passed: 0, failed: 0, errors: 0, skipped: 0, expectedFailures: 0, unsupported: 0 }

type Result = readonly [outcome: TestRunner.Outcome, test: string, detail?: string]

const gathered = (
  results: ReadonlyArray<Result>,
  more: Partial<Attempt.Attempt["verification"]> = {},
  evaluate: Parameters<typeof evaluating>[0] = () => Effect.fail(unavailable("no Python")),
  written: Attempt.Attempt["tests"] = tests
) => {
  const attempt = {
    specification,
    code: { ...code, "data/a.csv": "1\n" },
    tests: written,
    acceptance,
    verification: {
      outcome: "red" as const,
      counts,
      doubts: [],
      tests: results.map(([outcome, test, detail = "…"]) => ({ outcome, test, detail, asserts: true })),
      ...more
    }
  }
  const samples = [{ path: "data/a.csv", text: "1\n" }]
  return Effect.provide(Step.run(EvidenceStep.step, { attempt, design, samples }), evaluating(evaluate))
}

const named = "tests.test_songs.ATest.test_r1_1_wrong"

describe("EvidenceStep", () => {
  it.effect("names each test that failed, with its file and the criterion that it names", () =>
    Effect.gen(function* () {
      const { failures } = yield* gathered([
        ["failed", named, "AssertionError"],
        ["passed", "tests.test_songs.ATest.test_r2_1_passes"],
        ["skipped", "tests.test_songs.ATest.test_r1_2_right"],
        ["error", "tests.test_acceptance.test_it", "NameError"]
      ])
      assert.deepStrictEqual(failures, [
        { test: named, file: "tests/test_songs.py", criterion: "R1.1", detail: "AssertionError" },
        { test: "tests.test_acceptance.test_it", file: "tests/test_acceptance.py", detail: "NameError" }
      ])
    })
  )

  it.effect("names the file of tests that could not be imported, or set up", () =>
    Effect.gen(function* () {
      const of = ["tests.test_songs", "setUpClass (tests.test_songs.ATest)", "setUpModule (tests.test_songs)"]
      const { failures, tests: shown } = yield* gathered(of.map((test) => ["error", test]))
      assert.deepStrictEqual(
        failures.map(({ file, test }) => [test, file]),
        of.map((test) => [test, "tests/test_songs.py"])
      )
      assert.deepStrictEqual(Object.keys(shown), ["tests/test_songs.py"])
      const { failures: others } = yield* gathered([["error", "tests.test_songs_of_others"]])
      assert.deepStrictEqual(others[0]?.file, "")
    })
  )

  it.effect("shows the code that serves the criterion, or that the failure names, and else all but the samples", () =>
    Effect.gen(function* () {
      const paths = (...results: ReadonlyArray<Result>) =>
        Effect.map(gathered(results), ({ code }) => Object.keys(code).toSorted())
      assert.deepStrictEqual(yield* paths(["failed", named]), ["playlist/songs.py"])
      assert.deepStrictEqual(yield* paths(["failed", named, 'File "playlist/other.py", line 1']), [
        "playlist/other.py",
        "playlist/songs.py"
      ])
      assert.deepStrictEqual(yield* paths(["error", "tests.test_acceptance.test_it"]), [
        "playlist/other.py",
        "playlist/songs.py"
      ])
    })
  )

  it.effect(
    "shows the tests that failed without those that passed, or their whole files where there is no sandbox",
    () =>
      Effect.gen(function* () {
        const file = "tests/test_songs.py"
        assert.deepStrictEqual((yield* gathered([["failed", named]])).tests, { [file]: tests[0]!.content })
        const asked: Array<unknown> = []
        const reduced = yield* gathered([["failed", named]], {}, (_, input) => {
          asked.push(input)
          return Effect.succeed({ [file]: "less" })
        })
        assert.deepStrictEqual(reduced.tests, { [file]: "less" })
        assert.deepStrictEqual(asked, [{ files: { [file]: tests[0]!.content }, names: ["test_r1_1_wrong"] }])
      })
  )

  it.effect("tells what speaks against the verdict, and the limit that was gone over, as failures of the run", () =>
    Effect.gen(function* () {
      const noVerdict = { reason: "TimedOut", detail: "after 60 s" } as const
      const { failures } = yield* gathered([], { doubts: ["unittest was replaced"], noVerdict })
      assert.deepStrictEqual(
        failures.map(({ detail, file, test }) => [test, file, detail]),
        [
          ["the run of the tests", "", "unittest was replaced"],
          ["the run of the tests", "", "TimedOut: after 60 s"]
        ]
      )
    })
  )

  it.effect("knows a case of pytest by its function, whatever its parameters hold", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const { failures } = yield* gathered([["failed", `${named}[a.b] c]`]], {}, (_, input) => {
        asked.push(input)
        return Effect.succeed({})
      })
      assert.deepInclude(failures[0], { test: `${named}[a.b] c]`, file: "tests/test_songs.py", criterion: "R1.1" })
      assert.deepInclude(asked[0], { names: ["test_r1_1_wrong"] })
    })
  )

  it.effect("shows what tests that failed import of other files of tests", () =>
    Effect.gen(function* () {
      const helper = { path: "tests/support.py", content: "def made(): ...\n" }
      const other = { path: "tests/other.py", content: "x = 1\n" }
      const [file] = tests
      const using = { ...file!, content: `from tests.support import made\n${file!.content}` }
      const { tests: shown } = yield* gathered([["failed", named]], {}, undefined, [using, helper, other])
      assert.deepStrictEqual(shown, { [using.path]: using.content, [helper.path]: helper.content })
    })
  )

  it.effect("looks at twenty failures at most, and at both ends of what each told", () =>
    Effect.gen(function* () {
      const detail = `The beginning ${"x".repeat(5000)} the end`
      const { failures } = yield* gathered(Array.from({ length: 50 }, (_, i) => ["failed", `tests.t${i}`, detail]))
      assert.strictEqual(failures.length, 20)
      assert.isAtMost(failures[0]!.detail.length, 1500)
      assert.match(failures[0]!.detail, /^The beginning [^]*\n…\n[^]* the end$/)
    })
  )
})
