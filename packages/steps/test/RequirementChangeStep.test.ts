import { assert, describe, it } from "@effect/vitest"
import { DocumentDeltaStep, RequirementReviewStep, TraceStep } from "@stepwright/steps"
import { Effect } from "effect"
import * as project from "./support/change.ts"
import { askedForRequirement, newTime, requirement, sentences, specification, unchanged } from "./support/change.ts"

const [change] = project.change.review.changes
const changing = (...changes: typeof unchanged.changes) => ({ ...unchanged, changes })
const retiring = (id: string) => ({ ...unchanged, retired: [{ id, why: "…" }] })
const reworded = (id: string, text: string, ...quotes: ReadonlyArray<string>) => ({ id, text, quotes, why: "…" })

/** The same for documents with another edit. */
const of = (documents: typeof project.documents) => ({
  documents,
  delta: DocumentDeltaStep.between({ documents: project.documents, specification }, documents)
})

describe("RequirementChangeStep", () => {
  it.effect("takes new words of a criterion whose passage changed, what is new, and what is retired", () =>
    Effect.gen(function* () {
      const { prompt, said } = yield* askedForRequirement(project.change.review)
      assert.strictEqual(said, "accepted")
      assert.include(prompt, `- before: ${sentences.twice}\n- now: ${newTime}`)
      assert.include(prompt, `R1.2: ${sentences.twice}\n  > ${sentences.twice}`)
      const added = changing(change!, reworded("R1.3", "It is told.", newTime))
      assert.strictEqual((yield* askedForRequirement(added)).said, "accepted")
      assert.strictEqual((yield* askedForRequirement(retiring("R1.2"))).said, "accepted")
    })
  )

  it.effect("takes new quotations of a criterion that keeps its words", () =>
    Effect.gen(function* () {
      const edit = of(project.edited(sentences.twice, "It is an error if a title is there already."))
      const same = reworded("R1.2", sentences.twice, "It is an error if a title is there already.")
      assert.strictEqual((yield* askedForRequirement(changing(same), edit)).said, "accepted")
    })
  )

  it.effect("takes new words of another criterion that quotes what changed, over several sentences too", () =>
    Effect.gen(function* () {
      for (const quote of [newTime, `${newTime} ${sentences.total}`]) {
        const other = reworded("R2.1", "`total()` counts new times.", quote)
        assert.strictEqual((yield* askedForRequirement(changing(change!, other))).said, "accepted")
      }
    })
  )

  it.effect("takes quotations of code that changed, whatever is in it", () =>
    Effect.gen(function* () {
      const block = "```\n# one\n\n| 3 |\n```"
      const edit = of(project.edited(sentences.twice, `${sentences.twice}\n\n${block}`))
      const other = reworded("R2.1", "It prints three lines.", "# one\n\n| 3 |")
      assert.strictEqual((yield* askedForRequirement(changing(other), edit)).said, "accepted")
    })
  )

  it.effect.each([
    [retiring("R2.1"), "R2.1 is retired, and the passages that it quotes are as they were"],
    [changing(change!, reworded("R2.1", "Other words.", sentences.total)), "R2.1 gets other words, and neither it"],
    [changing(reworded("R9.1", "…")), "R9.1 stands under no requirement"],
    [unchanged, `R1.2 quotes "${sentences.twice}", which the documents do not say any more`]
  ] as const)("asks again for %j", ([review, detail]) =>
    Effect.gen(function* () {
      assert.include((yield* askedForRequirement(review)).said, detail)
    })
  )

  it.effect("lets go of what was assumed, and of nothing that still is where it was", () =>
    Effect.gen(function* () {
      const assumed = RequirementReviewStep.apply(requirement, changing(reworded("R2.2", "Times are whole.")))
      const specified = TraceStep.trace(assumed, project.documents)
      const review = { ...project.change.review, retired: [{ id: "R2.2", why: "…" }] }
      assert.strictEqual((yield* askedForRequirement(review, { specification: specified })).said, "accepted")
      const moved = of([{ path: "PRD.md", text: Object.values(sentences).toReversed().join("\n\n") }])
      assert.strictEqual((yield* askedForRequirement(unchanged, moved)).said, "accepted")
    })
  )

  it.effect("leaves a criterion alone whose sentence changed, and says what it quotes still", () =>
    Effect.gen(function* () {
      const edit = of(project.edited(sentences.add, "`add(title, seconds)` adds a song, at the end."))
      const partly = RequirementReviewStep.apply(
        requirement,
        changing(reworded("R1.1", "`add` adds a song.", "`add(title, seconds)` adds a song"))
      )
      const specified = TraceStep.trace(partly, project.documents)
      const input = { ...of(edit.documents), specification: specified }
      assert.strictEqual((yield* askedForRequirement(unchanged, input)).said, "accepted")
    })
  )
})
