import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Any Schema that needs no services. */
export type AnyCodec = Schema.Codec<unknown, unknown>

/** A Schema between its values and JSON, compiled once: `encode(date)` is `"2026-11-21"`. */
export interface JsonCodec<out A> {
  readonly schema: AnyCodec
  /** Throws where the value is not an `A`. */
  readonly encode: (value: unknown) => Schema.Json
  readonly decode: (json: unknown) => Result.Result<A, Schema.SchemaError>
}

export const make = <S extends AnyCodec>(schema: S): JsonCodec<S["Type"]> => {
  const codec = Schema.toCodecJson(schema)
  return { schema, encode: Schema.encodeUnknownSync(codec), decode: Schema.decodeUnknownResult(codec) }
}
