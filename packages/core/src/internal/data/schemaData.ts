// Schemas as data: their names in a catalog, or JSON Schema that says all that they say.

import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import type { SchemaData } from "../../WorkflowDefinition.ts"
import { jsonSchema } from "../ask/call.ts"
import * as canonical from "../json/canonical.ts"
import type { AnyCodec } from "../json/codec.ts"
import { suggest } from "../text/suggest.ts"
import { messageOf } from "../words/messageOf.ts"

/** What is wrong with JSON Schema, and the keys under which it is. */
export interface SchemaProblem {
  readonly keys: ReadonlyArray<string | number>
  readonly detail: string
}

export type Schemas = Readonly<Record<string, AnyCodec>>

type Json = Readonly<Record<string, unknown>>

/** The Schema that data stands for. */
export const read = (data: SchemaData, schemas: Schemas): Result.Result<AnyCodec, SchemaProblem> => {
  if (typeof data === "string") {
    return Object.hasOwn(schemas, data)
      ? Result.succeed(schemas[data]!)
      : Result.fail({
          keys: [],
          detail: `no Schema of the catalog is called "${data}"${suggest(data, Object.keys(schemas))}`
        })
  }
  const { $defs = {}, $schema: _, ...root } = data
  const definitions = Predicate.isReadonlyObject($defs) ? $defs : {}
  const unknown = unknownIn(root, []) ?? unknownAmong(definitions, ["$defs"]) ?? circleAmong(definitions)
  if (unknown !== undefined) return Result.fail(unknown)
  return Result.try({
    // it needs no services: it was made of JSON
    try: () =>
      SchemaRepresentation.fromJsonSchemaDocument(
        { dialect: "draft-2020-12", schema: root, definitions: definitions as never },
        { onEnter: closed }
      ) as unknown as AnyCodec,
    catch: (error) => unsupported(messageOf(error))
  })
}

/** An object takes the names that it knows and leaves out others, as in any Schema of a workflow. */
const closed = <S extends Json>(schema: S): S =>
  schema["properties"] !== undefined && (schema["additionalProperties"] ?? true) === true
    ? { ...schema, additionalProperties: false }
    : schema

/** Effect says in its last line where in the document something is. */
const unsupported = (message: string): SchemaProblem => {
  const [detail = "", place = ""] = message.split(/\n\s*at /u)
  const keys = Array.from(place.matchAll(/\[("(?:[^"\\]|\\.)*"|\d+)\]/gu), ([, key]) => JSON.parse(key!))
  return { keys: keys[0] === "schema" ? keys.slice(1) : ["$defs", ...keys.slice(1)], detail }
}

const types = ["null", "boolean", "object", "array", "number", "integer", "string"]

/** The words of JSON Schema by what stands under them: one Schema, several, some by name, or something else. */
const words: Readonly<Record<string, "one" | "list" | "named" | "value">> = {
  type: "value",
  enum: "value",
  const: "value",
  properties: "named",
  required: "value",
  additionalProperties: "one",
  patternProperties: "named",
  propertyNames: "one",
  minProperties: "value",
  maxProperties: "value",
  items: "one",
  prefixItems: "list",
  minItems: "value",
  maxItems: "value",
  uniqueItems: "value",
  minLength: "value",
  maxLength: "value",
  pattern: "value",
  minimum: "value",
  maximum: "value",
  exclusiveMinimum: "value",
  exclusiveMaximum: "value",
  multipleOf: "value",
  anyOf: "list",
  oneOf: "list",
  allOf: "list",
  not: "value",
  $ref: "value",
  title: "value",
  description: "value",
  default: "value",
  examples: "value",
  format: "value",
  $comment: "value"
}

type Valued = readonly [what: string, is: (value: unknown) => boolean]

const count: Valued = ["a whole number, 0 or more", (value) => Number.isSafeInteger(value) && Number(value) >= 0]
const number: Valued = ["a number", Number.isFinite]
const text: Valued = ["a text", Predicate.isString]
const list: Valued = ["a list", Array.isArray]
const named: Valued = ["Schemas by name", Predicate.isReadonlyObject]

/** What stands under words, where that is not one Schema: Effect leaves out what is something else. */
const valued: Readonly<Record<string, Valued>> = {
  enum: list,
  properties: named,
  required: ["a list of texts", (value) => Array.isArray(value) && value.every(Predicate.isString)],
  prefixItems: list,
  minProperties: count,
  maxProperties: count,
  minItems: count,
  maxItems: count,
  uniqueItems: ["true or false", Predicate.isBoolean],
  minLength: count,
  maxLength: count,
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: ["a number above 0", (value) => Number.isFinite(value) && Number(value) > 0],
  anyOf: list,
  oneOf: list,
  allOf: list,
  $ref: text,
  title: text,
  description: text
}

/** Whatever it does not know Effect takes for nothing: a misspelt word would let everything in. */
const unknownIn = (schema: unknown, keys: SchemaProblem["keys"]): SchemaProblem | undefined => {
  if (typeof schema === "boolean") return undefined
  if (!Predicate.isReadonlyObject(schema)) return { keys, detail: "this is no JSON Schema: give an object" }
  for (const [word, value] of Object.entries(schema)) {
    const at = [...keys, word]
    const kind = Object.hasOwn(words, word) ? words[word] : undefined
    if (kind === undefined) {
      const detail = `"${word}" says nothing in a definition${suggest(word, Object.keys(words))}`
      return { keys: at, detail }
    }
    if (word === "type") {
      const other = [value].flat().find((type) => typeof type !== "string" || !types.includes(type))
      if (other !== undefined)
        return { keys: at, detail: `no type is called "${String(other)}"${suggest(String(other), types)}` }
    }
    if (word === "pattern" || word === "patternProperties") {
      return {
        keys: at,
        detail: `"${word}" is not taken, as a pattern can take for ever: check it in a step, or give the Schema a name in the catalog`
      }
    }
    const [what, is] = Object.hasOwn(valued, word) ? valued[word]! : []
    if (is?.(value) === false) return { keys: at, detail: `"${word}" is to be ${what}` }
    const inner =
      kind === "one" ? unknownIn(value, at) : kind === "list" || kind === "named" ? unknownAmong(value, at) : undefined
    if (inner !== undefined) return inner
  }
  return undefined
}

const unknownAmong = (schemas: unknown, keys: SchemaProblem["keys"]): SchemaProblem | undefined => {
  if (typeof schemas !== "object" || schemas === null) return { keys, detail: "there are to be JSON Schemas here" }
  for (const [name, schema] of Object.entries(schemas)) {
    const problem = unknownIn(schema, [...keys, Array.isArray(schemas) ? Number(name) : name])
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Definitions that are nothing but each other: no value could be held against them. */
const circleAmong = (definitions: Json): SchemaProblem | undefined => {
  const refsOf = (schema: unknown): ReadonlyArray<string> => {
    if (!Predicate.isReadonlyObject(schema)) return []
    const { $ref, allOf, anyOf, oneOf } = schema as Json
    const inner = [allOf, anyOf, oneOf].flatMap((some) => (Array.isArray(some) ? some.flatMap(refsOf) : []))
    return typeof $ref === "string" ? [$ref.replace("#/$defs/", ""), ...inner] : inner
  }
  for (const name of Object.keys(definitions)) {
    const met = new Set(refsOf(definitions[name]))
    // what is added while it is gone through is gone through, too
    for (const other of met) for (const next of refsOf(definitions[other])) met.add(next)
    if (met.has(name)) return { keys: ["$defs", name], detail: `"${name}" is nothing but itself` }
  }
  return undefined
}

/** A Schema as data; why it cannot be, where JSON Schema does not say all of it and it has no name. */
export const write = (schema: AnyCodec, schemas: Schemas): Result.Result<SchemaData, string> => {
  const name = Object.keys(schemas).find((name) => schemas[name] === schema)
  if (name !== undefined) return Result.succeed(name)
  const refuse = (why: string) => Result.fail(`${why}: give it a name in the catalog's schemas`)
  const data = Result.try(() => plain(jsonSchema(schema)) as Exclude<SchemaData, string>)
  const again = Result.flatMap(data, (data) => read(data, {}))
  if (Result.isFailure(data) || Result.isFailure(again)) return refuse("its Schema has no JSON Schema that says it")
  if (!isSame(schema.ast, again.success.ast) || !isEqual(data.success, plain(jsonSchema(again.success)))) {
    return refuse("JSON Schema does not say all that its Schema does")
  }
  return Result.succeed(data.success)
}

/** Without what every Schema of an object says, and what reading takes for said. */
const plain = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(plain)
  if (!Predicate.isReadonlyObject(json)) return json
  const { additionalProperties, ...others } = json as Json
  const isOpen = additionalProperties === true && "properties" in json
  return Object.fromEntries(Object.entries(isOpen ? others : json).map(([name, inner]) => [name, plain(inner)]))
}

const isEqual = (one: unknown, other: unknown) => canonical.stringify(one) === canonical.stringify(other)

/** Whether two Schemas take the same values as they are, and check the same of them. `known` are pairs compared before. */
const isSame = (one: SchemaAST.AST, other: SchemaAST.AST, known = new Map<SchemaAST.AST, SchemaAST.AST>()): boolean => {
  if (one === other || known.get(one) === other) return true
  known.set(one, other)
  if (SchemaAST.isSuspend(one)) return isSame(one.thunk(), other, known)
  if (SchemaAST.isSuspend(other)) return isSame(one, other.thunk(), known)
  if (
    one._tag !== other._tag ||
    one.encoding !== undefined ||
    SchemaAST.isOptional(one) !== SchemaAST.isOptional(other)
  ) {
    return false
  }
  const all = (some: ReadonlyArray<SchemaAST.AST>, others: ReadonlyArray<SchemaAST.AST>) =>
    some.length === others.length && some.every((ast, i) => isSame(ast, others[i]!, known))
  const [checks, others] = [checksOf(one), checksOf(other)]
  if (checks === undefined || others === undefined || !isEqual(checks, others)) return false
  if (SchemaAST.isArrays(one) && SchemaAST.isArrays(other)) {
    return all(one.elements, other.elements) && all(one.rest, other.rest)
  }
  if (SchemaAST.isObjects(one) && SchemaAST.isObjects(other)) {
    const [properties, more] = [one.propertySignatures, other.propertySignatures]
    return (
      all(typesOf(properties), typesOf(more)) &&
      properties.every(({ name }, i) => name === more[i]?.name) &&
      all(typesOf(one.indexSignatures), typesOf(other.indexSignatures)) &&
      all(
        one.indexSignatures.map(({ parameter }) => parameter),
        other.indexSignatures.map(({ parameter }) => parameter)
      )
    )
  }
  if (SchemaAST.isUnion(one) && SchemaAST.isUnion(other)) return all(one.types, other.types)
  if (SchemaAST.isLiteral(one) && SchemaAST.isLiteral(other)) return one.literal === other.literal
  if (SchemaAST.isDeclaration(one)) return isEqual(idOf(one), idOf(other)) && idOf(one) !== undefined
  return SchemaAST.isString(one) || SchemaAST.isNumber(one) || SchemaAST.isBoolean(one) || SchemaAST.isNull(one)
}

const typesOf = (signatures: ReadonlyArray<{ readonly type: SchemaAST.AST }>) => signatures.map(({ type }) => type)

const idOf = (annotated: { readonly annotations?: Schema.Annotations.Annotations | undefined }): unknown =>
  annotated.annotations?.["representation"]

/** What is checked, in one order; nothing where code checks it that has no name. */
const checksOf = (ast: SchemaAST.AST): ReadonlyArray<string> | undefined => {
  const checks: ReadonlyArray<SchemaAST.Check<unknown>> = ast.checks ?? []
  const flat = (check: SchemaAST.Check<unknown>): ReadonlyArray<SchemaAST.Check<unknown>> =>
    check._tag === "FilterGroup" && idOf(check) === undefined ? check.checks.flatMap(flat) : [check]
  const ids = checks.flatMap(flat).map(idOf)
  if (ids.includes(undefined)) return undefined
  const texts = ids.map((id) => canonical.stringify(id))
  const isInt = texts.some((text) => text.includes('"effect/schema/isInt"'))
  // an integer is a safe one
  return [...new Set(texts)].filter((text) => !isInt || !/[:,]-?9007199254740991\b/u.test(text)).toSorted()
}
