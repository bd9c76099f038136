import type { JsonSchema } from "effect/JsonSchema"
import { META_SCHEMA_URI_DRAFT_2020_12 } from "effect/JsonSchema"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** The JSON Schema of what a Schema writes, for other programs. */
export const publish = (schema: Schema.Constraint): JsonSchema => {
  const { definitions, schema: root } = Schema.toJsonSchemaDocument(schema)
  return { $schema: META_SCHEMA_URI_DRAFT_2020_12, ...flat(root), $defs: flat(definitions) }
}

/** The same of what people write: an editor is to mark what no Schema knows. */
export const publishClosed = (schema: Schema.Constraint): JsonSchema => closed(publish(schema))

const closed = <A>(json: A): A => (Array.isArray(json) ? json.map(closed) : isJson(json) ? known(json) : json) as A

const known = (json: JsonSchema): JsonSchema => {
  const inner = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, closed(value)]))
  return json["properties"] !== undefined && json["additionalProperties"] === true
    ? { ...inner, additionalProperties: false }
    : inner
}

/** What is said of a field, beside what the field is: effect puts the two into an `allOf`, which hides the first. */
const flat = <A>(json: A): A => (Array.isArray(json) ? json.map(flat) : isJson(json) ? merged(json) : json) as A

const isJson = (json: unknown): json is JsonSchema => Predicate.isReadonlyObject(json)

const merged = ({ allOf, ...json }: JsonSchema): JsonSchema => {
  const inner = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, flat(value)]))
  const parts: ReadonlyArray<JsonSchema> = Array.isArray(allOf) ? allOf.map(flat) : []
  const names = [inner, ...parts].flatMap(Object.keys)
  return new Set(names).size === names.length ? Object.assign(inner, ...parts) : { ...inner, allOf: parts }
}
