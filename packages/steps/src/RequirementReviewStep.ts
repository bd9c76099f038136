import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { print, Project } from "./Project.ts"
import * as markdown from "./internal/markdown.ts"
import { text, texts } from "./internal/text.ts"
import * as RequirementReviewPrompt from "./RequirementReviewPrompt.ts"
import {
  Contradiction,
  Criterion,
  type FunctionalRequirement,
  numbering,
  type Requirement,
  toMarkdown
} from "./RequirementStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import { type Source, Specification } from "./TraceStep.ts"

/** What is wrong in a specification, as changes that mend it. */
export class RequirementReview extends Schema.Opaque<RequirementReview>()(
  Schema.Struct({
    changes: Schema.Array(
      Schema.Struct({ ...Criterion.fields, why: text("what was lost, weakened or invented") })
    ).annotate({
      description: "criteria in their new wording; an id that is new adds one"
    }),
    retired: Schema.Array(
      Schema.Struct({ id: text("a criterion that no document asks for"), why: text("why it goes") })
    ),
    requirements: Schema.Array(
      Schema.Struct({ id: text("the next free id"), text: text("what the software must do") })
    ).annotate({
      description: "requirements that only new criteria stand under"
    }),
    constraints: texts("the whole list as it is to be, not only what is new"),
    assumptions: texts("the whole list as it is to be"),
    openQuestions: texts("the whole list as it is to be"),
    contradictions: Schema.Array(Contradiction).annotate({ description: "the whole list as it is to be" })
  })
) {}

/** A specification with the changes of a review in it; whatever is not changed keeps its number and its words. */
export const apply = (requirement: Requirement, review: RequirementReview): Requirement => {
  const retired = new Set(review.retired.map(({ id }) => id))
  const changed = new Map(review.changes.map(({ why: _, ...criterion }) => [criterion.id, criterion]))
  const known = new Set(requirement.requirements.flatMap(({ criteria }) => criteria.map(({ id }) => id)))
  const added = [...changed.values()].filter(({ id }) => !known.has(id))
  const words = new Map(review.requirements.map(({ id, text }) => [id, text]))
  const isThere = (id: string) => requirement.requirements.some((one) => one.id === id)
  const requirements: ReadonlyArray<FunctionalRequirement> = [
    ...requirement.requirements.map((one) => ({ ...one, text: words.get(one.id) ?? one.text })),
    ...review.requirements.filter(({ id }) => !isThere(id)).map((one) => ({ ...one, criteria: [] }))
  ]
  return {
    ...requirement,
    requirements: requirements
      .map(({ criteria, ...own }) => ({
        ...own,
        criteria: [
          ...criteria.filter(({ id }) => !retired.has(id)).map((criterion) => changed.get(criterion.id) ?? criterion),
          ...added.filter(({ id }) => id.startsWith(`${own.id}.`))
        ]
      }))
      .filter(({ criteria }) => criteria.length > 0),
    constraints: review.constraints,
    assumptions: review.assumptions,
    openQuestions: review.openQuestions,
    contradictions: review.contradictions
  }
}

/** Why a review cannot be put into the specification that it is of, if it cannot. */
export const problem = (requirement: Requirement, review: RequirementReview): string | undefined => {
  const known = new Set(requirement.requirements.flatMap(({ criteria }) => criteria.map(({ id }) => id)))
  const stray = review.retired.find(({ id }) => !known.has(id))
  if (stray !== undefined) return `"retired" names ${stray.id}, which is no criterion of the specification`
  const both = review.retired.find(({ id }) => review.changes.some((change) => change.id === id))
  if (both !== undefined) return `${both.id} is changed and retired`
  const ids = review.changes.map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) return `${twice} is changed twice`
  const result = apply(requirement, review)
  const there = new Set(result.requirements.flatMap(({ criteria }) => criteria.map(({ id }) => id)))
  const lost = review.changes.find(({ id }) => !there.has(id))
  if (lost !== undefined) return `${lost.id} stands under no requirement: give that under "requirements"`
  return result.requirements.length === 0 ? "nothing is left of the specification" : numbering(result.requirements)
}

/** The specification with what each criterion quotes, and why it counts as assumed. */
export const quoted = ({ requirement, traces }: Specification): string => {
  const criteria = new Map(requirement.requirements.flatMap(({ criteria }) => criteria.map((one) => [one.id, one])))
  return toMarkdown(requirement, (id) => {
    const why = traces[id]?.assumed
    const quotes = criteria.get(id)?.quotes ?? []
    return [...quotes.map((quote) => `\n> ${quote}`), ...(why === undefined ? [] : [`\n(assumed: ${why})`])].join("")
  })
}

/** What code found in a specification, for whoever reviews it. */
const findings = ({ uncovered, weakened }: Specification, isOne: boolean): string => {
  const at = ({ document, line, text }: Source) => `${isOne ? "line " : `${document}:`}${line}: ${text}`
  const parts = [
    ...markdown.section("Passages that no criterion quotes", uncovered.map(at)),
    ...markdown.section(
      "Guarantees that no criterion keeps which quotes the passage",
      weakened.map(({ guarantee, source }) => `${guarantee}: ${at(source)}`)
    )
  ]
  return parts.length === 0 ? "nothing" : markdown.paragraphs(parts)
}

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  samples: SamplesStep.Shown,
  specification: Specification
})

export const parser = OutputParser.json(RequirementReview)

/** Looks for what a specification lost, weakened or invented, beside the documents that it was taken from. */
export const step = Step.make("requirement-review", {
  input: Input,
  output: RequirementReview,
  parser,
  check: (review, { specification }) => problem(specification.requirement, review),
  prompt: RequirementReviewPrompt.template,
  variables: ({ documents, samples, specification }) => ({
    documents: print(documents),
    samples: SamplesStep.print(samples),
    specification: quoted(specification),
    findings: findings(specification, documents.length === 1),
    example: parser.print(RequirementReviewPrompt.example)
  })
})
