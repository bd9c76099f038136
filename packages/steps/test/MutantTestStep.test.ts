import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { MutantTestStep } from "@stepwright/steps"
import { Effect } from "effect"
import { asking } from "./support/model.ts"
import { design, specification } from "./support/playlist.ts"

const input: typeof MutantTestStep.Input.Type = {
  specification,
  design,
  samples: [],
  taken: ["playlist/songs.py", "tests/test_songs.py"],
  survivors: [
    {
      path: "playlist/songs.py",
      line: 7,
      within: "",
      operator: "number",
      before: "LIMIT = 3",
      after: "LIMIT = 4",
      isNoticed: false
    }
  ]
}

const said = (path: string, content: string) =>
  Effect.map(
    asking(Step.run(MutantTestStep.step, input), MutantTestStep.parser.print([{ path, content }])),
    ({ said }) => said
  )

describe("MutantTestStep", () => {
  it.effect("takes tests of criteria in new files, or none", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* said("tests/test_length.py", "def test_r1_1_x(): assert 1\n"), "accepted")
      const { prompt, said: none } = yield* asking(Step.run(MutantTestStep.step, input), "(none)")
      assert.strictEqual(none, "accepted")
      assert.include(prompt, "- playlist/songs.py, line 7\n  LIMIT = 3\n  LIMIT = 4")
    })
  )

  it.effect.each([
    ["tests/test_songs.py", "def test_r1_1_x(): assert 1\n", "is there already"],
    ["tests/Test_Songs.py", "def test_r1_1_x(): assert 1\n", "is not of the form"],
    ["playlist/more.py", "x = 1\n", "is not of the form tests/test_<subject>.py"],
    ["tests/test_length.py", "def test_x(): assert 1\n", "does not name its criterion"],
    ["tests/test_length.py", "def test_r9_9_x(): assert 1\n", "which is no criterion"],
    ["tests/test_length.py", "def test_r1_2_x(): assert 1\n", "R1.2 is assumed"]
  ] as const)("refuses %s with %s", ([path, content, fault]) =>
    Effect.gen(function* () {
      assert.include(yield* said(path, content), fault)
    })
  )
})
