import * as Schema from "effect/Schema"

/** A field of what is kept, with what a JSON Schema and the documents say of it. */
export const field = <S extends Schema.Top>(schema: S, description: string): S["Rebuild"] =>
  schema.annotateKey({ description })

/** The same for a field that may be missing. */
export const optional = <S extends Schema.Top>(schema: S, description: string): Schema.optionalKey<S>["Rebuild"] =>
  Schema.optionalKey(schema).annotateKey({ description })
