import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { AcceptanceTestChangeStep, type CodeRepairStep, DocumentDeltaStep, ReachStep } from "@stepwright/steps"
import { Effect } from "effect"
import * as project from "./support/change.ts"
import { acceptance, design, newTime, quoting, sentences, specification } from "./support/change.ts"
import { asking } from "./support/model.ts"

const [songs, times] = acceptance as [Test, Test]
type Test = (typeof acceptance)[number]

const asked = (edits: CodeRepairStep.Repair, documents = project.change.documents, tests = acceptance) =>
  Effect.gen(function* () {
    const delta = DocumentDeltaStep.between({ documents: project.documents, specification }, documents)
    const reach = yield* Step.run(ReachStep.acceptance, {
      before: design,
      design,
      tests,
      documents,
      delta,
      isChanged: true
    })
    const step = Step.run(AcceptanceTestChangeStep.step, { documents, design, samples: [], delta, reach, tests })
    return yield* asking(step, AcceptanceTestChangeStep.parser.print(edits))
  })

const edit = { path: songs.path, search: quoting.twice, replace: quoting.twice.replace(sentences.twice, newTime) }

describe("AcceptanceTestChangeStep", () => {
  it.effect("takes edits of tests that quote what changed, and sees neither the specification nor the code", () =>
    Effect.gen(function* () {
      const { prompt, said } = yield* asked([edit])
      assert.strictEqual(said, "accepted")
      for (const shown of [songs.content, newTime]) assert.include(prompt, shown)
      for (const text of [times.content, "R1.2", project.code["playlist/songs.py"]]) assert.notInclude(prompt, text)
    })
  )

  it.effect("takes tests out of what is gone, and leaves those alone whose words are still there", () =>
    Effect.gen(function* () {
      const gone = project.edited(`${sentences.twice}\n\n`, "")
      assert.strictEqual((yield* asked([{ ...edit, replace: "" }], gone)).said, "accepted")
      const longer = project.edited(sentences.twice, "A title that is there already is an error. It is told.")
      assert.strictEqual((yield* asked([], longer)).said, "accepted")
      const partly = acceptance.map((file) => ({
        ...file,
        content: file.content.replace(sentences.twice, "A title that is there already")
      }))
      assert.strictEqual((yield* asked([], project.change.documents, partly)).said, "accepted")
    })
  )

  it.effect.each([
    [[], "the test test_raises quotes a sentence that the documents do not have any more"],
    [
      [{ ...edit, search: quoting.add }],
      `the test test_adds is gone from "${songs.path}", and what it checks is as it was`
    ],
    [[{ path: times.path, content: "x = 1\n" }], `"${times.path}" is none of the files that the change can reach`],
    [
      [edit, { path: "tests/test_more.py", content: "def test_more():\n    assert 1\n" }],
      "is not of the form tests/test_acceptance_<subject>.py"
    ],
    [[edit, { path: "playlist/songs.py", content: "x = 1\n" }], '"playlist/songs.py" is not below tests/'],
    [[{ ...edit, replace: edit.replace.replace("test_raises", "test_r1_2_raises") }], "names a criterion, and is to"]
  ] as const)("asks again for %j", ([edits, detail]) =>
    Effect.gen(function* () {
      assert.include((yield* asked(edits)).said, detail)
    })
  )
})
