import * as Schema from "effect/Schema"
import { serves } from "./ArchitectureDesignStep.ts"
import type { Input } from "./ChangeWorkflow.ts"
import { between, PassageChange } from "./DocumentDeltaStep.ts"
import { moduleName } from "./internal/moduleName.ts"
import * as testNames from "./internal/testNames.ts"
import { criteriaOf } from "./TraceStep.ts"

/** A criterion that quotes what an edit of the documents took away, with what serves it and what tests it. */
export class TouchedCriterion extends Schema.Opaque<TouchedCriterion>()(
  Schema.Struct({
    id: Schema.String,
    text: Schema.String,
    /** `retired`: nothing stands in the place of what it quotes. */
    becomes: Schema.Literals(["changed", "retired"]),
    files: Schema.Array(Schema.String),
    tests: Schema.Array(Schema.String)
  })
) {}

/** What is known of a change before a model is asked. */
export class ChangeOutlook extends Schema.Opaque<ChangeOutlook>()(
  Schema.Struct({
    passages: Schema.Array(PassageChange),
    criteria: Schema.Array(TouchedCriterion)
  })
) {}

/** What an edit of documents reaches, as far as words tell: which criteria come, and what follows, a model says. */
export const of = ({ design: given, documents, previous }: Input): ChangeOutlook => {
  const { design, specification, tests } = previous
  const { passages, touched } = between(previous, [...documents, ...given])
  const hasSuccessor = (text: string) => passages.some(({ after, before }) => before === text && after !== undefined)
  const isThere = (text: string) => !passages.some(({ before }) => before === text)
  const named = tests.flatMap(({ content, path }) =>
    testNames.of(content).map(({ criterion, fullName }) => ({ criterion, test: `${moduleName(path)}.${fullName}` }))
  )
  return {
    passages,
    criteria: criteriaOf(specification.requirement)
      .filter(({ id }) => touched.includes(id))
      .map(({ id, text }) => {
        const sources = specification.traces[id]?.sources ?? []
        return {
          id,
          text,
          becomes: sources.some(({ text }) => isThere(text) || hasSuccessor(text)) ? "changed" : "retired",
          files: [...design.modules, ...design.files].flatMap(({ meets, path }) => (serves(meets, id) ? [path] : [])),
          tests: named.flatMap(({ criterion, test }) => (criterion === id ? [test] : []))
        }
      })
  }
}

const place = ({ after, before, document }: PassageChange): string =>
  `${document}: ${before === undefined ? "new: " : `${before} → `}${after ?? "(gone)"}`

/** The outlook in lines to read. */
export const toLines = ({ criteria, passages }: ChangeOutlook): ReadonlyArray<string> => [
  ...passages.map(place),
  ...criteria.map(
    ({ becomes, files, id, tests, text }) =>
      `${becomes.padEnd(8)} ${id}: ${text} (${[...files, tests.length === 1 ? "1 test" : `${tests.length} tests`].join(", ")})`
  ),
  ...(passages.some(({ before }) => before === undefined)
    ? ["added    criteria of what is new, once they are asked for"]
    : [])
]
