import { type Pipeable, pipeArguments } from "effect/Pipeable"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { lineAndColumn } from "../text/excerpt.ts"
import * as reasoning from "../text/reasoning.ts"
import { wordOf } from "../text/reasoningTags.ts"

/**
 * A reply that is not in the format asked for. Its message is quoted to the model, so it says what to change.
 *
 * `place` is a line and column, or a path inside the value, and empty when nothing of the format was found. `truncated`:
 * the reply ended before the format's end.
 */
export class OutputParseError extends Schema.TaggedError<OutputParseError>()("OutputParseError", {
  expected: Schema.String,
  found: Schema.String,
  place: Schema.String,
  detail: Schema.String,
  truncated: Schema.Boolean
}) {
  override get message() {
    const place = this.place === "" ? "" : `At ${this.place}: `
    const ended = this.truncated ? "The reply ended too early. " : ""
    const stop = this.detail.endsWith(".") ? "" : "."
    return `${ended}${place}${this.detail}${stop} Expected ${this.expected}.\nFound: ${this.found}`
  }
}

/**
 * How the text of a reply becomes a value, and back. **Shape** text → encoded output.
 *
 * `id` changes whenever the format does; `instructions` tell the model the format; `print` writes it. Law: `parse(print(a))`
 * succeeds with `a`, unless `a` is what a format refuses. Tolerant in what is read, strict in what is printed; the rules
 * are in `docs/40-replies.md`.
 */
export interface OutputParser<in out A> extends Pipeable {
  readonly id: string
  /** Which response format a step requests. */
  readonly format: "text" | "json"
  readonly instructions: string
  readonly parse: (text: string) => Result.Result<A, OutputParseError>
  readonly print: (value: A) => string
  /** Makes a reader for the pieces of a reply that is still coming, which says what is there: `3 tasks`, or nothing yet. */
  readonly progress?: () => (piece: string) => string
}

export const makeParser = <A>(fields: Omit<OutputParser<A>, "pipe">): OutputParser<A> => ({
  ...fields,
  pipe() {
    return pipeArguments(this, arguments)
  }
})

type Parse<A> = (text: string) => Result.Result<A, OutputParseError>

/** Gives a parser the answer alone, in its own lines; what a model thought aloud is blanked out. */
export const ofAnswer =
  <A>(parse: Parse<A>): Parse<A> =>
  (text) => {
    const withWords = answer(text, reasoning.blank, true)
    // an element with an ordinary name may be the answer's own
    const left = Result.isFailure(withWords) && !withWords.failure.truncated ? answer(text, reasoning.blank) : withWords
    const word = left === withWords ? wordOf(text) : undefined
    return Result.mapError(Result.flatMap(left, parse), (error) => behind(error, word))
  }

/** A parser that is given the answer alone. */
export const answerParser = <A>(fields: Omit<OutputParser<A>, "pipe">): OutputParser<A> =>
  makeParser({
    ...fields,
    parse: ofAnswer(fields.parse),
    print: (value) => {
      const printed = fields.print(value)
      return isPlain(reasoning.find(printed, true)) ? printed : reasoning.enclose(printed)
    }
  })

/** An error that says which element was taken for reasoning, where nothing of the format was found behind it. */
const behind = ({ detail, ...error }: OutputParseError, word: string | undefined) =>
  new OutputParseError({
    ...error,
    detail: word !== undefined && error.place === "" ? `${detail} after ${word}` : detail
  })

const isPlain = (found: reasoning.Found): boolean => "gaps" in found && found.gaps.length === 0

/** The answer in a reply, by what becomes of the gaps that are no part of it. */
export const answer = (
  text: string,
  without: (text: string, gaps: reasoning.Gaps, exact: reasoning.Span | undefined) => string,
  withWords = false
): Result.Result<string, OutputParseError> => {
  const found = reasoning.find(text, withWords)
  if ("differing" in found) {
    const [first, second] = found.differing.map((index) => placeOf(text, index))
    const detail = `there are 2 answers in tags that differ, at ${first} and ${second}; give one`
    return failure({ expected: "an answer", found: text, place: "", detail })
  }
  if ("unfinished" in found) {
    const place = placeOf(text, found.unfinished)
    if (found.end !== undefined) {
      const detail = `the reasoning that starts at ${place} does not end with a line \`${found.end}\``
      return failure({ expected: "an answer", found: text, place: "", detail })
    }
    const detail = `the ${found.what} that starts at ${place} is not finished`
    return failure({ expected: "an answer", found: text, place: placeOf(text, text.length), detail, truncated: true })
  }
  if (found.gaps.length === 0) return Result.succeed(text)
  const left = without(text, found.gaps, found.exact)
  return found.exact === undefined && left.trim() === ""
    ? failure({ expected: "an answer", found: text, place: "", detail: "there is nothing after the reasoning" })
    : Result.succeed(left)
}

/** What a reply that is an empty list consists of. */
export const none = "(none)"

interface Fault {
  readonly expected: string
  readonly found: string
  readonly place: string
  readonly detail: string
  readonly truncated?: boolean
}

/** An error; `found` is shortened. */
const error = (fault: Fault): OutputParseError =>
  new OutputParseError({ truncated: false, ...fault, found: found(fault.found, fault.truncated === true) })

export const failure = (fault: Fault): Result.Result<never, OutputParseError> => Result.fail(error(fault))

const shown = 160

/** What was found, from its end when the reply was cut off. */
const found = (text: string, fromEnd: boolean): string => {
  const trimmed = text.trim()
  if (trimmed === "") return "nothing"
  if (trimmed.length <= shown) return trimmed
  return fromEnd ? `… ${trimmed.slice(-shown)}` : `${trimmed.slice(0, shown)} …`
}

/** Line and column of an index in words. */
export const placeOf = (text: string, index: number): string => {
  const { column, line } = lineAndColumn(text, index)
  return `line ${line}, column ${column}`
}
