import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as schemaProblems from "./schemaProblems.ts"
import * as yamlText from "./yamlText.ts"

/** A value of a Schema that was read from a text, and where its parts are in that. */
export interface Read<A> {
  readonly value: A
  readonly placeOf: yamlText.Held["placeOf"]
}

/**
 * Reads the text of a YAML or JSON file by a Schema. **Fails with** all that is wrong with it, each with its line and
 * column: no YAML, keys that are there twice or are none of the Schema's, values that do not fit.
 */
export const decode = <A, I>(schema: Schema.Codec<A, I>) => {
  const decodeValue = Schema.decodeUnknownResult(schema, {
    errors: "all",
    onExcessProperty: "error",
    reportInput: true
  })
  return (text: string): Result.Result<Read<A>, ReadonlyArray<yamlText.Problem>> =>
    Result.flatMap(yamlText.parse(text), ({ placeOf, value }) =>
      Result.mapBoth(decodeValue(value), {
        onSuccess: (value) => ({ value, placeOf }),
        onFailure: ({ issue }) => placed(schemaProblems.of(issue), placeOf)
      })
    )
}

/** Problems with a value, each with its place in the text, in that order. */
export const placed = (
  problems: ReadonlyArray<schemaProblems.SchemaProblem>,
  placeOf: yamlText.Held["placeOf"]
): ReadonlyArray<yamlText.Problem> =>
  problems
    .map(({ detail, keys, of }) => ({ ...placeOf(keys, of), keys, detail }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)

/** The most problems that are told. */
const mostTold = 50

/** Every problem in a line: `FILE:3:5: models.fast: …`. */
export const inWords = (file: string, problems: ReadonlyArray<yamlText.Problem>): string =>
  problems
    .slice(0, mostTold)
    .map(({ column, detail, keys, line }) => {
      const at = keys.length === 0 ? "" : ` ${keys.join(".")}:`
      return `${file}:${line}:${column}:${at} ${detail}`
    })
    .concat(problems.length > mostTold ? [`${file}: ${problems.length - mostTold} more`] : [])
    .join("\n")
