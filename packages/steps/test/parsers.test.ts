import { assert, describe, it } from "@effect/vitest"
import {
  ArchitectureDesign,
  ArchitectureDesignStep,
  ImplementationStep,
  Requirement,
  RequirementStep,
  TestGenerationStep
} from "@stepwright/steps"
import { Result, Schema } from "effect"

const runs = { arbitrary: { runs: 200 } }
const texts = Schema.Array(Schema.NonEmptyString)
const Criteria = Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1), Schema.isMaxLength(3))
const Content = Schema.Array(
  Schema.Union([Schema.String, Schema.Literals(["\n", "```", "````python", "### File: `a.py`", "\r\n", " "])])
)

// what task-breakdown prints is read back in TaskBreakdownStep.test.ts
describe("a step's parser", () => {
  it.prop(
    "reads back the requirements that it prints",
    [Schema.Struct({ title: Schema.NonEmptyString, criteria: Schema.NonEmptyArray(Criteria), texts })],
    ([{ criteria, texts, title }]) => {
      const requirement = Schema.decodeUnknownSync(Requirement.Requirement)({
        title,
        summary: title,
        requirements: criteria.map((criteria, i) => ({
          id: `R${i + 1}`,
          text: title,
          criteria: criteria.map((text, j) => ({ id: `R${i + 1}.${j + 1}`, text }))
        })),
        constraints: texts,
        assumptions: [],
        openQuestions: texts
      })
      const { parser } = RequirementStep
      assert.deepStrictEqual(Result.getOrThrow(parser.parse(parser.print(requirement))), requirement)
    },
    runs
  )

  it.prop(
    "reads back the designs that it prints",
    [Schema.Struct({ name: Schema.NonEmptyString, purposes: Schema.NonEmptyArray(Schema.NonEmptyString), texts })],
    ([{ name, purposes, texts }]) => {
      const design = Schema.decodeUnknownSync(ArchitectureDesign.ArchitectureDesign)({
        package: name,
        modules: purposes.map((purpose, i) => ({
          path: `p/m${i}.py`,
          purpose,
          members: texts.map((text) => ({ signature: text, behaviour: purpose })),
          imports: i === 0 ? [] : ["p/m0.py"],
          meets: texts
        })),
        decisions: texts,
        assumptions: texts
      })
      const { parser } = ArchitectureDesignStep
      assert.deepStrictEqual(Result.getOrThrow(parser.parse(parser.print(design))), design)
    },
    runs
  )

  it.prop(
    "reads back the code and the tests that it prints",
    [Schema.NonEmptyArray(Content)],
    ([contents]) => {
      const [first, ...others] = contents.map((parts) => parts.join(""))
      const code = ImplementationStep.parser
      assert.strictEqual(Result.getOrThrow(code.parse(code.print(first!))), first)
      const files = [first!, ...others].map((content, i) => ({ path: `tests/test_${i}.py`, content }))
      const tests = TestGenerationStep.parser
      assert.deepStrictEqual(Result.getOrThrow(tests.parse(tests.print(files))), files)
    },
    runs
  )
})
