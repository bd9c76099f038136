import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import {
  type Project,
  RequirementReviewPrompt,
  RequirementReviewStep,
  type RequirementStep,
  TraceStep
} from "@stepwright/steps"
import { Arbitrary, Effect, Result, Schema } from "effect"
import { asking } from "./support/model.ts"
import { documents, requirement, specification } from "./support/playlist.ts"

const { apply, parser } = RequirementReviewStep

const nothing: RequirementReviewStep.RequirementReview = {
  changes: [],
  retired: [],
  requirements: [],
  constraints: requirement.constraints,
  assumptions: requirement.assumptions,
  openQuestions: requirement.openQuestions,
  contradictions: requirement.contradictions
}

const change = (id: string, text = `new ${id}`) => ({ id, text, quotes: [], why: "…" })
const retired = (id: string) => ({ id, why: "…" })

const texts = (requirement: RequirementStep.Requirement) =>
  Object.fromEntries(TraceStep.criteriaOf(requirement).map(({ id, text }) => [id, text]))

const said = (
  changes: Partial<RequirementReviewStep.RequirementReview>,
  specified = specification,
  of: Project.Project["documents"] = documents
) =>
  asking(
    Step.run(RequirementReviewStep.step, { documents: of, samples: [], specification: specified }),
    parser.print({ ...nothing, ...changes })
  )

/** A specification of some criteria for each requirement, and what a review does with each; all that it adds is new. */
const reviews = Arbitrary.schema(
  Schema.Array(
    Schema.Array(Schema.Literals(["keep", "change", "retire", "add"])).check(
      Schema.isMinLength(1),
      Schema.isMaxLength(5)
    )
  ).check(Schema.isMinLength(1), Schema.isMaxLength(4))
).pipe(
  Arbitrary.map((plan) => {
    const all = plan.flatMap((does, i) => does.map((does, j) => ({ does, id: `R${i + 1}.${j + 1}` })))
    const ids = (wanted: string) => all.flatMap(({ does, id }) => (does === wanted ? [id] : []))
    const reviewed: RequirementStep.Requirement = {
      ...requirement,
      requirements: plan.map((does, i) => ({
        id: `R${i + 1}`,
        text: `requirement ${i + 1}`,
        // each has one that nothing happens to
        criteria: [...does.flatMap((does, j) => (does === "add" ? [] : [`R${i + 1}.${j + 1}`])), `R${i + 1}.9`].map(
          (id) => ({ id, text: `old ${id}`, quotes: [] })
        )
      }))
    }
    const review = {
      ...nothing,
      changes: [...ids("change"), ...ids("add")].map((id) => change(id)),
      retired: ids("retire").map(retired)
    }
    return { reviewed, review, ids }
  })
)

describe("RequirementReviewStep", () => {
  describe("apply", () => {
    it.prop(
      "keeps number, words and order of what a review does not touch",
      [reviews],
      ([{ ids, review, reviewed }]) => {
        const touched = new Set([...ids("change"), ...ids("retire"), ...ids("add")])
        const untouched = (requirement: RequirementStep.Requirement) =>
          TraceStep.criteriaOf(requirement).filter(({ id }) => !touched.has(id))
        const result = apply(reviewed, review)
        assert.deepStrictEqual(untouched(result), untouched(reviewed))
        assert.deepStrictEqual(
          result.requirements.map(({ id, text }) => [id, text]),
          reviewed.requirements.map(({ id, text }) => [id, text])
        )
      }
    )

    it.prop("changes, adds and retires what a review names, each id once", [reviews], ([{ ids, review, reviewed }]) => {
      const result = texts(apply(reviewed, review))
      for (const id of [...ids("change"), ...ids("add")]) assert.strictEqual(result[id], `new ${id}`)
      for (const id of ids("retire")) assert.isUndefined(result[id])
      assert.strictEqual(TraceStep.criteriaOf(apply(reviewed, review)).length, Object.keys(result).length)
    })

    it.prop("is done when it is done once", [reviews], ([{ review, reviewed }]) => {
      const once = apply(reviewed, review)
      assert.deepStrictEqual(apply(once, review), once)
      assert.deepStrictEqual(apply(reviewed, nothing), reviewed)
    })

    it("adds a requirement for new criteria, and drops one that none are left of", () => {
      const result = apply(requirement, {
        ...nothing,
        changes: [change("R3.1")],
        retired: [retired("R2.1"), retired("R2.2")],
        requirements: [
          { id: "R3", text: "It forgets." },
          { id: "R4", text: "Nothing stands under it." }
        ]
      })
      assert.deepStrictEqual(
        result.requirements.map(({ criteria, id }) => [id, ...criteria.map(({ id }) => id)]),
        [
          ["R1", "R1.1", "R1.2"],
          ["R3", "R3.1"]
        ]
      )
    })

    it("gives a requirement that is there other words, and keeps its criteria", () => {
      const result = apply(requirement, { ...nothing, requirements: [{ id: "R1", text: "It holds no songs." }] })
      const [first, ...others] = requirement.requirements
      assert.deepStrictEqual(result.requirements, [{ ...first!, text: "It holds no songs." }, ...others])
    })

    it("takes the lists of a review in place of those that were there", () => {
      const contradictions = [{ first: "a", second: "b", assumed: "c" }]
      const lists = { constraints: ["y"], assumptions: ["x"], openQuestions: [], contradictions }
      assert.deepInclude(apply(requirement, { ...nothing, ...lists }), lists)
    })
  })

  describe("step", () => {
    it.effect("takes changes of what is there and of what is new, with a requirement for it", () =>
      Effect.gen(function* () {
        const requirements = [{ id: "R3", text: "It forgets." }]
        const changes = [change("R1.1"), change("R1.3"), change("R3.1")]
        const review = { changes, retired: [retired("R2.2")], requirements }
        assert.strictEqual((yield* said(review)).said, "accepted")
        assert.strictEqual((yield* said({})).said, "accepted")
      })
    )

    const all = TraceStep.criteriaOf(requirement).map(({ id }) => id)

    it.effect.each([
      [{ retired: [retired("R1.7")] }, '"retired" names R1.7, which is no criterion'],
      [{ retired: [retired("R1")] }, '"retired" names R1, which is no criterion'],
      [{ retired: [retired("R1.1")], changes: [change("R1.1")] }, "R1.1 is changed and retired"],
      [{ changes: [change("R3.1")] }, 'R3.1 stands under no requirement: give that under "requirements"'],
      [{ changes: [change("R3.1")], requirements: [{ id: "R4", text: "…" }] }, "R3.1 stands under no requirement"],
      [
        {
          changes: [change("R3.1")],
          requirements: [
            { id: "R3", text: "…" },
            { id: "R3", text: "—" }
          ]
        },
        "the id R3 is used twice"
      ],
      [{ changes: [change("R1.3", "one"), change("R1.3", "another")] }, "R1.3 is changed twice"],
      [{ retired: all.map(retired) }, "nothing is left of the specification"],
      [{ changes: [change("R1.x")] }, "it must be an id such as R1.2"]
    ] as const)("asks again for the review %j", ([review, detail]) =>
      Effect.gen(function* () {
        assert.include((yield* said(review)).said, detail)
      })
    )

    it.effect("is told what code found: quotations that do not hold, passages and guarantees that nobody keeps", () =>
      Effect.gen(function* () {
        const specified = TraceStep.trace(
          {
            ...requirement,
            requirements: [
              {
                id: "R1",
                text: "…",
                criteria: [
                  { id: "R1.1", text: "`total()` is a `sum`.", quotes: ["`total()` says how long"] },
                  { id: "R1.2", text: "It forgets.", quotes: ["it forgets everything"] },
                  { id: "R1.3", text: "Titles are texts.", quotes: [] }
                ]
              }
            ]
          },
          documents
        )
        const { prompt } = yield* said({}, specified)
        assert.include(prompt, "> `total()` says how long\n  (assumed: it says more than it quotes: sum)")
        assert.include(prompt, '> it forgets everything\n  (assumed: no document says "it forgets everything")')
        assert.include(prompt, "R1.3: Titles are texts.\n  (assumed: it quotes no document)")
        const findings = prompt.slice(prompt.indexOf("## Passages"), prompt.indexOf("[OutputFormat]"))
        assert.include(findings, "## Passages that no criterion quotes\n\n- line 1: A class `Playlist`")
        assert.include(findings, "every, all, always: line 1: `total()` says how long all songs play.")
      })
    )

    it.effect("is told the document of what code found, where there are several", () =>
      Effect.gen(function* () {
        const two = [...documents, { path: "More.md", text: "\n\nSongs have no end.\n" }]
        const { prompt } = yield* said({}, TraceStep.trace(requirement, two), two)
        assert.include(prompt, "- More.md:3: Songs have no end.")
      })
    )

    it.effect("is told that code found nothing", () =>
      Effect.gen(function* () {
        const text = "It is an error, and changes nothing."
        const one = {
          ...requirement,
          requirements: [{ id: "R1", text: "…", criteria: [{ id: "R1.1", text, quotes: [text] }] }]
        }
        const only = [{ path: "a.md", text }]
        const { prompt } = yield* said({}, TraceStep.trace(one, only), only)
        assert.match(prompt, /\[Findings\]\n\$start\$\nnothing\n\$end\$/)
      })
    )
  })

  describe("parser", () => {
    it.prop("reads back what it prints", [reviews, Schema.NonEmptyString], ([{ review }, text]) => {
      const printed = { ...review, assumptions: [text], contradictions: [{ first: text, second: text, assumed: text }] }
      assert.deepStrictEqual(Result.getOrThrow(parser.parse(parser.print(printed))), printed)
      assert.isTrue(Result.isSuccess(parser.parse(parser.print(RequirementReviewPrompt.example))))
    })
  })
})
