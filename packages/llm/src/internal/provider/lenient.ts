import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ServiceTier, type Usage } from "@stepwright/core/Usage"

/** What servers leave out, or say is null. */
export const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** What is unknown, instead of a fault of all around it, when it does not fit. */
export const lenient = <S extends Schema.Constraint>(schema: S) =>
  Schema.optionalKey(
    Schema.UndefinedOr(schema).pipe(Schema.catchDecoding(() => Effect.succeed(Option.some(undefined))))
  )

export const Tokens = lenient(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))

/** A usage of what is known in it. */
export const known = (said: { readonly [K in keyof Usage]: Usage[K] | undefined }): Usage =>
  // only what is undefined is left out
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Usage

/** A tier of service, by a provider's name of it; `auto` says none. */
export const Tier = lenient(Schema.String)

export const tierOf = (said: string | undefined): ServiceTier | undefined => {
  if (said === undefined || said === "auto") return undefined
  if (said === "default") return "standard"
  return isTier(said) ? said : "other"
}

const isTier = Schema.is(ServiceTier)

/** The value that a JSON text holds, if it is one. */
export const parseJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Json))
