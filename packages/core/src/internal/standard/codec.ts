import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import { DefinitionError } from "../../DefinitionError.ts"
import * as JsonCodec from "../json/codec.ts"
import * as exact from "../json/exact.ts"
import { own } from "../json/own.ts"
import { isStandard, type JsonSchema, type Origin, originOf } from "./origin.ts"
import { probe } from "./probe.ts"
import * as standard from "./schema.ts"

/** A Schema of Effect, or a Standard Schema of another library. */
export type AnySchema = JsonCodec.AnyCodec | StandardSchemaV1

/** What `place` takes or gives, as JSON: of a Standard Schema what is given to it, as it is. */
export const make = (schema: AnySchema, place: string): JsonCodec.JsonCodec<unknown> => {
  const origin = Schema.isSchema(schema) ? originOf(schema) : { schema, jsonSchema: undefined, place }
  if (origin === undefined) return JsonCodec.make(schema as JsonCodec.AnyCodec)
  return ofStandard({ ...origin, place })
}

/** A Schema of Effect of a Standard Schema, which is tried on samples. */
export const fromStandard = (
  schema: StandardSchemaV1,
  jsonSchema: JsonSchema | undefined,
  place = "a Standard Schema"
): JsonCodec.AnyCodec => {
  if (!isStandard(schema)) {
    const detail = "it is neither a Schema of Effect nor a Standard Schema, as those of zod, valibot and arktype are"
    throw new DefinitionError({ place, detail })
  }
  const origin = { schema, jsonSchema, place }
  probe(origin)
  return standard.make(origin)
}

const ofStandard = (origin: Origin): JsonCodec.JsonCodec<unknown> => {
  const schema = fromStandard(origin.schema, origin.jsonSchema, origin.place)
  const codec = JsonCodec.make(schema)
  return {
    ...codec,
    given: standard.givenOf(origin),
    isPlain: true,
    encode: (value) => {
      const json = exact.copy(value)
      Result.getOrThrow(codec.decode(json))
      // a copy that is exact is JSON
      return json as Schema.Json
    }
  }
}

/** Any schema as one of Effect. */
export const schemaOf = (schema: AnySchema): JsonCodec.AnyCodec =>
  // what is no Schema of Effect is refused there, unless it is a Standard Schema
  Schema.isSchema(schema) ? (schema as JsonCodec.AnyCodec) : fromStandard(schema, undefined)

/** A Schema of what is given where a Schema is asked for: values of one of Effect, and of a Standard Schema its JSON. */
export const givenOf = (schema: JsonCodec.AnyCodec): JsonCodec.AnyCodec => {
  const origin = originOf(schema)
  return origin === undefined ? schema : standard.givenOf(origin)
}

/** A value as who takes it sees it. */
export const taken = (codec: JsonCodec.JsonCodec<unknown>, value: unknown): unknown =>
  JsonCodec.goesBack(codec) ? own(value) : Result.getOrThrow(codec.decode(codec.encode(value)))
