import * as Hash from "effect/Hash"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as canonical from "../json/canonical.ts"
import { find, type JsonBlock } from "../json/blocks.ts"
import { outline } from "../json/outline.ts"
import * as answerReader from "../json/answerReader.ts"
import * as jsonShape from "../json/shape.ts"
import { count } from "../text/lineCounter.ts"
import { error, failure, answerParser, type OutputParseError, type OutputParser, placeOf } from "./outputParser.ts"

const expected = "one JSON value of the shape described"

/**
 * The JSON encoding of a Schema. Code fences, prose around it, comments, trailing commas, single quotes and other small faults
 * are tolerated; a value that the reply ends in the middle of is never completed.
 *
 * Of several blocks the last that fits the Schema counts, a fenced one before others.
 *
 * ```ts
 * const parser = OutputParser.json(Schema.Struct({ title: Schema.String }))
 * assert.deepStrictEqual(parser.parse('Sure: {"title": "Effect",}'), Result.succeed({ title: "Effect" }))
 * ```
 */
export const json = <S extends Schema.ConstraintCodec<unknown, unknown>>(schema: S): OutputParser<S["Encoded"]> => {
  const document = Schema.toJsonSchemaDocument(schema)
  const shape = jsonShape.fromAst(schema.ast)
  const decode = Schema.decodeUnknownResult(Schema.toCodecJson(schema), { errors: "all" })

  const check = (value: unknown): Result.Result<unknown, OutputParseError> =>
    Result.getOrElse(
      Result.try(() => {
        const decoded = decode(value)
        return Result.isSuccess(decoded) ? Result.succeed(value) : misfit(value, decoded.failure)
      }),
      () => failure({ expected, found: "", place: "the value", detail: "it is nested too deeply" })
    )

  const read = (text: string): Result.Result<unknown, OutputParseError> => {
    const whole = parseStrict(text.trim())
    if (Result.isSuccess(whole)) return check(whole.success)
    const { blocks, invalid, unclosed } = find(text)
    if (unclosed !== undefined) {
      return failure({
        expected,
        found: text,
        place: placeOf(text, text.length),
        detail: `the JSON that starts at ${placeOf(text, unclosed)} is not finished`,
        truncated: true
      })
    }
    for (const block of blocks.toSorted(preference).slice(0, maxBlocks)) {
      const value = Result.flatMap(valueOf(text, block), check)
      if (Result.isSuccess(value)) return value
    }
    if (invalid !== undefined) {
      const { detail, index } = invalid
      return failure({
        expected,
        found: text.slice(index),
        place: placeOf(text, index),
        detail: `not valid JSON: ${detail}`
      })
    }
    const [first, ...others] = blocks
    if (first !== undefined) {
      const largest = others.reduce((a, b) => (a.json.length > b.json.length ? a : b), first)
      return Result.flatMap(valueOf(text, largest), check)
    }
    const scalar = parseStrict(text.replace(/^\s*```\w*|```\s*$/g, "").trim())
    if (Result.isSuccess(scalar)) return check(scalar.success)
    return failure({ expected, found: text, place: "", detail: "there is no JSON in the reply" })
  }

  return answerParser({
    id: `json@1:${(Hash.string(canonical.stringify(document)) >>> 0).toString(16)}`,
    format: "json",
    instructions: `Reply with one JSON value of this shape and nothing else. A key with \`?\` may be left out; every other must be there.\n\n${outline(document)}`,
    parse: read,
    print: (value: unknown) => JSON.stringify(value, null, 2),
    progress: () => {
      const reader = answerReader.make(shape)
      return (piece) => counted(reader.feed(piece))
    }
  })
}

const parseStrict = (text: string) => Result.try((): unknown => JSON.parse(text))

/** How many blocks are looked at before a reply counts as not containing the value. */
const maxBlocks = 100

/** Blocks with something in them first, then fenced ones, then the later. */
const preference = (a: JsonBlock, b: JsonBlock): number =>
  Number(b.json.length > 2) - Number(a.json.length > 2) || Number(b.fenced) - Number(a.fenced) || b.start - a.start

const valueOf = (text: string, { json, start }: JsonBlock): Result.Result<unknown, OutputParseError> =>
  Result.mapError(parseStrict(json), () =>
    error({ expected, found: json, place: placeOf(text, start), detail: "not valid JSON, and past repair" })
  )

const standard = SchemaIssue.makeFormatterStandardSchemaV1()
/** How many misfits an error names. */
const maxIssues = 5

const misfit = (value: unknown, cause: Schema.SchemaError) => {
  const { issues } = standard(cause.issue)
  const [first] = issues
  const path = first?.path ?? []
  const others = issues.slice(1, maxIssues).map((issue) => `${show(issue.path ?? [])}: ${issue.message}`)
  if (issues.length > maxIssues) others.push(`${issues.length - maxIssues} more`)
  return failure({
    expected,
    found: JSON.stringify(valueAt(value, path)) ?? "nothing",
    place: path.length === 0 ? "the value" : show(path),
    detail: [first?.message ?? cause.message, ...others].join("; ")
  })
}

const key = (segment: PropertyKey | { readonly key: PropertyKey }): PropertyKey =>
  typeof segment === "object" ? segment.key : segment

type Path = ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>

const show = (path: Path): string =>
  path
    .map(key)
    .map((key) => (typeof key === "number" ? `[${key}]` : `[${JSON.stringify(String(key))}]`))
    .join("")

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, segment) =>
      typeof inner === "object" && inner !== null
        ? (inner as Readonly<Record<PropertyKey, unknown>>)[key(segment)]
        : undefined,
    value
  )

/** How many elements a list has so far, or the last list in an object: `3 tasks` of `{"title": "…", "tasks": [1, 2, 3`. */
const counted = (value: Schema.MutableJson | undefined): string => {
  if (Array.isArray(value)) return count(value.length, "item")
  const [name, list] = Object.entries(value ?? {}).findLast(([, inside]) => Array.isArray(inside)) ?? []
  return name === undefined || !Array.isArray(list) ? "" : count(list.length, name.replace(/s$/, ""), name)
}
