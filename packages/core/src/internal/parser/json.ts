import * as Hash from "effect/Hash"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import type { Encoded } from "../../StandardSchema.ts"
import * as canonical from "../json/canonical.ts"
import * as blocks from "../json/blocks.ts"
import * as keys from "../json/keys.ts"
import { outline } from "../json/outline.ts"
import * as answerReader from "../json/answerReader.ts"
import * as JsonCodec from "../json/codec.ts"
import * as jsonShape from "../json/shape.ts"
import { type AnySchema, schemaOf } from "../standard/codec.ts"
import { documentOf, jsonSide } from "../standard/told.ts"
import { excerpt } from "../text/excerpt.ts"
import { count } from "../text/lineCounter.ts"
import { answerParser, failure, ofAnswer, type OutputParseError, type OutputParser, placeOf } from "./outputParser.ts"

const expected = "one JSON value of the shape described"

/**
 * The JSON encoding of a Schema. Code fences, prose around it, comments, trailing commas, single quotes and other small faults
 * are tolerated; a value that the reply ends in the middle of is never completed.
 *
 * Of several values those that stand by themselves count before those inside a sentence; where several fit that are not
 * alike, the reply is refused.
 *
 * ```ts
 * const parser = OutputParser.json(Schema.Struct({ title: Schema.String }))
 * assert.deepStrictEqual(parser.parse('Sure: {"title": "Effect",}'), Result.succeed({ title: "Effect" }))
 * ```
 */
export const json = <S extends Schema.ConstraintCodec<unknown, unknown> | StandardSchemaV1>(
  schema: S
): OutputParser<Encoded<S>> => {
  // whose codec it is does not matter here
  const codec = schemaOf(schema as AnySchema)
  const document = documentOf(codec)
  const shape = jsonShape.fromAst(jsonSide(codec).ast)
  const parse = read(codec)
  const parser: OutputParser<unknown> = answerParser({
    id: `json@1:${(Hash.string(canonical.stringify(document)) >>> 0).toString(16)}`,
    format: "json",
    instructions: `Reply with one JSON value of this shape and nothing else. A key with \`?\` may be left out; every other must be there.\n\n${outline(document)}`,
    parse,
    print: (value: unknown) => JSON.stringify(value, null, 2),
    progress: () => {
      const reader = answerReader.make(shape)
      return (piece) => counted(reader.feed(piece))
    }
  })
  // what it gives is what the schema takes
  return { ...parser, parse } as never
}

type AnyJsonCodec = Schema.ConstraintCodec<unknown, unknown>

/** The value of a Schema, as it is encoded, that a reply gives. */
export const read = (schema: AnyJsonCodec): ((reply: string) => Result.Result<unknown, OutputParseError>) => {
  const shape = jsonShape.fromAst(jsonSide(schema).ast)
  const decode = Schema.decodeUnknownResult(Schema.toCodecJson(schema), { errors: "all" })

  const check = (value: unknown): Result.Result<unknown, OutputParseError> =>
    Result.getOrElse(
      Result.try(() => {
        const decoded = decode(value)
        return Result.isSuccess(decoded) ? Result.succeed(value) : misfit(value, decoded.failure)
      }),
      (thrown) => {
        const error = JsonCodec.thrown(thrown)
        // no other reply would change that
        if (Predicate.isTagged(error, "DefinitionError")) throw error
        const isDeep = Predicate.isError(error) && error.cause instanceof RangeError
        const detail = isDeep || !Predicate.isError(error) ? "it is nested too deeply" : error.message
        return failure({ expected, found: "", place: "the value", detail })
      }
    )

  /** A whole reply, or what stands in a fence of it, where that is JSON. */
  const whole = (text: string): Result.Result<unknown, OutputParseError> | undefined => {
    const value = Result.getOrUndefined(parseStrict(text))
    if (value === undefined) return undefined
    if (typeof value === "string" && !jsonShape.accepts(shape, "string")) return inText(value)
    if (!keys.isAnyTwice(text, value)) return check(value)
    const { invalid = { index: 0, detail: "a key comes twice" } } = blocks.find(text)
    return broken(text, invalid)
  }

  const inText = (text: string): Result.Result<unknown, OutputParseError> => whole(text.trim()) ?? among(text)

  /** One of the values in a text that is none by itself. */
  const among = (text: string): Result.Result<unknown, OutputParseError> => {
    const found = blocks.find(text)
    if (found.unclosed !== undefined) {
      return failure({
        expected,
        found: text,
        place: placeOf(text, text.length),
        detail: `the JSON that starts at ${placeOf(text, found.unclosed)} is not finished`,
        truncated: true
      })
    }
    const fitting = found.blocks.filter(({ json }) =>
      jsonShape.accepts(shape, json.startsWith("{") ? "object" : "array")
    )
    const candidates = best(fitting.length > 0 ? fitting : found.blocks, found.invalid)
    if (candidates.length === 0) {
      const inFence = text.trim().replace(/^```(?:json\w?)?(?=\s)|```$/gi, "")
      return whole(inFence.trim()) ?? missing(text, found)
    }
    if (candidates.length > maxBlocks) {
      const detail = `there are ${candidates.length} JSON values; give one`
      return failure({ expected, found: text, place: placeOf(text, candidates[1]!.start), detail })
    }
    return choose(text, candidates)
  }

  /** The one value of several that fits. */
  const choose = (text: string, candidates: ReadonlyArray<blocks.JsonBlock>) => {
    const read = candidates.map((block) => ({ block, value: check(JSON.parse(block.json)) }))
    const [first, ...others] = read.filter(({ value }) => Result.isSuccess(value))
    if (first === undefined) return read.reduce((a, b) => (a.block.json.length < b.block.json.length ? b : a)).value
    const other = others.find(({ block }) => !isSame(block, first.block))
    if (other === undefined) return first.value
    const both = [first, other].map(({ block }) => `${excerpt(block.json, shown)} at ${placeOf(text, block.start)}`)
    const detail = `${others.length + 1} values fit and are not alike, ${both.join(" and ")}; give one`
    return failure({ expected, found: other.block.json, place: placeOf(text, other.block.start), detail })
  }

  // a reply that is JSON has nothing around it
  return (reply) => whole(reply.trim()) ?? ofAnswer((text) => (text === reply ? among(text) : inText(text)))(reply)
}

const parseStrict = (text: string) => Result.try((): unknown => JSON.parse(text))

/** How much of a value an error shows where it names two. */
const shown = 80

/** How many values of a reply are looked at. */
const maxBlocks = 100

/** Those that stand best; none where something broken stands better, or as well and may be the answer with a fault. */
const best = (found: ReadonlyArray<blocks.JsonBlock>, broken: blocks.JsonBlocks["invalid"]) => {
  const highest = found.reduce((highest, { standing }) => Math.max(highest, standing), 0)
  const isAnswer = broken !== undefined && !broken.isShape
  const isWorse = isAnswer && (broken.standing > highest || (broken.isWhole && broken.standing === highest))
  return isWorse ? [] : found.filter(({ standing }) => standing === highest)
}

const broken = (text: string, { detail, index }: { readonly detail: string; readonly index: number }) =>
  failure({ expected, found: text.slice(index), place: placeOf(text, index), detail: `not valid JSON: ${detail}` })

const missing = (text: string, { foreign, invalid }: blocks.JsonBlocks) => {
  if (invalid !== undefined) return broken(text, invalid)
  const where = foreign === undefined ? "" : ` but in a block of ${foreign}`
  return failure({ expected, found: text, place: "", detail: `there is no JSON in the reply${where}` })
}

const isSame = (a: blocks.JsonBlock, b: blocks.JsonBlock): boolean =>
  canonical.stringify(JSON.parse(a.json)) === canonical.stringify(JSON.parse(b.json))

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
