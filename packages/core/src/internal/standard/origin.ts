import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "effect/StandardSchema"
import { DefinitionError } from "../../DefinitionError.ts"

/** What an Effect Schema of a Standard Schema has at run time besides what every Schema has. */
export const TypeId = "~@stepwright/core/StandardSchema"

/** What an Effect Schema was made of. */
export interface Origin {
  readonly schema: StandardSchemaV1
  /** The JSON Schema of what it takes, where it is given beside it. */
  readonly jsonSchema: JsonSchema | undefined
  /** Whose it is, for who reads that it will not do: `output of step "draft"`. */
  readonly place: string
}

/** A JSON Schema, draft 2020-12, as a Standard Schema gives it. */
export type JsonSchema = Readonly<Record<string, unknown>>

interface Made {
  readonly [TypeId]: Origin & { readonly ast: SchemaAST.AST }
}

/** A Standard Schema, of whatever library; that a Schema of Effect is one too counts for nothing. */
export const isStandard = (value: unknown): value is StandardSchemaV1 =>
  Predicate.hasProperty(value, "~standard") &&
  Predicate.hasProperty(value["~standard"], "validate") &&
  Predicate.isFunction(value["~standard"].validate)

/** What a Schema was made of; of one that was changed since nothing is known. */
export const originOf = (schema: Schema.Constraint): Origin | undefined =>
  hasOrigin(schema) && schema[TypeId].ast === schema.ast ? schema[TypeId] : undefined

const hasOrigin = (schema: unknown): schema is Made => Predicate.hasProperty(schema, TypeId)

/** Whether a Standard Schema says its JSON Schema itself. */
export const hasConverter = (
  schema: StandardSchemaV1
): schema is StandardSchemaV1 & { readonly "~standard": StandardJSONSchemaV1.Props } =>
  Predicate.hasProperty(schema["~standard"], "jsonSchema")

/** What cannot work with the Schema, said of it by its library. */
export const refusal = ({ place, schema }: Pick<Origin, "place" | "schema">, detail: string) =>
  new DefinitionError({ place, detail: `its ${schema["~standard"].vendor} schema ${detail}` })
