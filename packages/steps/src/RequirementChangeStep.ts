import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as DocumentDelta from "./DocumentDeltaStep.ts"
import { cite, isQuoted, passagesOf } from "./internal/passages.ts"
import { print, Project } from "./Project.ts"
import * as RequirementChangePrompt from "./RequirementChangePrompt.ts"
import { problem, quoted, RequirementReview } from "./RequirementReviewStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import { criteriaOf, Specification } from "./TraceStep.ts"

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  samples: SamplesStep.Shown,
  /** As it was taken from the documents before. */
  specification: Specification,
  delta: DocumentDelta.DocumentDelta
})

/** What a change does to criteria that the documents leave as they were, or does not do to those that they do not. */
const straying = (
  review: RequirementReview,
  { delta, documents, specification }: typeof Input.Type
): string | undefined => {
  const found = problem(specification.requirement, review)
  if (found !== undefined) return found
  const before = new Map(criteriaOf(specification.requirement).map((criterion) => [criterion.id, criterion]))
  const isFree = (id: string) => delta.touched.includes(id) || before.get(id)?.quotes.length === 0
  const retired = review.retired.find(({ id }) => !isFree(id))
  if (retired !== undefined) return `${retired.id} is retired, and the passages that it quotes are as they were`
  const came = DocumentDelta.newPassages(delta)
  const stray = review.changes.find(({ id, quotes, text }) => {
    const old = before.get(id)
    const isChanged = old !== undefined && old.text !== text
    return isChanged && !delta.touched.includes(id) && !quotes.some((quote) => isQuoted(came, quote))
  })
  if (stray !== undefined)
    return `${stray.id} gets other words, and neither it nor they quote a passage that changed: leave it as it was`
  const now = passagesOf(documents)
  const named = new Set([...review.changes, ...review.retired].map(({ id }) => id))
  for (const { id, quotes } of before.values()) {
    const gone = quotes.find((quote) => cite(now, quote) === undefined)
    if (gone !== undefined && delta.touched.includes(id) && !named.has(id))
      return `${id} quotes "${gone}", which the documents do not say any more: give it what they say now, or retire it`
  }
  return undefined
}

export const parser = OutputParser.json(RequirementReview)

/** Says what an edit of documents changes in a specification; whatever else is in it keeps its number and its words. */
export const step = Step.make("requirement-change", {
  input: Input,
  output: RequirementReview,
  parser,
  check: straying,
  prompt: RequirementChangePrompt.template,
  variables: ({ delta, documents, samples, specification }) => ({
    documents: print(documents),
    samples: SamplesStep.print(samples),
    specification: quoted(specification),
    changes: delta.text,
    example: parser.print(RequirementChangePrompt.example)
  })
})
