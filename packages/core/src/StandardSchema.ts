import * as JsonPointer from "effect/JsonPointer"
import * as Schema from "effect/Schema"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import { fromStandard, givenOf } from "./internal/standard/codec.ts"
import type { JsonSchema } from "./internal/standard/origin.ts"
import { jsonSide } from "./internal/standard/told.ts"

export type { AnySchema } from "./internal/standard/codec.ts"
export type { JsonSchema } from "./internal/standard/origin.ts"

/**
 * A Schema of Effect that was made of a Standard Schema: from the JSON that it takes to the JSON that it gives. Alone it
 * has the JSON recorded that it took. Inside another Schema its values are written back as they are, which fails where
 * taking them would change them.
 */
export interface StandardSchema<In, Out> extends Schema.Codec<Out, In> {
  readonly "~@stepwright/core/StandardSchema": { readonly given: In }
}

/** A Schema of Effect that was not made of a Standard Schema. */
export interface EffectSchema extends Schema.Codec<unknown, unknown> {
  readonly "~@stepwright/core/StandardSchema"?: never
}

/** What a Schema takes of whoever makes a value: of one of Effect the value, of a Standard Schema what it validates. */
export type Given<S> = S extends { readonly "~@stepwright/core/StandardSchema": { readonly given: infer In } }
  ? In
  : S extends Schema.Constraint
    ? S["Type"]
    : S extends StandardSchemaV1
      ? StandardSchemaV1.InferInput<S>
      : never

/** What a Schema gives to whoever uses a value. */
export type Taken<S> = S extends Schema.Constraint
  ? S["Type"]
  : S extends StandardSchemaV1
    ? StandardSchemaV1.InferOutput<S>
    : never

/** The JSON of a Schema, as a parser gives it. */
export type Encoded<S> =
  S extends Schema.ConstraintCodec<unknown, unknown>
    ? S["Encoded"]
    : S extends StandardSchemaV1
      ? StandardSchemaV1.InferInput<S>
      : never

export interface MakeOptions {
  /** The JSON Schema, draft 2020-12, of what it takes, for a schema that does not say its own or another one. */
  readonly jsonSchema?: JsonSchema
}

/**
 * A Schema of Effect of a Standard Schema: one of zod, valibot, arktype and others.
 *
 * **Shape** JSON → what validation gives of it, which has to be JSON, too. **Fails with** `DefinitionError`, thrown, for one
 * that validates asynchronously or whose values are no JSON, as far as trying it shows that; else where it is first used.
 * **Source** https://standardschema.dev
 *
 * ```ts
 * const Title = StandardSchema.make(z.string().min(3), { jsonSchema: { type: "string", minLength: 3 } })
 * ```
 */
export const make = <S extends StandardSchemaV1>(
  schema: S,
  options: MakeOptions = {}
): StandardSchema<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<S>> =>
  // it takes and gives what the schema does
  fromStandard(schema, options.jsonSchema) as never

/**
 * A Schema of what is given to the engine where a step or a workflow has a Schema: its values, or of a Standard Schema the
 * JSON that it takes.
 */
export const given = (schema: Schema.Codec<unknown, unknown>): Schema.Codec<unknown, unknown> => givenOf(schema)

/** A Schema of the same JSON in which Standard Schemas are as their JSON Schemas say: to see what it is made of. */
export const told = (schema: Schema.Codec<unknown, unknown>): Schema.Codec<unknown, unknown> =>
  // it is one of the same JSON
  jsonSide(schema) as Schema.Codec<unknown, unknown>

/** The JSON Schema (2020-12) of the JSON of a Schema: that of an object says so itself, whatever it is called. */
export const jsonSchema = (schema: Schema.Codec<unknown, unknown>): { readonly [key: string]: Schema.Json } => {
  const { definitions, schema: root } = Schema.toJsonSchemaDocument(Schema.toCodecJson(told(schema)))
  const { $ref, ...own } = root
  const [, name = ""] = (typeof $ref === "string" && JsonPointer.parseUriFragment($ref)) || []
  const whole = { ...own, ...definitions[name] }
  // a document of JSON Schema is JSON
  return (Object.keys(definitions).length === 0 ? whole : { ...whole, $defs: definitions }) as never
}
