import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as exact from "./exact.ts"

/** Any Schema that needs no services. */
export type AnyCodec = Schema.Codec<unknown, unknown>

/** A Schema between its values and JSON, compiled once: `encode(date)` is `"2026-11-21"`. */
export interface JsonCodec<out A> {
  readonly schema: AnyCodec
  /** Throws where the value is not an `A`, and where JSON text would not give back what the Schema makes of it. */
  readonly encode: (value: unknown) => Schema.Json
  readonly decode: (json: unknown) => Result.Result<A, Schema.SchemaError>
}

export const make = <S extends AnyCodec>(schema: S): JsonCodec<S["Type"]> => {
  const codec = Schema.toCodecJson(schema)
  const encode = Schema.encodeUnknownSync(codec)
  const explain = Schema.encodeUnknownResult(codec, { reportInput: true })
  return {
    schema,
    encode: (value) => {
      const encoded = Result.try(() => encode(value))
      if (Result.isSuccess(encoded)) return exact.copy(encoded.success) as Schema.Json
      if (Schema.isSchemaError(encoded.failure)) {
        const explained = explain(value)
        if (Result.isFailure(explained)) refuse(explained.failure.issue, [])
      }
      throw encoded.failure
    },
    decode: Schema.decodeUnknownResult(codec)
  }
}

/** A Schema of any JSON says only that a value is none: throws `NotJson` with what in it is not, and where. */
const refuse = (issue: SchemaIssue.Issue, place: ReadonlyArray<PropertyKey>): void => {
  switch (issue._tag) {
    case "Pointer":
      return refuse(issue.issue, [...place, ...issue.path])
    case "Encoding":
    case "Filter":
      return refuse(issue.issue, place)
    case "Composite":
      return refuse(issue.issues[0], place)
    case "InvalidType":
      if (
        issue.ast.annotations?.["expected"] === Schema.Json.ast.annotations?.["expected"] &&
        SchemaIssue.hasInput(issue)
      ) {
        exact.copy(issue.input, place)
      }
  }
}
