import { assert, describe, it } from "@effect/vitest"
import { ParserLaws } from "@stepwright/core/testing"
import { RequirementPrompt, RequirementStep } from "@stepwright/steps"
import { Arbitrary, Result, Schema } from "effect"
import { conforms } from "../../../test/support/conformance.ts"

const { example } = RequirementPrompt
const { parser } = RequirementStep
const decode = Schema.decodeUnknownResult(RequirementStep.Requirement)

const refusal = (requirements: ReadonlyArray<RequirementStep.FunctionalRequirement>) => {
  const decoded = decode({ ...example, requirements })
  return Result.isFailure(decoded) ? decoded.failure.message : "accepted"
}
const requirement = (id: string, ...criteria: ReadonlyArray<string>) => ({
  id,
  text: "…",
  criteria: criteria.map((id) => ({ id, text: "…", quotes: [] }))
})

describe("RequirementStep", () => {
  describe("Requirement", () => {
    it("is numbered: each id once, a criterion under its requirement", () => {
      assert.strictEqual(refusal([requirement("R1", "R1.1", "R1.2"), requirement("R2", "R2.1")]), "accepted")
      assert.include(refusal([requirement("R1", "R1.1"), requirement("R1", "R1.2")]), "the id R1 is used twice")
      assert.include(refusal([requirement("R1", "R1.1", "R1.1")]), "the id R1.1 is used twice")
      assert.include(refusal([requirement("R1", "R2.1")]), "the criterion R2.1 stands under R1")
      assert.include(refusal([requirement("R1", "R11.1")]), "the criterion R11.1 stands under R1")
      assert.notStrictEqual(refusal([requirement("1", "1.1")]), "accepted")
      assert.notStrictEqual(refusal([requirement("R1")]), "accepted")
      for (const id of ["R1.0", "R1.01", "R1.1.1", "R1.x", "1.1"]) {
        assert.notStrictEqual(refusal([requirement("R1", id)]), "accepted", id)
      }
    })
  })

  describe("toMarkdown", () => {
    const texts = Schema.Array(Schema.String.check(Schema.isMinLength(1)))
    const arbitrary = Arbitrary.schema(
      Schema.Struct({ title: Schema.String, summary: Schema.String, texts, constraints: texts, openQuestions: texts })
    )

    it.prop("has every text and every number in it", [arbitrary], ([{ texts, ...rest }]) => {
      const requirements = texts.map((text, i) => ({
        id: `R${i + 1}`,
        text,
        criteria: [{ id: `R${i + 1}.1`, text: `${text}!`, quotes: [] }]
      }))
      const contradictions = texts.map((text) => ({ first: `${text}1`, second: `${text}2`, assumed: `${text}3` }))
      const markdown = RequirementStep.toMarkdown({ ...rest, requirements, assumptions: texts, contradictions })
      // further lines of an item are indented
      const flat = (text: string) => text.replaceAll(" ", "")
      const all = [rest.title, rest.summary, ...texts, ...rest.constraints, ...rest.openQuestions]
      const numbers = requirements.flatMap(({ criteria, id }) => [`${id}: `, `${criteria[0]!.id}: `])
      for (const text of [...all, ...numbers, ...contradictions.flatMap((each) => Object.values(each))]) {
        assert.include(flat(markdown), flat(text))
      }
    })

    it("leaves out a heading with nothing below it", () => {
      assert.notInclude(RequirementStep.toMarkdown({ ...example, constraints: [] }), "Constraints")
      assert.include(RequirementStep.toMarkdown({ ...example, constraints: ["only on Tuesdays"] }), "## Constraints")
    })

    it("says of a criterion what is remarked of it, and of no other", () => {
      const text = RequirementStep.toMarkdown(example, (id) => (id === "R1.2" ? " (assumed)" : ""))
      assert.deepStrictEqual(
        text.split("\n").filter((line) => line.endsWith(" (assumed)")),
        ["- R1.2: That error is `KeyError` with the title. (assumed)"]
      )
    })
  })

  describe("parser", () => {
    const Criteria = Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1), Schema.isMaxLength(3))
    const texts = Schema.Array(Schema.NonEmptyString)

    const values = Arbitrary.map(
      Arbitrary.schema(
        Schema.Struct({ title: Schema.NonEmptyString, criteria: Schema.NonEmptyArray(Criteria), texts })
      ),
      ({ criteria, texts, title }) =>
        Schema.decodeUnknownSync(RequirementStep.Requirement)({
          title,
          summary: title,
          requirements: criteria.map((criteria, i) => ({
            id: `R${i + 1}`,
            text: title,
            criteria: criteria.map((text, j) => ({ id: `R${i + 1}.${j + 1}`, text, quotes: texts }))
          })),
          constraints: texts,
          assumptions: [],
          openQuestions: texts,
          contradictions: texts.map((text) => ({ first: text, second: title, assumed: text }))
        })
    )
    conforms(ParserLaws.suite(parser, { output: RequirementStep.Requirement, values, runs: 200 }))
  })
})
