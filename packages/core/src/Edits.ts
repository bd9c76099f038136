import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { excerpt } from "./internal/text/excerpt.ts"
import { locate } from "./internal/edit/locate.ts"
import { nearest } from "./internal/edit/nearest.ts"
import { suggest } from "./internal/text/suggest.ts"
import { optional } from "./internal/words/field.ts"
import { SourceFile } from "./Workspace.ts"

/** A text of a file that another is to replace. */
export const Replacement = Schema.Struct({
  path: Schema.NonEmptyString,
  search: Schema.String,
  replace: Schema.String
})
export type Replacement = typeof Replacement.Type

/** What is to become of a file: all of its content, or one text in place of another. */
export const Edit = Schema.Union([SourceFile, Replacement])
export type Edit = typeof Edit.Type

/**
 * An edit that cannot be applied. Its message says what to change, and can be quoted to the model that made the edit.
 *
 * `index` is its place among the edits; `lines`, from 1, are those where a text begins that is there more than once.
 */
export class EditError extends Schema.TaggedError<EditError>()("EditError", {
  path: Schema.String,
  index: Schema.Int,
  search: Schema.String,
  reason: Schema.Literals(["NoFile", "EmptySearch", "NotFound", "NotUnique"]),
  detail: Schema.String,
  lines: Schema.Array(Schema.Int),
  nearest: optional(Schema.Struct({ line: Schema.Int, text: Schema.String }), "What is there that is most like it.")
}) {
  override get message() {
    return `${this.path}: ${this.detail}`
  }
}

/**
 * The files that edits make of others: those of all edits, in order, or none.
 *
 * A text to replace has to be there once, exactly. One that ends in a line break is whole lines; where these are nowhere,
 * they may differ by blanks at the ends of lines, or by the indentation of all of them, which the new text then gets. An
 * empty one is the content of a file that is empty or not there. **Fails with** `EditError` for the first edit that
 * cannot be applied.
 */
export const apply = (
  files: Readonly<Record<string, string>>,
  edits: ReadonlyArray<Edit>
): Result.Result<Readonly<Record<string, string>>, EditError> => {
  const texts = new Map(Object.entries(files))
  for (const [index, edit] of edits.entries()) {
    const made = "content" in edit ? edit.content : replaced(texts, edit)
    if (Predicate.isString(made)) texts.set(edit.path, made)
    else return Result.fail(new EditError({ path: edit.path, index, lines: [], ...made }))
  }
  return Result.succeed(Object.fromEntries(texts))
}

type Fault = Omit<ConstructorParameters<typeof EditError>[0], "path" | "index" | "lines"> &
  Partial<Pick<EditError, "lines">>

/** The text of a file with another in it, or why not. */
const replaced = (texts: ReadonlyMap<string, string>, { path, replace, search }: Replacement): string | Fault => {
  const text = texts.get(path)
  if (search === "") {
    const detail = "the text to replace is empty, and the file is not: copy the lines to replace from the file"
    return text === undefined || text === "" ? replace : { reason: "EmptySearch", search, detail }
  }
  if (text === undefined) {
    return { reason: "NoFile", search, detail: `there is no such file${suggest(path, texts.keys())}` }
  }
  const places = locate(text, search, replace)
  const [place] = places
  if (place === undefined) {
    const like = nearest(text, search)
    const near = like === undefined ? "" : `The nearest is at line ${like.line}:\n${shown(like.text)}\n`
    const detail = `the text to replace is not there:\n${shown(search)}\n${near}Copy it from the file exactly as it stands`
    return { reason: "NotFound", search, detail, ...(like !== undefined && { nearest: like }) }
  }
  if (places.length === 1) return text.slice(0, place.start) + place.instead + text.slice(place.end)
  const lines = linesAt(text, places)
  const times = `the text to replace is there ${lines.length} times, at ${inWords(lines)}`
  const detail = `${times}:\n${shown(search)}\nAdd lines around it that tell which is meant`
  return { reason: "NotUnique", search, detail, lines }
}

/** The numbers of the lines in which places begin that are in order. */
const linesAt = (text: string, places: ReadonlyArray<{ readonly start: number }>): ReadonlyArray<number> => {
  let line = 1
  let from = 0
  return places.map(({ start }) => {
    line += text.slice(from, start).split("\n").length - 1
    from = start
    return line
  })
}

const maxShown = 2000

const shown = (text: string): string => excerpt(text.replace(/\n$/, ""), maxShown)

const maxLines = 8

const inWords = (lines: ReadonlyArray<number>): string => {
  const first = lines.slice(0, Math.min(maxLines, lines.length - 1))
  const others = lines.length - first.length
  return `lines ${first.join(", ")} and ${others === 1 ? lines.at(-1) : `${others} more`}`
}
