import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { Project } from "./Project.ts"
import * as claims from "./internal/claims.ts"
import { cite, type Passage, passagesOf } from "./internal/passages.ts"
import { type Criterion, Requirement, toMarkdown as allToMarkdown } from "./RequirementStep.ts"

/** A passage of a document: a clause, a row of a table or a block of code, whole, and the line where it begins. */
export class Source extends Schema.Opaque<Source>()(
  Schema.Struct({ document: Schema.String, line: Schema.Int, text: Schema.String })
) {}

/** Where a criterion comes from. */
export class Trace extends Schema.Opaque<Trace>()(
  Schema.Struct({
    sources: Schema.Array(Source),
    /** Why it counts as assumed: no document has what it quotes, or that does not hold all that it says. */
    assumed: Schema.optionalKey(Schema.String)
  })
) {}

/** A specification, and what the documents have to do with each part of it. */
export class Specification extends Schema.Opaque<Specification>()(
  Schema.Struct({
    requirement: Requirement,
    /** By the ids of criteria. */
    traces: Schema.Record(Schema.String, Trace),
    /** Passages that no criterion quotes, and no constraint says again, but those that only introduce. */
    uncovered: Schema.Array(Source),
    /** Guarantees of passages that no criterion which quotes them gives. */
    weakened: Schema.Array(Schema.Struct({ source: Source, guarantee: Schema.String }))
  })
) {}

export const criteriaOf = ({ requirements }: Requirement): ReadonlyArray<Criterion> =>
  requirements.flatMap(({ criteria }) => criteria)

export const isAssumed = ({ traces }: Specification, id: string): boolean => traces[id]?.assumed !== undefined

/** How texts mark the criteria that were assumed. */
export const markOf =
  (self: Specification) =>
  (id: string): string =>
    isAssumed(self, id) ? " (assumed)" : ""

/** The specification as a text to read, which says of each criterion that was assumed that it was. */
export const toMarkdown = (self: Specification): string => allToMarkdown(self.requirement, markOf(self))

const source = ({ document, line, text }: Passage): Source => ({ document, line, text })

/** Where a criterion's quotations stand, and what of it they do not hold. */
const traceOf = (passages: ReadonlyArray<Passage>, { quotes, text }: Criterion) => {
  if (quotes.length === 0) return { cited: [], assumed: "it quotes no document" }
  const found = quotes.map((quote) => cite(passages, quote))
  const cited = [...new Set(found.flatMap((passages) => passages ?? []))]
  const missing = quotes.find((_, i) => found[i] === undefined)
  if (missing !== undefined) return { cited, assumed: `no document says "${missing}"` }
  const added = claims.notIn(text, cited.map(({ text }) => text).join("\n"))
  return added.length === 0 ? { cited } : { cited, assumed: `it says more than it quotes: ${added.join(", ")}` }
}

/** Finds in the documents what each criterion quotes, and what of them no criterion keeps. */
export const trace = (requirement: Requirement, documents: Project["documents"]): Specification => {
  const passages = passagesOf(documents)
  const traced = criteriaOf(requirement).map((criterion) => ({ criterion, ...traceOf(passages, criterion) }))
  const quoting = (passage: Passage) => traced.filter(({ cited }) => cited.includes(passage))
  return {
    requirement,
    traces: Object.fromEntries(
      traced.map(({ assumed, cited, criterion }) => [
        criterion.id,
        { sources: cited.map(source), ...(assumed !== undefined && { assumed }) }
      ])
    ),
    uncovered: passages
      .filter((passage) => quoting(passage).length === 0 && !claims.isRetold(passage.text, requirement.constraints))
      .filter(({ isIntroduction, text }) => !isIntroduction || claims.isClaim(text))
      .map(source),
    weakened: passages.flatMap((passage) => {
      const criteria = quoting(passage)
      if (criteria.length === 0 || passage.kind === "code") return []
      return claims
        .lostFrom(
          passage.text,
          criteria.map(({ criterion }) => criterion.text)
        )
        .map((guarantee) => ({ source: source(passage), guarantee }))
    })
  }
}

export const Input = Schema.Struct({ documents: Project.fields.documents, requirement: Requirement })

/** Traces every criterion of a specification to where it comes from. */
export const step = Step.effect("trace", {
  input: Input,
  output: Specification,
  run: ({ documents, requirement }) => Effect.sync(() => trace(requirement, documents))
})
