import type * as EffectJsonSchema from "effect/JsonSchema"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import { hasConverter, type JsonSchema, type Origin, originOf, refusal } from "./origin.ts"
import { messageOf } from "../words/messageOf.ts"

/** Under which a part of a Schema keeps the Standard Schema that says what it is. */
export const annotation = "~@stepwright/core/StandardSchema"

/** Any Schema that needs no services. */
type AnySide = Schema.ConstraintCodec<unknown, unknown>

export type Document = EffectJsonSchema.Document<"draft-2020-12">

const target = "draft-2020-12"

/** The JSON Schema of a Schema's JSON side. That of a Standard Schema is its own, word for word. */
export const documentOf = (schema: AnySide): Document => {
  const origin = originOf(schema)
  return origin === undefined ? Schema.toJsonSchemaDocument(jsonSide(schema)) : documentFor(origin)
}

/** A Schema of the same JSON in which Standard Schemas are as they are told; the same Schema where there are none. */
export const jsonSide = (schema: AnySide): AnySide =>
  sideOf(schema, toTell, (origin) => sketch(documentFor(origin), { patterns: "ignore" })) ?? schema

/** Likewise with all that is said of values, to make one; nothing where there are no Standard Schemas. */
export const exactSide = (schema: AnySide): AnySide | undefined =>
  sideOf(schema, toMake, (origin) => sketch(roughly(origin), exact))

type Sides = WeakMap<SchemaAST.AST, { readonly side: AnySide | undefined }>

const toTell: Sides = new WeakMap()
const toMake: Sides = new WeakMap()

const sideOf = (schema: AnySide, known: Sides, of: (origin: Origin) => SchemaAST.AST): AnySide | undefined => {
  const before = known.get(schema.ast)
  if (before !== undefined) return before.side
  const encoded = SchemaAST.toEncoded(Schema.toCodecJson(schema).ast)
  const side = holdsStandard(encoded, new Set()) ? Schema.make<AnySide>(told(encoded, of)) : undefined
  known.set(schema.ast, { side })
  return side
}

/** What says which text of many it is: not checked, but kept. */
export const textFormat = "format"

const exact: SchemaRepresentation.FromJsonSchemaOptions = {
  patterns: "apply",
  includeAnnotationKey: (key) => key === textFormat
}

/** The Schema of what a JSON Schema allows, as exactly as that. */
export const allowedBy = (schema: JsonSchema): AnySide => Schema.make<AnySide>(sketch(split(schema), exact))

const standardOf = (ast: SchemaAST.AST): Origin | undefined =>
  // only `givenOf` has this annotation
  ast.annotations?.[annotation] as Origin | undefined

const childrenOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> => {
  switch (ast._tag) {
    case "Arrays":
      return [...ast.elements, ...ast.rest]
    case "Objects":
      return [...ast.propertySignatures, ...ast.indexSignatures].map(({ type }) => type)
    case "Union":
      return ast.types
    case "Suspend":
      return [ast.thunk()]
    default:
      return []
  }
}

const holdsStandard = (ast: SchemaAST.AST, seen: Set<SchemaAST.AST>): boolean => {
  if (standardOf(ast) !== undefined) return true
  if (seen.has(ast)) return false
  seen.add(ast)
  return childrenOf(ast).some((child) => holdsStandard(child, seen))
}

interface Recursive {
  readonly recur: (part: (ast: SchemaAST.AST) => SchemaAST.AST) => SchemaAST.AST
}

const told = (ast: SchemaAST.AST, of: (origin: Origin) => SchemaAST.AST): SchemaAST.AST => {
  const origin = standardOf(ast)
  if (origin !== undefined) return of(origin)
  switch (ast._tag) {
    case "Arrays":
    case "Objects":
    case "Union":
    case "Suspend":
      // Effect's own way to the parts of a Schema, which its types do not show
      return (ast as unknown as Recursive).recur((part) => told(part, of))
    default:
      return ast
  }
}

/** An object has the keys that are known of it: what others it may have nobody is told. */
const closed = (node: EffectJsonSchema.JsonSchema): EffectJsonSchema.JsonSchema =>
  "properties" in node && !("additionalProperties" in node) ? { ...node, additionalProperties: false } : node

/** What a JSON Schema allows, as far as a Schema of Effect can say it; any JSON where it cannot. */
const sketch = (document: Document, options: SchemaRepresentation.FromJsonSchemaOptions): SchemaAST.AST =>
  Result.getOrElse(
    Result.try(() =>
      SchemaAST.toEncoded(SchemaRepresentation.fromJsonSchemaDocument(document, { ...options, onEnter: closed }).ast)
    ),
    // an expression of another kind than JSON Schema's
    () => (options.patterns === "apply" ? sketch(document, { ...options, patterns: "ignore" }) : Schema.Json.ast)
  )

/** How schemas of a library are made to say their JSON Schema. */
const sayers: Readonly<Record<string, string>> = {
  valibot: "write toStandardJsonSchema(schema), of @valibot/to-json-schema",
  zod: "zod 4.2 and later say it; z.toJSONSchema of zod 4, or zod-to-json-schema for zod 3, makes one"
}

const documentFor = (origin: Origin): Document => {
  const { jsonSchema, schema } = origin
  if (jsonSchema !== undefined) return split(jsonSchema)
  const give = "give it: StandardSchema.make(schema, { jsonSchema })"
  if (!hasConverter(schema)) {
    const sayIt = sayers[schema["~standard"].vendor]
    const how = sayIt === undefined ? give : `${sayIt}; or ${give}`
    throw refusal(origin, `does not say its JSON Schema, which a model is told: ${how}`)
  }
  return Result.getOrThrowWith(
    Result.try(() => split(schema["~standard"].jsonSchema.input({ target }))),
    (error) => refusal(origin, `cannot say its JSON Schema, which a model is told (${inWords(error)}): ${give}`)
  )
}

/** The same as far as its library can say it, to try the schema on. */
export const roughly = ({ jsonSchema, schema }: Origin): Document => {
  if (jsonSchema !== undefined) return split(jsonSchema)
  if (!hasConverter(schema)) return split({})
  const { jsonSchema: converter } = schema["~standard"]
  // what zod and valibot call leaving out what is no JSON
  const libraryOptions = { unrepresentable: "any", errorMode: "ignore" }
  return Result.getOrElse(
    Result.try(() => split(converter.input({ target, libraryOptions }))),
    () => split({})
  )
}

const inWords = (error: unknown) => messageOf(error).replace(/\.$/, "")

/** A JSON Schema and its definitions; one that speaks of itself becomes one of them. */
const split = ({ $schema: _, $defs, ...schema }: Readonly<Record<string, unknown>>): Document => {
  const definitions = Predicate.isObject($defs) ? { ...($defs as EffectJsonSchema.Definitions) } : {}
  if (!JSON.stringify([schema, definitions]).includes('"$ref":"#"')) return { dialect: target, schema, definitions }
  let name = typeof schema["title"] === "string" && /^\w+$/.test(schema["title"]) ? schema["title"] : "Value"
  while (name in definitions) name += "_"
  const $ref = `#/$defs/${name}`
  const renamed = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('"$ref":"#"', `"$ref":"${$ref}"`))
  return { dialect: target, schema: { $ref }, definitions: renamed({ ...definitions, [name]: schema }) }
}
