import type { JsonSchema } from "effect/JsonSchema"
import { META_SCHEMA_URI_DRAFT_2020_12 } from "effect/JsonSchema"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** The JSON Schema (2020-12) of what a Schema reads, for editors and other programs. */
export const publish = (
  schema: Schema.Constraint,
  { onExcessProperty, title }: { readonly title: string; readonly onExcessProperty?: "error" }
): JsonSchema => {
  const { definitions, schema: root } = Schema.toJsonSchemaDocument(
    schema,
    onExcessProperty === undefined ? {} : { onExcessProperty }
  )
  return { $schema: META_SCHEMA_URI_DRAFT_2020_12, title, ...flat(root), $defs: flat(definitions) }
}

/** What is said of a field, beside what the field is: in an `allOf` editors and generators of clients see one of the two. */
export const flat = <A>(json: A): A =>
  // its parts stay what they were
  (Array.isArray(json) ? json.map(flat) : Predicate.isReadonlyObject(json) ? merged(json) : json) as A

const merged = ({ allOf, ...json }: Readonly<Record<string, unknown>>): JsonSchema => {
  const inner = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, flat(value)]))
  const parts: ReadonlyArray<object> = Array.isArray(allOf) ? allOf.map(flat) : []
  const names = [inner, ...parts].flatMap(Object.keys)
  return new Set(names).size === names.length ? Object.assign(inner, ...parts) : { ...inner, allOf: parts }
}
