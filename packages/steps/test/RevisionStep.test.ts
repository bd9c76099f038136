import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { RequirementReviewPrompt, RequirementReviewStep, RevisionStep, TraceStep } from "@stepwright/steps"
import { Effect } from "effect"
import { documents, requirement, specification } from "./support/playlist.ts"

const { assumptions, contradictions, openQuestions } = requirement
const nothing = { ...RequirementReviewPrompt.example, changes: [], assumptions, contradictions, openQuestions }

describe("RevisionStep", () => {
  it.effect("is the specification with the changes in it, traced to the documents anew", () =>
    Effect.gen(function* () {
      const lost = {
        ...requirement,
        requirements: [
          {
            id: "R1",
            text: "…",
            criteria: [{ id: "R1.1", text: "`total()` says how long songs play.", quotes: ["`total()` says how long"] }]
          }
        ]
      }
      const before = TraceStep.trace(lost, documents)
      assert.deepStrictEqual(
        before.weakened.map(({ guarantee }) => guarantee),
        ["every, all, always"]
      )
      const text = "`total()` says how long all songs play."
      const review = { ...nothing, changes: [{ id: "R1.1", text, quotes: [text], why: "all was lost" }] }
      const revised = yield* Step.run(RevisionStep.step, { documents, specification: before, review })
      assert.strictEqual(revised.requirement.requirements[0]!.criteria[0]!.text, text)
      assert.deepStrictEqual(revised.weakened, [])
      assert.deepStrictEqual(revised, TraceStep.trace(RequirementReviewStep.apply(lost, review), documents))
    })
  )

  it.effect("changes nothing where the review has nothing to say", () =>
    Effect.gen(function* () {
      const revised = yield* Step.run(RevisionStep.step, { documents, specification, review: nothing })
      assert.deepStrictEqual(revised, specification)
    })
  )

  it.effect("takes a new criterion without a source for assumed", () =>
    Effect.gen(function* () {
      const changes = [{ id: "R1.3", text: "A title is text.", quotes: [], why: "…" }]
      const revised = yield* Step.run(RevisionStep.step, { documents, specification, review: { ...nothing, changes } })
      assert.isTrue(TraceStep.isAssumed(revised, "R1.3"))
      assert.strictEqual(TraceStep.isAssumed(revised, "R1.1"), TraceStep.isAssumed(specification, "R1.1"))
    })
  )
})
