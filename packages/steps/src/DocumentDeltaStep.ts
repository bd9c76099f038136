import { diffArrays } from "diff"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { cite, passagesOf } from "./internal/passages.ts"
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

/** How one document became another, passage by passage. What was moved is no change. */
const changesIn = (document: string, before: ReadonlyArray<string>, after: ReadonlyArray<string>) => {
  const parts = diffArrays([...before], [...after])
  return parts.flatMap(({ added, removed, value }, i): ReadonlyArray<PassageChange> => {
    // what is put in right after what is taken out takes its place
    const gone = removed ? value.filter((text) => !after.includes(text)) : []
    const follows = removed && parts[i + 1]?.added === true ? parts[i + 1]!.value : []
    const came = (removed ? follows : added && parts[i - 1]?.removed !== true ? value : []).filter(
      (text) => !before.includes(text)
    )
    return Array.from({ length: Math.max(gone.length, came.length) }, (_, j) => ({
      document,
      ...(j < gone.length && { before: gone[j]! }),
      ...(j < came.length && { after: came[j]! })
    }))
  })
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
  const textsIn = (documents: Documents, path: string) =>
    passagesOf(documents.filter((document) => document.path === path)).map(({ text }) => text)
  const paths = new Set([...documents, ...edited].map(({ path }) => path))
  const passages = [...paths].flatMap((path) => changesIn(path, textsIn(documents, path), textsIn(edited, path)))
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
  passagesOf(
    self.passages.flatMap(({ document, [side]: text }) => (text === undefined ? [] : [{ path: document, text }]))
  )

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
