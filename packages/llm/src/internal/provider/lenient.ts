import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Usage } from "@stepwright/core/Usage"

/** What servers leave out, or say is null. */
export const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** What is unknown, instead of a fault of all around it, when it does not fit. */
export const lenient = <S extends Schema.Constraint>(schema: S) =>
  Schema.optionalKey(
    Schema.UndefinedOr(schema).pipe(Schema.catchDecoding(() => Effect.succeed(Option.some(undefined))))
  )

export const Tokens = lenient(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))

/** A usage of what is known in it. */
export const known = (counts: { readonly [K in keyof Usage]-?: number | undefined }): Usage => {
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {}
  for (const key of ["input", "cachedInput", "output", "reasoning"] as const) {
    const count = counts[key]
    if (count !== undefined) usage[key] = count
  }
  return usage
}

/** The value that a JSON text holds, if it is one. */
export const parseJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Json))
