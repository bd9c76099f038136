import { diffArrays } from "diff"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { cite, type Passage, passagesOf } from "./internal/passages.ts"
import { Project } from "./Project.ts"
import { type Source, Specification } from "./TraceStep.ts"

/** A passage that an edit of documents changed: without `before` it is new, without `after` it is gone. */
export class PassageChange extends Schema.Opaque<PassageChange>()(
  Schema.Struct({
    document: Schema.String,
    before: Schema.optionalKey(Schema.String),
    after: Schema.optionalKey(Schema.String)
  })
) {}

/** What an edit of documents changed, and the ids of the criteria that quote what is not there any more. */
export class DocumentDelta extends Schema.Opaque<DocumentDelta>()(
  Schema.Struct({
    passages: Schema.Array(PassageChange),
    touched: Schema.Array(Schema.String),
    /** The changes as a text to read. */
    text: Schema.String
  })
) {}

type Documents = Project["documents"]

/** What tells a passage from others: the blanks that align a table do not. */
const keyOf = ({ kind, text }: Passage): string => (kind === "row" ? text.replaceAll(/\s*\|\s*/g, "|") : text)

const keysOf = (passages: ReadonlyArray<Passage>): ReadonlySet<string> => new Set(passages.map(keyOf))

/** How one document became another, passage by passage. What stays in another place is no change. */
const changesIn = (
  document: string,
  before: ReadonlyArray<Passage>,
  after: ReadonlyArray<Passage>,
  stays: (passage: Passage) => boolean
): ReadonlyArray<PassageChange> => {
  const parts = diffArrays([...before], [...after], { comparator: (one, other) => keyOf(one) === keyOf(other) })
  return parts.flatMap(({ added, removed, value }, i): ReadonlyArray<PassageChange> => {
    // what is put in right after what is taken out takes its place
    const follows = removed && parts[i + 1]?.added === true ? parts[i + 1]!.value : []
    const isLast = added && parts[i - 1]?.removed !== true
    const gone = removed ? value.filter((passage) => !stays(passage)) : []
    const came = (removed ? follows : isLast ? value : []).filter((passage) => !stays(passage))
    return inPairs(textsOf(gone), textsOf(came)).map((pair) => ({ document, ...pair }))
  })
}

const textsOf = (passages: ReadonlyArray<Passage>) => passages.map(({ text }) => text)

/** What is gone with what came in its place; where one side has more, with what it has most words in common with. */
const inPairs = (gone: ReadonlyArray<string>, came: ReadonlyArray<string>) => {
  const isFewer = gone.length < came.length
  const left = new Map((isFewer ? came : gone).map((text, i) => [i, wordsOf(text)]))
  const partners = new Map(
    (isFewer ? gone : came).map((text, i) => {
      const words = wordsOf(text)
      const shared = (j: number) => [...left.get(j)!].filter((word) => words.has(word)).length
      const place = gone.length === came.length ? i : [...left.keys()].reduce((a, b) => (shared(b) > shared(a) ? b : a))
      left.delete(place)
      return [place, text] as const
    })
  )
  return (isFewer ? came : gone).map((text, i) => {
    const partner = partners.get(i)
    const [before, after] = isFewer ? [partner, text] : [text, partner]
    return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
  })
}

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.match(/[\p{L}\p{N}]+/gu))

/** The names of documents, old and new: one that is gone where one came has another name. */
const namesOf = (before: Documents, after: Documents): ReadonlyArray<readonly [old: string, name: string]> => {
  const were = new Set(before.map(({ path }) => path))
  const are = new Set(after.map(({ path }) => path))
  const gone = [...were].filter((path) => !are.has(path))
  const came = [...are].filter((path) => !were.has(path))
  const isRenamed = gone.length === 1 && came.length === 1
  return [
    ...[...were].map((path) => [path, isRenamed && path === gone[0] ? came[0]! : path] as const),
    ...(isRenamed ? [] : came.map((path) => [path, path] as const))
  ]
}

/** The changes as a text to read. */
const textOf = (passages: DocumentDelta["passages"]): string =>
  passages
    .map(({ after, before, document }) =>
      [
        `In ${document}:`,
        ...(before === undefined ? [] : [`- before: ${before}`]),
        `- ${before === undefined ? "new" : "now"}: ${after ?? "(gone)"}`
      ].join("\n")
    )
    .join("\n\n")

/** What an edit of documents is to a specification that was taken from them as they were. */
export const between = (
  { documents, specification }: { readonly documents: Documents; readonly specification: Specification },
  edited: Documents
): DocumentDelta => {
  const [were, are] = [passagesOf(documents), passagesOf(edited)]
  const [known, left] = [keysOf(were), keysOf(are)]
  const stays = (passage: Passage) => known.has(keyOf(passage)) && left.has(keyOf(passage))
  const passages = namesOf(documents, edited).flatMap(([old, name]) =>
    changesIn(
      name,
      were.filter(({ document }) => document === old),
      are.filter(({ document }) => document === name),
      stays
    )
  )
  const gone = new Set(passages.flatMap(({ before }) => (before === undefined ? [] : [before])))
  const touched = Object.entries(specification.traces)
    .filter(([, { sources }]) => sources.some(({ text }) => gone.has(text)))
    .map(([id]) => id)
  return { passages, touched, text: textOf(passages) }
}

/** Sentences that a specification does not keep, as changes to it, each with what is right. */
export const ofQuotes = (
  { documents, specification }: { readonly documents: Documents; readonly specification: Specification },
  quotes: ReadonlyArray<{ readonly quote: string; readonly reason: string }>
): DocumentDelta => {
  const all = passagesOf(documents)
  const cited = [...new Set(quotes.flatMap(({ quote }) => cite(all, quote) ?? []))]
  const isCited = ({ document, line, text }: Source) =>
    cited.some((passage) => passage.document === document && passage.line === line && passage.text === text)
  const passages = cited.map(({ document, text }) => ({ document, after: text }))
  return {
    passages,
    touched: Object.entries(specification.traces).flatMap(([id, { sources }]) => (sources.some(isCited) ? [id] : [])),
    text: [...new Set(quotes.map(({ quote, reason }) => `The documents say: ${quote}\nRight is: ${reason}`))].join(
      "\n\n"
    )
  }
}

const passagesWith = (side: "before" | "after") => (self: DocumentDelta) =>
  self.passages.flatMap(({ document, [side]: text }) => (text === undefined ? [] : [{ document, text }]))

/** The passages that an edit took away. */
export const gonePassages = passagesWith("before")

/** The passages that it brought. */
export const newPassages = passagesWith("after")

export const Input = Schema.Struct({
  /** As they were when the specification was taken from them. */
  earlier: Project.fields.documents,
  specification: Specification,
  documents: Project.fields.documents
})

/** Says what an edit of documents changed. */
export const step = Step.effect("document-delta", {
  input: Input,
  output: DocumentDelta,
  run: ({ documents, earlier, specification }) =>
    Effect.sync(() => between({ documents: earlier, specification }, documents))
})
