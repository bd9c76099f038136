import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { JudgementStep } from "@stepwright/steps"
import { Effect } from "effect"
import { asking } from "./support/model.ts"
import { documents, specification } from "./support/playlist.ts"
import { evidence, judgements, quote, right, wrong } from "./support/repair.ts"

const asked = (judgements: JudgementStep.Judgements, of = evidence) =>
  asking(
    Step.run(JudgementStep.step, { documents, specification, evidence: of }),
    JudgementStep.parser.print(judgements)
  )

const [first, second] = judgements

describe("JudgementStep", () => {
  it.effect("takes one judgement of each failure", () =>
    Effect.gen(function* () {
      const { prompt, said } = yield* asked(judgements)
      assert.strictEqual(said, "accepted")
      for (const { detail, test } of evidence.failures) assert.include(prompt, `### ${test}\n${detail}`)
      assert.include(prompt, documents[0].text)
      assert.include(prompt, "R1.2: That error is `KeyError` with the title.")
    })
  )

  it.effect.each([
    [[first!], `there is no judgement of ${right.test}`],
    [[first!, second!, second!], `there is more than one judgement of ${right.test}`],
    [
      [first!, second!, { ...second!, test: "tests.test_other.test_it" }],
      "no test that failed is called tests.test_other"
    ],
    [[{ ...first!, quote: "" }, second!], 'no document says ""'],
    [[{ ...first!, quote: "songs are free" }, second!], 'no document says "songs are free"'],
    [[first!, { ...second!, fault: "specification" }], "the specification of"]
  ] as const)("asks again for %j", ([judgements, detail]) =>
    Effect.gen(function* () {
      assert.include((yield* asked(judgements)).said, detail)
    })
  )

  it.effect("lets a test of what was assumed give way without a sentence, and no other", () =>
    Effect.gen(function* () {
      const assumed = {
        ...evidence,
        failures: [{ ...wrong, file: "tests/test_assumed_songs.py" }, right]
      }
      const said = (first: Partial<JudgementStep.Judgements[number]>) =>
        Effect.map(asked([{ ...judgements[0]!, ...first }, second!], assumed), ({ said }) => said)
      assert.strictEqual(yield* said({ quote: "" }), "accepted")
      assert.include(yield* said({ quote: "songs are free" }), 'no document says "songs are free"')
      assert.include(yield* said({ quote: "", fault: "specification" }), 'no document says ""')
    })
  )

  describe("blamedOn", () => {
    it("gives the failures that are blamed on something, with what is right", () => {
      assert.deepStrictEqual(JudgementStep.blamedOn(["test"], evidence, judgements), [
        { ...wrong, detail: `${wrong.detail}\n\nRight is: x is 2\nThe documents say: ${quote}` }
      ])
      assert.deepStrictEqual(JudgementStep.blamedOn(["code"], evidence, judgements), [
        { ...right, detail: `${right.detail}\n\nRight is: y is to be 1` }
      ])
      assert.deepStrictEqual(JudgementStep.blamedOn(["environment"], evidence, judgements), [])
    })
  })
})
