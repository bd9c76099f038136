import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { APIConnectionTimeoutError, APIError } from "openai"
import {
  ContentRefused,
  ContextLengthExceeded,
  InvalidRequest,
  InvalidResponse,
  NetworkFailure,
  ProviderUnavailable,
  QuotaExhausted,
  RateLimited,
  TimedOut,
  Unauthenticated,
  type LlmErrorReason
} from "@stepwright/core/LlmError"
import { maybe, type Quote } from "./openAiApi.ts"

/** Why a request of the SDK, begun at `began` and failed at `now` (milliseconds since 1970), got no reply. */
export const reasonOf = (failure: unknown, quote: Quote, began: number, now: number): LlmErrorReason => {
  if (failure instanceof APIError && typeof failure.status === "number") {
    const codes = [failure.code, failure.type].filter((code) => typeof code === "string")
    const wait = demandedWait((name) => failure.headers?.get(name), now)
    return reasonOfStatus(failure.status, codes, failure.message, quote, wait)
  }
  const causes = chain(failure)
  const detail = [...new Set(causes.map((cause) => quote(cause.message)))].join(": ")
  if (causes.some((cause) => cause instanceof SyntaxError)) {
    return new InvalidResponse({ detail: `the response is no JSON: ${detail}` })
  }
  if (causes.some((cause) => codeOf(cause) === "ERR_INVALID_URL")) {
    return new InvalidRequest({ detail: `check the base URL: ${detail}` })
  }
  if (
    failure instanceof APIConnectionTimeoutError ||
    causes.some((cause) => /TIMEOUT|ETIMEDOUT/u.test(codeOf(cause)))
  ) {
    return new TimedOut({ detail, after: Duration.millis(Math.max(0, now - began)) })
  }
  return new NetworkFailure({ detail })
}

const reasonOfStatus = (
  status: number,
  codes: ReadonlyArray<string>,
  message: string,
  quote: Quote,
  after?: Duration.Duration
): LlmErrorReason => {
  const detail = quote(message)
  const wait = after === undefined ? { detail } : { detail, retryAfter: after }
  if (status === 401 || status === 403) {
    return new Unauthenticated({ detail: `set OPENAI_API_KEY to a key that may use this model: ${detail}` })
  }
  if (status === 429 && codes.some((code) => quotaCode.test(code))) return new QuotaExhausted({ detail })
  if (status === 429 || (status === 503 && codes.includes("slow_down"))) return new RateLimited(wait)
  if (status === 408 || status === 409 || status >= 500) return new ProviderUnavailable(wait)
  if (status === 400 && codes.includes("context_length_exceeded")) {
    return new ContextLengthExceeded({
      detail,
      ...captured("requested", /(?:requested|resulted in) (\d+) tokens/u, message),
      ...captured("limit", /maximum context length is (\d+) tokens/u, message)
    })
  }
  return new InvalidRequest({ detail })
}

const ErrorEvent = Schema.Struct({
  message: maybe(Schema.String),
  code: maybe(Schema.Union([Schema.String, Schema.Finite])),
  type: maybe(Schema.String)
})

const decodeEvent = Schema.decodeUnknownOption(ErrorEvent)

/** Why a reply that had begun failed, by the error that came in its place: by its code, as there is no status. */
export const reasonOfEvent = (error: unknown, quote: Quote): LlmErrorReason => {
  const { message, code, type } = Option.getOrElse(decodeEvent(error), () => ({}) as typeof ErrorEvent.Type)
  const text = message ?? JSON.stringify(error)
  const codes = [code, type].flatMap((code) => (code === undefined || code === null ? [] : [String(code)]))
  if (codes.some((code) => /content_filter|policy/u.test(code))) return new ContentRefused({ detail: quote(text) })
  const status = codes.map(statusOf).find((status) => status !== undefined)
  return reasonOfStatus(status ?? 500, codes, text, quote)
}

/** The status that a request with this code would have got. */
const statusOf = (code: string): number | undefined => {
  if (/^[45]\d\d$/u.test(code)) return Number(code)
  if (quotaCode.test(code) || /^(?:rate_limit\w*|slow_down|too_many_requests|tokens|requests)$/u.test(code)) return 429
  if (/^(?:invalid_api_key|authentication_error|permission_\w+)$/u.test(code)) return 401
  if (/^(?:context_length_exceeded|invalid_\w+|\w+_not_found)$/u.test(code)) return 400
  return undefined
}

const quotaCode =
  /^(?:insufficient_quota|credit_balance_exhausted|\w*_spend_limit_exceeded|organization_usage_limit_exceeded)$/u

const captured = <K extends string>(key: K, pattern: RegExp, text: string): { readonly [P in K]?: number } => {
  const digits = pattern.exec(text)?.[1]
  // The computed key is `key` itself.
  return digits === undefined ? {} : ({ [key]: Number(digits) } as { readonly [P in K]: number })
}

/** What a response's headers demand, at `now`; undefined when they demand no wait, or nonsense. */
export const demandedWait = (header: (name: string) => unknown, now: number): Duration.Duration | undefined => {
  const millis = Number.parseFloat(String(header("retry-after-ms")))
  if (millis >= 0) return Duration.millis(Math.ceil(millis))
  const after = String(header("retry-after") ?? "").trim()
  if (/^\d+(?:\.\d+)?$/u.test(after)) return Duration.millis(Math.ceil(Number(after) * 1000))
  const until = Option.map(DateTime.make(after), DateTime.toEpochMillis)
  return Option.isSome(until) ? Duration.millis(Math.max(0, until.value - now)) : undefined
}

const chain = (failure: unknown): ReadonlyArray<Error> => {
  const causes: Array<Error> = []
  for (let next = failure; next instanceof Error && causes.length < 8; next = next.cause) causes.push(next)
  return causes.length > 0 ? causes : [new Error(String(failure))]
}

const codeOf = (cause: Error): string => ("code" in cause && typeof cause.code === "string" ? cause.code : "")
