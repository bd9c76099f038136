// Values that a Schema allows, as a number decides, and as plain as it lets them be: texts are words, and no two alike.

import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { givenOf } from "../../internal/standard/codec.ts"
import { texts } from "../../internal/standard/sample.ts"
import { allowedBy, exactSide, textFormat } from "../../internal/standard/told.ts"
import type { LlmRequest } from "../../LlmRequest.ts"
import { mix, type Random, seeded } from "./random.ts"

type AnySchema = Schema.Codec<unknown, unknown>

const words = [
  "amber",
  "basalt",
  "cedar",
  "dune",
  "ember",
  "fjord",
  "grove",
  "harbour",
  "islet",
  "juniper",
  "kelp",
  "lagoon",
  "meadow",
  "nectar",
  "orchid",
  "pebble"
] as const

/** Two words that hardly anything else is. */
const word = (random: Random): string => `${random.pick(words)} ${random.int(10_000).toString(36)}`

/** Where texts and numbers come from. */
interface Source {
  readonly random: Random
  readonly text: () => string
}

/**
 * How values are made: as plain as can be; with texts that hold what separates texts, in a line or in several; always the
 * least, or the most, that comes to mind; of texts that are given; with a mark in each text.
 */
export type Manner =
  | "plain"
  | "marks"
  | "lines"
  | "least"
  | "most"
  | { readonly texts: ReadonlyArray<string> }
  | { readonly mark: string }

/** A number that is chosen each time. */
const always = (next: number): Random => ({
  next: () => next,
  int: (below) => Math.floor(next * below),
  bool: (chance = 0.5) => next < chance,
  pick: (from) => from[Math.floor(next * from.length)] ?? from[0]
})

const sourceOf = (manner: Manner, seed: number): Source => {
  const random = seeded(seed)
  const text = () => word(random)
  if (typeof manner === "object") {
    if ("mark" in manner) return { random, text: () => `${text()} ${manner.mark}` }
    let at = 0
    return { random, text: () => manner.texts[at++ % manner.texts.length] ?? text() }
  }
  switch (manner) {
    case "plain":
      return { random, text }
    case "marks":
      return { random, text: () => `${text()}, ${text()}; "${text()}": it's 50 % / ${text()}` }
    case "lines":
      return { random, text: () => `${text()}\n\n- ${text()}\n---\n${text()}` }
    case "least":
      return { random: always(0), text }
    case "most":
      return { random: always(1 - 2 ** -32), text: () => Array.from({ length: 100 }, text).join(" ") }
  }
}

/** Texts that are tried, one after the other, where there are checks. */
const shapes: ReadonlyArray<(text: string) => string> = [
  (text) => text,
  (text) => text.replace(" ", ""),
  (text) => text.replace(/ .*/, ""),
  (text) => text.slice(0, 1),
  (text) => text.toUpperCase(),
  (text) => `${text}, ${text}`,
  (text) => Array.from({ length: 5 }, () => text).join(", "),
  (text) => Array.from({ length: 25 }, () => text).join(", ")
]

const deepest = 5

/** A value by the parts of a Schema; `undefined` where it is not known how. */
const plain = (ast: SchemaAST.AST, source: Source, depth: number): Option.Option<unknown> => {
  const made = unchecked(ast, source, depth, 0)
  if (ast.checks === undefined && Option.isSome(made)) return made
  const fits = Schema.is(Schema.make<AnySchema>(ast))
  for (const shape of shapes.keys()) {
    const value = shape === 0 ? made : unchecked(ast, source, depth, shape)
    if (Option.isSome(value) && fits(value.value)) return value
  }
  return arbitrary(ast, source.random)
}

const unchecked = (ast: SchemaAST.AST, source: Source, depth: number, shape: number): Option.Option<unknown> => {
  const { random, text } = source
  switch (ast._tag) {
    case "String":
      return Option.some(texts[String(ast.annotations?.[textFormat])] ?? shapes[shape]!(text()))
    case "Number":
      return Option.some((1 + random.int(9)) * 10 ** (shape % 4))
    case "Boolean":
      return Option.some(random.bool())
    case "Literal":
      return Option.some(ast.literal)
    case "Null":
      return Option.some(null)
    case "Undefined":
    case "Void":
      return Option.some(undefined)
    case "Any":
    case "Unknown":
      return Option.some(text())
    case "Enum": {
      const [first, ...others] = ast.enums
      return first === undefined ? Option.none() : Option.some(random.pick([first, ...others])[1])
    }
    case "Union": {
      const types = depth > deepest ? ast.types.toReversed() : ast.types
      const [first, ...others] = types
      if (first === undefined) return Option.none()
      return plain(depth > deepest ? first : random.pick([first, ...others]), source, depth + 1)
    }
    case "Arrays": {
      const rest = ast.rest[0]
      const count = rest === undefined || depth > deepest ? 0 : 2 + random.int(2)
      const parts = [...ast.elements, ...Array.from({ length: count }, () => rest!), ...ast.rest.slice(1)]
      return Option.all(parts.map((part) => plain(part, source, depth + 1)))
    }
    case "Objects": {
      const members: Array<readonly [PropertyKey, Option.Option<unknown>]> = []
      for (const { name, type } of ast.propertySignatures) {
        const isOptional = SchemaAST.isOptional(type)
        if (isOptional && (depth > deepest || random.bool(0.3))) continue
        members.push([name, plain(type, source, depth + 1)])
      }
      for (const { type } of ast.indexSignatures) {
        const count = depth > deepest ? 0 : 2
        for (let i = 0; i < count; i++) members.push([text(), plain(type, source, depth + 1)])
      }
      if (members.length === 0 && ast.propertySignatures.length === 0) return Option.some({})
      if (members.some(([, value]) => Option.isNone(value))) return Option.none()
      return Option.some(
        Object.fromEntries(members.map(([name, value]) => [name, Option.getOrUndefined(value)] as const))
      )
    }
    case "Suspend":
      return depth > deepest * 2 ? Option.none() : plain(ast.thunk(), source, depth + 1)
    // what takes any JSON takes a text
    case "Declaration": {
      const value = text()
      return Schema.is(Schema.make<AnySchema>(ast))(value) ? Option.some(value) : arbitrary(ast, random)
    }
    default:
      return arbitrary(ast, random)
  }
}

/** How many arbitrary values are made to have one that can be printed. */
const mostArbitrary = 20

const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u

const isPrintable = (value: unknown, around: ReadonlyArray<unknown> = []): boolean =>
  typeof value === "string"
    ? !unprintable.test(value)
    : !Predicate.isObjectOrArray(value) ||
      // some values have themselves in them
      around.includes(value) ||
      Object.entries(value)
        .flat()
        .every((it) => isPrintable(it, [...around, value]))

const arbitraries = new WeakMap<SchemaAST.AST, Arbitrary.Arbitrary<unknown>>()

const allOf = (ast: SchemaAST.AST): Arbitrary.Arbitrary<unknown> => {
  const made = arbitraries.get(ast) ?? Arbitrary.schema(Schema.make<AnySchema>(ast))
  arbitraries.set(ast, made)
  return made
}

const arbitrary = (ast: SchemaAST.AST, random: Random): Option.Option<unknown> =>
  Option.liftThrowable(() => {
    const all = allOf(ast)
    let first: unknown
    for (let i = 0; i < mostArbitrary; i++) {
      const [value] = Effect.runSync(Arbitrary.sampleEffect(all, { count: 1, size: 3, seed: random.int(2 ** 31) }))
      if (isPrintable(value)) return value
      if (i === 0) first = value
    }
    return first
  })()

/** Texts that are tried in all places, where words are refused: some functions take only texts of a kind. */
const others = ["1", "a", ...Object.values(texts), "{}", ""]

/** Gives what a Schema makes of JSON, where it is given: of a Standard Schema the JSON, if that is taken. */
const givenBy = (schema: AnySchema) => {
  const read = Schema.decodeUnknownResult(Schema.toCodecJson(givenOf(schema)))
  // functions in it may throw whatever they like
  return (json: unknown): Option.Option<unknown> =>
    Option.flatMap(Result.getSuccess(Result.try(() => read(json))), Result.getSuccess)
}

/** A value that a Standard Schema takes, as JSON, or one of Effect with such parts: what its JSON Schema says is tried. */
const ofStandard = (side: AnySchema, schema: AnySchema, seed: number, manner: Manner): Option.Option<unknown> => {
  const given = givenBy(schema)
  for (const other of [undefined, undefined, undefined, ...others]) {
    const source = sourceOf(manner, other === undefined ? seed : mix(other, seed))
    const text = other === undefined ? source.text : () => other
    const value = Option.flatMap(plain(side.ast, { ...source, text }, 0), given)
    if (Option.isSome(value)) return value
  }
  return Option.none()
}

/** Any values of a Schema, as they are given: likewise. */
export const arbitraryOf = (schema: AnySchema): Arbitrary.Arbitrary<unknown> => {
  const side = exactSide(schema)
  const given = givenBy(schema)
  return side === undefined
    ? Arbitrary.schema(schema)
    : Arbitrary.filterMap(Arbitrary.schema(side), (json) => Result.fromOption(given(json), () => undefined))
}

/** A value of a Schema, if one can be made: what is given where that is asked for. */
export const sample = (schema: AnySchema, seed: number, manner: Manner = "plain"): Option.Option<unknown> => {
  const side = exactSide(schema)
  if (side !== undefined) return ofStandard(side as AnySchema, schema, seed, manner)
  const ast = SchemaAST.toType(schema.ast)
  return Option.flatMap(plain(ast, sourceOf(manner, seed), 0), (value) =>
    Result.getOrElse(
      Result.try(() => (Schema.is(schema)(value) ? Option.some(value) : arbitrary(ast, seeded(seed)))),
      () => Option.none()
    )
  )
}

/** What a model may reply to who is not known: words, or JSON that fits what is asked for. */
export const sampleReply = ({ format }: Pick<LlmRequest, "format">, seed: number, manner: Manner = "plain"): string => {
  if (format.type === "text") return sourceOf(manner, seed).text()
  // a JSON Schema is an object, or allows anything
  const schema = allowedBy(Predicate.isReadonlyObject(format.schema) ? format.schema : {})
  return JSON.stringify(Option.getOrNull(sample(schema as AnySchema, seed, manner)))
}
