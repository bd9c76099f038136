import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ServiceTier, type Usage } from "@stepwright/core/Usage"

/** Whether a field says something: `error: null`, `""`, `{}`, `[]` and `{ code: 0, message: "" }` do not. */
export const saysSomething = (value: unknown): boolean => says(value, 4)

/** What is deeper than `depth` is taken to say something. */
const says = (value: unknown, depth: number): boolean =>
  typeof value === "object" && value !== null
    ? Object.values(value).some((field) => depth === 0 || says(field, depth - 1))
    : Boolean(value) && value !== "0"

/** What servers leave out, or say is null. */
export const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** What is unknown, instead of a fault of all around it, when it does not fit. */
export const lenient = <S extends Schema.Constraint>(schema: S) =>
  Schema.optionalKey(
    Schema.UndefinedOr(schema).pipe(Schema.catchDecoding(() => Effect.succeed(Option.some(undefined))))
  )

/** A count of tokens, a number or its digits. */
export const Tokens = lenient(
  Schema.Union([
    Schema.Finite,
    Schema.String.check(Schema.isPattern(/\d/u)).pipe(Schema.decodeTo(Schema.FiniteFromString))
  ]).check(Schema.makeFilter((count) => Number.isSafeInteger(count) && count >= 0))
)

/** An id or the name of a model, which some servers say as a number. */
export const Name = lenient(Schema.Union([Schema.String, Schema.Finite]))

/** Those of them that are said. */
export const named = ({ id, model }: { readonly [K in "id" | "model"]?: string | number | undefined }) => ({
  ...(model !== undefined && model !== "" && { model: String(model) }),
  ...(id !== undefined && id !== "" && { id: String(id) })
})

/** What is text, as some servers send an object, or false, where there is none. */
export const Text = lenient(Schema.String)

/** The refusal among the parts of content, if there is one. */
export const refusalOf = (content: unknown): string | undefined => {
  const parts: ReadonlyArray<unknown> = Array.isArray(content) ? content : []
  const refusals = parts.map((part) => (Predicate.isReadonlyObject(part) ? part["refusal"] : undefined))
  return refusals.find((refusal) => typeof refusal === "string")
}

/** The text of content as servers send it: a text, or parts. A part that is a thought is none of the answer. */
export const textOf = (content: unknown): string => {
  if (typeof content === "string") return content
  if (Array.isArray(content)) return content.map(textOf).join("")
  if (!Predicate.isReadonlyObject(content) || content["thought"] === true) return ""
  const { text, type = "text" } = content
  const words = Predicate.isReadonlyObject(text) ? text["value"] : text
  return typeof words === "string" && (type === "text" || type === "output_text") ? words : ""
}

/**
 * Input and output with what is in the total beside them: what was read from a cache and written to it, where it is as
 * much; else thoughts, as xAI and Gemini count them.
 */
export const totalled = (
  { cachedInput = 0, cacheWrite = 0, input, output }: { readonly [K in keyof Usage]: Usage[K] | undefined },
  total = 0
) => {
  if (input === undefined || output === undefined) return { input, output }
  const beside = input === 0 ? 0 : Math.max(0, total - input - output)
  return beside === cachedInput + cacheWrite ? { input: input + beside, output } : { input, output: output + beside }
}

/** A usage of what is known in it: no prompt is of no tokens, so servers say zero of what they have not counted. */
export const known = (said: { readonly [K in keyof Usage]: Usage[K] | undefined }): Usage => {
  const counted = said.input === 0 ? { ...said, input: undefined, output: said.output || undefined } : said
  // only what is undefined is left out
  return Object.fromEntries(Object.entries(counted).filter(([, value]) => value !== undefined)) as Usage
}

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

/** A value from a server as JSON, which may be nested deeper than can be written. */
export const jsonOf = (value: unknown): string =>
  Result.getOrElse(
    Result.try(() => JSON.stringify(value)),
    () => "JSON that is nested too deep"
  )
