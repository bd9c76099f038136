import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { CodeRepairStep } from "@stepwright/steps"
import { Effect } from "effect"
import { asking } from "./support/model.ts"
import { specification } from "./support/playlist.ts"
import { code, evidence, judgements, right, wrong } from "./support/repair.ts"

const asked = (...repair: CodeRepairStep.Repair) =>
  asking(
    Step.run(CodeRepairStep.step, { specification, evidence, judgements, code }),
    CodeRepairStep.parser.print(repair)
  )

const path = "playlist/songs.py"

describe("CodeRepairStep", () => {
  it.effect("takes edits of files that are shown, and new files", () =>
    Effect.gen(function* () {
      const { prompt, said } = yield* asked(
        { path, search: "x = 1\n", replace: "x = 0\n" },
        { path: "playlist/new.py", content: "w = 4\n" }
      )
      assert.strictEqual(said, "accepted")
      assert.include(prompt, right.test)
      // what is no fault of the code is not to be mended there
      assert.notInclude(prompt, wrong.detail)
      assert.notInclude(prompt, "z = 3")
    })
  )

  it.effect.each([
    [{ path: "playlist/other.py", content: "z = 0\n" }, '"playlist/other.py" is none of the files that are shown'],
    [{ path: "tests/test_songs.py", content: "x = 1\n" }, '"tests/test_songs.py" is a test: only code is mended'],
    [{ path, search: "x = 7\n", replace: "x = 0\n" }, "x = 7"],
    [{ path, content: code[path] }, "the edits change nothing"]
  ] as const)("asks again for %j", ([edit, detail]) =>
    Effect.gen(function* () {
      assert.include((yield* asked(edit)).said, detail)
    })
  )
})
