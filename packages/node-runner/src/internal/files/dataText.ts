import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { patterns } from "@stepwright/llm/Redact"
import { byPlace } from "./byPlace.ts"
import { isUnder, leaveOut, type Mend, type Mended, partAt } from "./remainder.ts"
import * as schemaProblems from "./schemaProblems.ts"
import { visible } from "./visible.ts"
import * as yamlText from "./yamlText.ts"

/** A value of a Schema that was read from a text, and where its parts are in that. */
export interface Read<A> {
  readonly value: A
  readonly placeOf: yamlText.Held["placeOf"]
}

/** What is wrong with a text, and what it says besides. */
export interface Faulty<A> {
  readonly problems: ReadonlyArray<yamlText.Problem>
  /** What is right of it; `undefined` where that is nothing that a Schema takes. */
  readonly rest: Read<A> | undefined
  /** Where something was left out of that, or put in its place. */
  readonly lost: ReadonlyArray<ReadonlyArray<yamlText.Key>>
}

/** How often what is wrong is left out until the rest is right. */
const mostRounds = 8

/**
 * Reads the text of a YAML or JSON file by a Schema. **Fails with** all that is wrong with it, each with its line and
 * column: no YAML, keys that are there twice or are none of the Schema's, values that do not fit; and with what it says
 * besides, so that more can be found that is wrong.
 */
export const decode = <A, I>(schema: Schema.Codec<A, I>, mend: Mend = leaveOut) => {
  const decodeValue = Schema.decodeUnknownResult(schema, {
    errors: "all",
    onExcessProperty: "error",
    reportInput: true
  })
  return (text: string): Result.Result<Read<A>, Faulty<A>> => {
    const held = yamlText.parse(text)
    if (Result.isFailure(held)) return Result.fail({ problems: held.failure, rest: undefined, lost: [] })
    const { placeOf, problems: before } = held.success
    // a value that is none is told already
    const known = before.map(({ keys }) => keys).filter((keys) => partAt(held.success.value, keys) === null)
    const problems = [...before]
    const lost = [...known]
    let value: Schema.Json | undefined = held.success.value
    for (let round = 0; round < mostRounds && value !== undefined; round++) {
      const decoded = decodeValue(value)
      if (Result.isSuccess(decoded)) {
        const rest = { value: decoded.success, placeOf }
        return problems.length === 0 ? Result.succeed(rest) : Result.fail({ problems: sorted(problems), rest, lost })
      }
      const found = schemaProblems.of(decoded.failure.issue)
      if (round === 0) problems.push(...placed(found, placeOf).filter(({ keys }) => !isUnder(keys, known)))
      const mended: Mended | undefined = mend(value, found, round)
      lost.push(...(mended?.lost ?? []))
      value = mended?.value
    }
    return Result.fail({ problems: sorted(problems), rest: undefined, lost })
  }
}

const sorted = (problems: ReadonlyArray<yamlText.Problem>) => problems.toSorted(byPlace)

/** Problems with a value, each with its place in the text, in that order. */
export const placed = (
  problems: ReadonlyArray<schemaProblems.SchemaProblem>,
  placeOf: yamlText.Held["placeOf"]
): ReadonlyArray<yamlText.Problem> =>
  sorted(problems.map(({ detail, keys, of }) => ({ ...placeOf(keys, of), keys, detail })))

/** What somebody took a file for the place of is not told on. */
const withoutKeys = (text: string) => patterns.reduce((left, key) => left.replaceAll(new RegExp(key, "gu"), "…"), text)

/** The most problems that are told. */
const mostTold = 50

/** Every problem in a line: `FILE:3:5: models.fast: …`. */
export const inWords = (file: string, problems: ReadonlyArray<yamlText.Problem>, most = mostTold): string =>
  problems
    .slice(0, most)
    .map(({ column, detail, keys, line }) => {
      const at = keys.length === 0 ? "" : ` ${keys.join(".")}:`
      return `${file}:${line}:${column}:${visible(withoutKeys(`${at} ${detail}`))}`
    })
    .concat(problems.length > most ? [`${file}: ${problems.length - most} more`] : [])
    .join("\n")
