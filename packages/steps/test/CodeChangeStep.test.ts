import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { CodeChangeStep, type CodeRepairStep } from "@stepwright/steps"
import { Effect } from "effect"
import * as project from "./support/change.ts"
import { code, design, specificationDelta } from "./support/change.ts"
import { asking } from "./support/model.ts"

const path = "playlist/songs.py"
const edit = { path, search: "    raise KeyError(title)\n", replace: "    return None\n" }
const added = { path: "playlist/new.py", content: "x = 1\n" }

const asked = (edits: CodeRepairStep.Repair, newFiles: ReadonlyArray<string> = []) =>
  asking(
    Step.run(CodeChangeStep.step, {
      specification: project.changed,
      design,
      delta: specificationDelta,
      reach: { files: [path], newFiles, isReached: true },
      code
    }),
    CodeChangeStep.parser.print(edits)
  )

describe("CodeChangeStep", () => {
  it.effect("takes edits of files that the change can reach, of which alone it is shown the text", () =>
    Effect.gen(function* () {
      const { prompt, said } = yield* asked([edit])
      assert.strictEqual(said, "accepted")
      assert.include(prompt, code[path])
      assert.notInclude(prompt, code["playlist/times.py"])
      assert.include(prompt, specificationDelta.text)
    })
  )

  it.effect("takes new files that are asked for, and no edit where the code does it already", () =>
    Effect.gen(function* () {
      const { prompt, said } = yield* asked([added], [added.path])
      assert.strictEqual(said, "accepted")
      assert.include(prompt, `- ${added.path}`)
      assert.strictEqual((yield* asked([])).said, "accepted")
    })
  )

  it.effect.each([
    [[{ path: "playlist/times.py", content: "x = 1\n" }], [], '"playlist/times.py" is none of the files'],
    [[{ path: "tests/test_songs.py", content: "x = 1\n" }], [], '"tests/test_songs.py" is none of the files'],
    [[added], [], '"playlist/new.py" is none of the files'],
    [[edit], [added.path], 'the new file "playlist/new.py" is not there'],
    [[{ ...edit, search: "raise ValueError\n" }], [], "the text to replace is not there"]
  ] as const)("asks again for %j", ([edits, newFiles, detail]) =>
    Effect.gen(function* () {
      assert.include((yield* asked(edits, newFiles)).said, detail)
    })
  )
})
