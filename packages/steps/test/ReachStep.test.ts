import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { DocumentDeltaStep, ReachStep, RequirementReviewStep, SpecificationDeltaStep } from "@stepwright/steps"
import { Effect } from "effect"
import * as project from "./support/change.ts"
import {
  acceptance,
  code,
  design,
  documents,
  requirement,
  sentences,
  specification,
  specificationDelta,
  tests,
  unchanged
} from "./support/change.ts"
import { file, module } from "./support/playlist.ts"

/** The difference that a review makes. */
const delta = (review: Partial<typeof unchanged>) =>
  SpecificationDeltaStep.between(requirement, RequirementReviewStep.apply(requirement, { ...unchanged, ...review }))

const added = (id: string) => ({ id, text: "New.", quotes: [], why: "…" })
const none = { files: [], newFiles: [], isReached: false }
const helper = "tests/songs.py"

describe("ReachStep", () => {
  describe("code", () => {
    const reached = (input: Partial<(typeof ReachStep.code.input)["Type"]>) =>
      Step.run(ReachStep.code, { code, before: design, design, delta: specificationDelta, ...input })

    it.effect("is what serves a criterion that changed", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* reached({}), { files: ["playlist/songs.py"], newFiles: [], isReached: true })
        assert.deepStrictEqual(yield* reached({ delta: delta({}) }), none)
      })
    )

    it.effect("is what served a criterion that is retired, and what the design says something else of", () =>
      Effect.gen(function* () {
        const [songs, times, ...others] = design.modules
        const after = {
          ...design,
          modules: [{ ...songs!, meets: ["R1.1"] }, { ...times!, purpose: "Is another." }, ...others]
        }
        const { files } = yield* reached({ design: after, delta: delta({ retired: [{ id: "R1.2", why: "…" }] }) })
        assert.deepStrictEqual(files, ["playlist/songs.py", "playlist/times.py"])
      })
    )

    it.effect("has new files apart, and none of those that the design does not have any more", () =>
      Effect.gen(function* () {
        const after = {
          ...design,
          modules: [...design.modules.slice(0, -2), module("playlist/new.py", { meets: ["R3"] })],
          files: [...design.files, file("NOTES.md")]
        }
        assert.deepStrictEqual(yield* reached({ design: after, delta: delta({}) }), {
          files: [],
          newFiles: ["playlist/new.py", "NOTES.md"],
          isReached: true
        })
      })
    )

    it.effect("has a module that code writes only where a person wrote in it", () =>
      Effect.gen(function* () {
        const init = "playlist/__init__.py"
        const [last, ...others] = design.modules.toReversed()
        const after = { ...design, modules: [{ ...last!, purpose: "Is another." }, ...others].toReversed() }
        assert.deepStrictEqual((yield* reached({ design: after, delta: delta({}) })).files, [])
        const edited = { ...code, [init]: `${code[init]}VERSION = 1\n` }
        assert.deepStrictEqual((yield* reached({ design: after, delta: delta({}), code: edited })).files, [init])
      })
    )
  })

  describe("tests", () => {
    const reached = (change: Partial<typeof unchanged>, of = tests) =>
      Step.run(ReachStep.tests, { before: design, design, tests: of, delta: delta(change) })

    it.effect("are the files with tests of what changed, and what tests import", () =>
      Effect.gen(function* () {
        const { files } = yield* Step.run(ReachStep.tests, { before: design, design, tests, delta: specificationDelta })
        assert.deepStrictEqual(files, ["tests/test_songs.py", helper])
        assert.deepStrictEqual((yield* reached({ retired: [{ id: "R3.1", why: "…" }] })).files, [
          "tests/test_files.py",
          helper
        ])
      })
    )

    it.effect("are those of the requirement under which a criterion is new, whatever else changed", () =>
      Effect.gen(function* () {
        const change = { changes: [...project.change.review.changes, added("R2.2")] }
        assert.deepStrictEqual((yield* reached(change)).files, ["tests/test_songs.py", "tests/test_times.py", helper])
      })
    )

    it.effect("are those with a name that the project does not offer any more, whatever they check", () =>
      Effect.gen(function* () {
        const [songs, ...others] = design.modules
        const before = {
          ...design,
          modules: [
            { ...songs!, members: [...songs!.members, { signature: "def old(x: int) -> int", behaviour: "…" }] },
            ...others
          ]
        }
        const calling = { path: "tests/test_old.py", content: "def test_r3_1_it():\n    assert old(1) == 2\n" }
        const input = { before, design, tests: [...tests, calling], delta: specificationDelta }
        const { files } = yield* Step.run(ReachStep.tests, input)
        assert.deepStrictEqual(files, ["tests/test_songs.py", helper, calling.path])
      })
    )

    it.effect("are not those of a number that only begins alike", () =>
      Effect.gen(function* () {
        const content = tests[0]!.content
          .replaceAll("test_r1_1_", "test_r1_10_")
          .replaceAll("test_r1_2_", "test_r11_1_")
        const others = [{ path: "tests/test_ten.py", content }, ...tests]
        const change = { changes: [{ ...added("R1.1"), text: "Other." }] }
        assert.deepStrictEqual((yield* reached(change, others)).files, ["tests/test_songs.py", helper])
      })
    )

    it.effect("are asked for also where a new criterion stands alone, and not where nothing changed", () =>
      Effect.gen(function* () {
        const change = { changes: [added("R9.1")], requirements: [{ id: "R9", text: "New." }] }
        assert.deepStrictEqual(yield* reached(change), { files: [helper], newFiles: [], isReached: true })
        assert.deepStrictEqual(yield* reached({}), none)
      })
    )
  })

  describe("acceptance", () => {
    const reached = (edited: typeof documents, of = acceptance, isChanged = true) =>
      Step.run(ReachStep.acceptance, {
        before: design,
        design,
        tests: of,
        documents: edited,
        delta: DocumentDeltaStep.between({ documents, specification }, edited),
        isChanged
      })

    it.effect("are the files with tests that quote what is gone, in part or with what is beside it", () =>
      Effect.gen(function* () {
        const path = "tests/test_acceptance_songs.py"
        assert.deepStrictEqual((yield* reached(project.change.documents)).files, [path])
        for (const quote of ["that is there already is an error", `${sentences.twice} ${sentences.total}`]) {
          const of = acceptance.map((file) => ({ ...file, content: file.content.replace(sentences.twice, quote) }))
          assert.deepStrictEqual((yield* reached(project.change.documents, of)).files, [path], quote)
        }
      })
    )

    it.effect("are also those that quote what is long gone", () =>
      Effect.gen(function* () {
        const of = acceptance.map((file) => ({ ...file, content: file.content.replace(sentences.total, "It lasts.") }))
        const { files } = yield* reached(project.change.documents, of)
        assert.deepStrictEqual(files, ["tests/test_acceptance_songs.py", "tests/test_acceptance_times.py"])
      })
    )

    it.effect("are asked for where a sentence is new, and not where other words ask for the same", () =>
      Effect.gen(function* () {
        const more = [{ path: "PRD.md", text: `${project.text}\n\nSongs have no end.` }]
        assert.deepStrictEqual(yield* reached(more), { files: [], newFiles: [], isReached: true })
        assert.deepStrictEqual(yield* reached(more, acceptance, false), none)
        assert.deepStrictEqual(yield* reached(documents), none)
      })
    )
  })
})
