import * as Equal from "effect/Equal"
import * as JsonSchema from "effect/JsonSchema"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import type { LlmRequest, Message, ResponseFormat } from "@stepwright/core/LlmRequest"
import { parseJson } from "./lenient.ts"

/** How a provider is told what the reply must be. */
export type Format =
  | { readonly type: "text" }
  | { readonly type: "json_object" }
  | {
      readonly type: "json_schema"
      readonly name: string
      readonly schema: JsonSchema.JsonSchema
      readonly strict: true
    }

/** How schemas are sent. */
export interface Options {
  readonly structuredOutput?: "strict" | "json" | "instructions"
  readonly inexpressibleSchema?: "refuse" | "json" | "instructions"
}

/** The text of a reply as the request asked for it. */
export type Restore = (text: string) => string

interface Prepared {
  readonly messages: ReadonlyArray<Message>
  readonly format: Format
  readonly restore: Restore
}

/** What a provider's strict mode can express. */
export interface Dialect {
  /** What `inexpressibleSchema` may be besides "refuse", as an error says it. */
  readonly otherwise: string
  /** The schema to send, and the codec of what then comes. Throws when strict mode cannot express it. */
  readonly toCodec: (schema: Schema.Codec<unknown>) => {
    readonly codec: Schema.ConstraintCodec<unknown, unknown>
    readonly jsonSchema: JsonSchema.JsonSchema
  }
}

type JsonFormat = Extract<ResponseFormat, { readonly type: "json" }>

/** Messages and format for a request, or why strict mode cannot express its schema. */
export const prepare = (
  { format, messages }: LlmRequest,
  dialect: Dialect,
  { inexpressibleSchema = "refuse", structuredOutput = "strict" }: Options
): Result.Result<Prepared, string> => {
  if (format.type === "text") return Result.succeed({ messages, format, restore: asItIs })
  if (structuredOutput !== "strict") return Result.succeed(described(messages, format, structuredOutput))
  const strict = strictOf(format.schema, dialect)
  if (Result.isSuccess(strict)) {
    const { schema, restore } = strict.success
    return Result.succeed({
      messages,
      format: { type: "json_schema", name: nameOf(format), schema, strict: true },
      restore
    })
  }
  return inexpressibleSchema === "refuse"
    ? Result.fail(
        `strict mode cannot express the schema ${JSON.stringify(format.name)} (${strict.failure}): ` +
          `change it, or set inexpressibleSchema to ${dialect.otherwise}`
      )
    : Result.succeed(described(messages, format, inexpressibleSchema))
}

/** A format's name as providers take it. */
export const nameOf = ({ name }: JsonFormat): string => name.replace(/[^\w-]/gu, "_").slice(0, 64) || "reply"

const asItIs = (text: string) => text

/** Messages that ask for the format. Chat templates of many models take one system message, and only as the first. */
export const described = (
  messages: ReadonlyArray<Message>,
  format: JsonFormat,
  mode: "json" | "instructions"
): Prepared => {
  const text = `Reply with JSON only, with no text around it, that fits this JSON Schema:\n${JSON.stringify(format.schema)}`
  const [first, ...rest] = messages
  const system = first?.role === "system" ? `${first.content}\n\n${text}` : text
  return {
    messages: [{ role: "system", content: system }, ...(first?.role === "system" ? rest : messages)],
    format: { type: mode === "json" ? "json_object" : "text" },
    restore: asItIs
  }
}

interface Strict {
  readonly schema: JsonSchema.JsonSchema
  readonly restore: (text: string) => string
}

/** A schema is converted once for each dialect. */
const converted = new WeakMap<Dialect, WeakMap<object, Result.Result<Strict, string>>>()

const strictOf = (schema: Schema.Json, dialect: Dialect): Result.Result<Strict, string> => {
  if (!isObject(schema)) return Result.fail("it says nothing about the value")
  const known = converted.get(dialect) ?? new WeakMap<object, Result.Result<Strict, string>>()
  converted.set(dialect, known)
  const before = known.get(schema)
  if (before !== undefined) return before
  const strict = convert(schema, dialect)
  known.set(schema, strict)
  return strict
}

const convert = (json: JsonSchema.JsonSchema, dialect: Dialect): Result.Result<Strict, string> =>
  // The root must be an object; any other value is wrapped in one.
  Result.flatMap(
    Result.orElse(codecOf(json, dialect, false), () => codecOf(json, dialect, true)),
    ({ codec, jsonSchema, wrapped }) => {
      const free = untyped(jsonSchema, "")
      if (free !== undefined) return Result.fail(`any value is allowed at ${free || "/"}`)
      const decode = Schema.decodeUnknownOption(codec, { disableChecks: true })
      const restore = (text: string): string => {
        const reply = parseJson(text)
        if (Option.isNone(reply)) return text
        const decoded = decode(reply.value)
        if (Option.isNone(decoded)) return text
        // What was wrapped decodes to what wraps it.
        const value = wrapped ? (decoded.value as { readonly value: unknown }).value : decoded.value
        return Equal.equals(value, reply.value) ? text : JSON.stringify(value)
      }
      return Result.succeed({ schema: jsonSchema, restore })
    }
  )

const codecOf = (json: JsonSchema.JsonSchema, dialect: Dialect, wrapped: boolean) =>
  Result.try({
    try: () => {
      const asked = imported(json)
      return { ...dialect.toCodec(wrapped ? Schema.Struct({ value: asked }) : asked), wrapped }
    },
    catch: (failure) => String(failure)
  })

/** The Schema that a JSON Schema stands for. Throws when there is none. */
export const imported = (json: JsonSchema.JsonSchema) =>
  // An imported schema decodes what JSON.parse gives, and needs no services.
  SchemaRepresentation.fromJsonSchemaDocument(JsonSchema.fromSchemaDraft2020_12(json), {
    patterns: "apply",
    onEnter
  }) as Schema.Codec<unknown>

/** Keeps the shape where strict mode can: an object closed, a list of at least some items no tuple. */
const onEnter = (node: JsonSchema.JsonSchema): JsonSchema.JsonSchema => {
  const { additionalProperties: more, items, prefixItems, ...rest } = node
  if (rest.properties !== undefined && (more === undefined || more === true)) {
    return { ...node, additionalProperties: false }
  }
  const isList =
    Array.isArray(prefixItems) &&
    Number(rest.minItems) >= prefixItems.length &&
    prefixItems.every((item) => Equal.equals(item, items))
  return isList ? { ...rest, items } : node
}

/** The first place at which a schema of strict mode says nothing about the value. */
const untyped = (node: unknown, at: string): string | undefined => {
  if (!isObject(node)) return at
  if (!["type", "enum", "anyOf", "$ref"].some((key) => key in node)) return at
  const below: ReadonlyArray<readonly [string, unknown]> = [
    ...entries(node["properties"], "properties"),
    ...entries(node["$defs"], "$defs"),
    ...entries(node["anyOf"], "anyOf"),
    ...("items" in node ? [["items", node["items"]] as const] : [])
  ]
  for (const [name, child] of below) {
    const found = untyped(child, `${at}/${name}`)
    if (found !== undefined) return found
  }
  return undefined
}

const entries = (value: unknown, name: string) =>
  typeof value === "object" && value !== null
    ? Object.entries(value).map(([key, child]) => [`${name}/${key}`, child] as const)
    : []

export const isObject = (value: unknown): value is JsonSchema.JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value)
