import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as exact from "./exact.ts"
import { madeOf } from "./madeOf.ts"
import { own } from "./own.ts"

/** Any Schema that needs no services. */
export type AnyCodec = Schema.Codec<unknown, unknown>

/** A Schema between its values and JSON, compiled once: `encode(date)` is `"2026-11-21"`. */
export interface JsonCodec<out A> {
  readonly schema: AnyCodec
  /** Throws where the value is not an `A`, and where JSON text would not give back what the Schema makes of it. */
  readonly encode: (value: unknown) => Schema.Json
  /** What it gives shares nothing with the JSON that it was made of. */
  readonly decode: (json: unknown) => Result.Result<A, Schema.SchemaError>
}

/** Leaves of which JSON holds every value as it is. */
const exactLeaves = new Set(["String", "TemplateLiteral", "Literal", "Boolean", "Null"] as const)
const newLeaves = new Set([...exactLeaves, "Number"] as const)

export const make = <S extends AnyCodec>(schema: S): JsonCodec<S["Type"]> => {
  const codec = Schema.toCodecJson(schema)
  const encode = Schema.encodeUnknownSync(codec)
  const decode = Schema.decodeUnknownResult(codec)
  const explain = Schema.encodeUnknownResult(codec, { reportInput: true })
  const encoded = SchemaAST.toEncoded(codec.ast)
  const isExact = madeOf(encoded, exactLeaves)
  return {
    schema,
    encode: (value) => {
      if (isExact) return encode(value) as Schema.Json
      const encoded = Result.try(() => encode(value))
      if (Result.isSuccess(encoded)) return exact.copy(encoded.success) as Schema.Json
      if (Schema.isSchemaError(encoded.failure)) {
        const explained = explain(value)
        if (Result.isFailure(explained)) refuse(explained.failure.issue, [])
      }
      throw encoded.failure
    },
    decode: madeOf(encoded, newLeaves) ? decode : (json) => Result.map(decode(json), (value) => own(value))
  }
}

/** A Schema of any JSON says only that a value is none: throws what in it is not, and where. */
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
