import * as Schema from "effect/Schema"
import { relativePath } from "./internal/relativePath.ts"

/** A text that a person wrote, under the path by which they named it. */
export class Document extends Schema.Opaque<Document>()(
  Schema.Struct({
    path: Schema.NonEmptyString.annotate({ description: "as its author calls it" }),
    text: Schema.NonEmptyString.annotate({ description: "as its author wrote it" })
  })
) {}

/** A file that is there already: it is shown as it is, delivered with the package, and laid beside its tests. */
export class Sample extends Schema.Opaque<Sample>()(
  Schema.Struct({
    path: relativePath("where it lies in the project, names joined by /").check(
      Schema.makeFilter((path: string) =>
        /^report\.(?:md|json)$/i.test(path) ? `"${path}" is the report of a run, and cannot be a sample` : undefined
      )
    ),
    text: Schema.String.annotate({ description: "its content" })
  })
) {}

/** What a person can ask to see, and to answer, before anything is built on it. */
export const Reviewed = Schema.Literals(["spec", "design"])
export type Reviewed = typeof Reviewed.Type

/** All that a person gives: what they want, a design that is decided already, and sample files. */
export const Project = Schema.Struct({
  documents: Schema.Array(Document).check(Schema.isMinLength(1)),
  design: Schema.Array(Document),
  samples: Schema.Array(Sample),
  /** What they want to agree to on the way. */
  review: Schema.optionalKey(Schema.Array(Reviewed)),
  /** How many mutants of the code the tests are tried on, once they are green; none unless given. */
  mutants: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))
})
export type Project = typeof Project.Type

/** A project of which there is one document only. */
export const ofText = (text: string, path = "requirement.md"): Project => ({
  documents: [{ path, text }],
  design: [],
  samples: []
})

/** Documents as a prompt shows them: one as it is, several under their names, beside rules longer than any in them. */
export const print = (documents: ReadonlyArray<Document>): string => {
  if (documents.length === 1) return documents[0]!.text
  const longest = Math.max(
    4,
    ...documents.flatMap(({ text }) => (text.match(/^=+/gm) ?? []).map(({ length }) => length))
  )
  const rule = "=".repeat(longest + 1)
  return documents.map(({ path, text }) => `${rule} ${path} ${rule}\n${text.trimEnd()}`).join("\n\n")
}

/** Files by their paths. */
export const Files = Schema.Record(Schema.String, Schema.String)
export type Files = typeof Files.Type
