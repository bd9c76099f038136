import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { RequirementReviewStep, SpecificationDeltaStep } from "@stepwright/steps"
import { Arbitrary, Effect, Schema } from "effect"
import { requirement, unchanged } from "./support/change.ts"

const { apply } = RequirementReviewStep

const ids = ["R1.1", "R1.2", "R2.1", "R3.1"]

/** What becomes of each criterion, and how many come. */
const reviews = Arbitrary.schema(
  Schema.Struct({
    does: Schema.Array(Schema.Literals(["keep", "reword", "retire"])).check(
      Schema.isMinLength(4),
      Schema.isMaxLength(4)
    ),
    added: Schema.Literals([0, 1, 2])
  })
).pipe(
  Arbitrary.map(({ added, does }) => {
    const of = (wanted: string) => ids.filter((_, i) => does[i] === wanted)
    const came = Array.from({ length: added }, (_, i) => `R4.${i + 1}`)
    const change = (id: string) => ({ id, text: `new ${id}`, quotes: [], why: "…" })
    return {
      changed: of("reword"),
      retired: of("retire"),
      came,
      review: {
        ...unchanged,
        changes: [...of("reword"), ...came].map(change),
        retired: of("retire").map((id) => ({ id, why: "…" })),
        requirements: [{ id: "R4", text: "It is new." }]
      }
    }
  })
)

const idsOf = (criteria: ReadonlyArray<{ readonly id: string }>) => criteria.map(({ id }) => id)

describe("SpecificationDeltaStep", () => {
  describe("between", () => {
    it.prop("of a specification with itself is empty", [reviews], ([{ review }]) => {
      const specified = apply(requirement, review)
      assert.deepStrictEqual(SpecificationDeltaStep.between(specified, specified), {
        changed: [],
        added: [],
        retired: [],
        constraints: { added: [], retired: [] },
        touched: [],
        isChanged: false,
        text: ""
      })
    })

    it.prop(
      "has what was changed, added and retired, and nothing else",
      [reviews],
      ([{ came, changed, retired, review }]) => {
        const delta = SpecificationDeltaStep.between(requirement, apply(requirement, review))
        assert.deepStrictEqual(
          [idsOf(delta.changed), idsOf(delta.added), idsOf(delta.retired)],
          [changed, came, retired]
        )
        assert.deepStrictEqual(delta.touched, [...changed, ...came, ...retired])
        assert.strictEqual(delta.isChanged, delta.touched.length > 0)
        for (const id of [...changed, ...came]) assert.include(delta.text, `${id}: new ${id}`)
      }
    )

    it("is turned round where the specifications are", () => {
      const after = apply(requirement, { ...unchanged, retired: [{ id: "R3.1", why: "…" }] })
      const { added, retired } = SpecificationDeltaStep.between(requirement, after)
      const back = SpecificationDeltaStep.between(after, requirement)
      assert.deepStrictEqual([back.added, back.retired], [retired, added])
    })

    it("has nothing of other quotations, of a requirement's words, and of what was assumed", () => {
      const [first, ...others] = requirement.requirements
      const reworded = {
        ...requirement,
        assumptions: ["Titles are texts."],
        requirements: [
          { ...first!, text: "Other words.", criteria: first!.criteria.map((one) => ({ ...one, quotes: [] })) },
          ...others
        ]
      }
      assert.isFalse(SpecificationDeltaStep.between(requirement, reworded).isChanged)
    })

    it("touches all criteria by a constraint that is not as it was, those that came and went too", () => {
      const after = apply(requirement, {
        ...unchanged,
        changes: [{ id: "R1.3", text: "New.", quotes: [], why: "…" }],
        retired: [{ id: "R3.1", why: "…" }],
        constraints: ["Python 3.13."]
      })
      const { constraints, text, touched } = SpecificationDeltaStep.between(requirement, after)
      assert.deepStrictEqual(constraints, { added: ["Python 3.13."], retired: ["Standard library only."] })
      assert.sameMembers([...touched], [...ids, "R1.3"])
      assert.include(text, "## New\n\n- R1.3: New.\n- Python 3.13.")
      assert.include(text, "## No longer wanted\n\n- R3.1: ")
    })
  })

  it.effect("is a step that asks nobody", () =>
    Effect.gen(function* () {
      const delta = yield* Step.run(SpecificationDeltaStep.step, { before: requirement, after: requirement })
      assert.isFalse(delta.isChanged)
    })
  )
})
