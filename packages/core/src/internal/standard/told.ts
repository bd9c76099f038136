import type * as JsonSchema from "effect/JsonSchema"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import { hasConverter, type Origin, originOf, refusal } from "./origin.ts"
import { messageOf } from "../words/messageOf.ts"

/** Under which a part of a Schema keeps the Standard Schema that says what it is. */
export const annotation = "~@stepwright/core/StandardSchema"

/** Any Schema that needs no services. */
type AnySide = Schema.ConstraintCodec<unknown, unknown>

export type Document = JsonSchema.Document<"draft-2020-12">

const target = "draft-2020-12"

/** The JSON Schema of a Schema's JSON side. That of a Standard Schema is its own, word for word. */
export const documentOf = (schema: AnySide): Document => {
  const origin = originOf(schema)
  return origin === undefined ? Schema.toJsonSchemaDocument(jsonSide(schema)) : documentFor(origin)
}

/** A Schema of the same JSON in which Standard Schemas are as they are told; the same Schema where there are none. */
export const jsonSide = (schema: AnySide): AnySide => {
  const known = sides.get(schema.ast)
  if (known !== undefined) return known
  const encoded = SchemaAST.toEncoded(Schema.toCodecJson(schema).ast)
  const side = holdsStandard(encoded, new Set()) ? Schema.make<AnySide>(told(encoded)) : schema
  sides.set(schema.ast, side)
  return side
}

const sides = new WeakMap<SchemaAST.AST, AnySide>()

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

const told = (ast: SchemaAST.AST): SchemaAST.AST => {
  const origin = standardOf(ast)
  if (origin !== undefined) return sketch(documentFor(origin))
  switch (ast._tag) {
    case "Arrays":
    case "Objects":
    case "Union":
    case "Suspend":
      // Effect's own way to the parts of a Schema, which its types do not show
      return (ast as unknown as Recursive).recur(told)
    default:
      return ast
  }
}

/** An object has the keys that are known of it: what others it may have nobody is told. */
const closed = (node: JsonSchema.JsonSchema): JsonSchema.JsonSchema =>
  "properties" in node && !("additionalProperties" in node) ? { ...node, additionalProperties: false } : node

/** What a JSON Schema allows, as far as a Schema of Effect can say it; any JSON where it cannot. */
const sketch = (document: Document): SchemaAST.AST =>
  Result.getOrElse(
    Result.try(() =>
      SchemaAST.toEncoded(
        SchemaRepresentation.fromJsonSchemaDocument(document, { patterns: "ignore", onEnter: closed }).ast
      )
    ),
    () => Schema.Json.ast
  )

const documentFor = (origin: Origin): Document => {
  const { jsonSchema, schema } = origin
  if (jsonSchema !== undefined) return split(jsonSchema)
  const give = "give it: StandardSchema.make(schema, { jsonSchema })"
  if (!hasConverter(schema)) throw refusal(origin, `does not say its JSON Schema, which a model is told: ${give}`)
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
  const definitions = Predicate.isObject($defs) ? { ...($defs as JsonSchema.Definitions) } : {}
  if (!JSON.stringify([schema, definitions]).includes('"$ref":"#"')) return { dialect: target, schema, definitions }
  let name = typeof schema["title"] === "string" && /^\w+$/.test(schema["title"]) ? schema["title"] : "Value"
  while (name in definitions) name += "_"
  const $ref = `#/$defs/${name}`
  const renamed = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('"$ref":"#"', `"$ref":"${$ref}"`))
  return { dialect: target, schema: { $ref }, definitions: renamed({ ...definitions, [name]: schema }) }
}
