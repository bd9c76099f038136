import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  ContentRefused,
  ContextLengthExceeded,
  InvalidRequest,
  InvalidResponse,
  Misconfigured,
  NetworkFailure,
  ProviderUnavailable,
  QuotaExhausted,
  RateLimited,
  TimedOut,
  Unauthenticated,
  type LlmErrorReason
} from "@stepwright/core/LlmError"
import { TooLarge } from "./fetch.ts"
import { maybe } from "./lenient.ts"
import type { Quote } from "./quote.ts"

/** What a provider says is wrong. */
export interface Fault {
  readonly status: number
  readonly codes: ReadonlyArray<string>
  readonly message: string
}

/** What the failures of an SDK stand for. */
export interface Failures {
  /** What the server said; undefined when no response came. */
  readonly faultOf: (failure: unknown) => (Fault & { readonly header: Header }) | undefined
  /** Whether the SDK gave up waiting for a response. */
  readonly isTimeout: (failure: unknown) => boolean
}

/** How a provider words its faults. */
export interface Dialect {
  /** Whether the account has no money or quota left. */
  readonly isQuota: (fault: Fault) => boolean
  /** Whether to ask less often, by more than the status 429. */
  readonly isSlowDown: (fault: Fault) => boolean
  /** How long the prompt was and may be, in tokens, when it is too long. */
  readonly tooLong: (fault: Fault) => { readonly requested?: number; readonly limit?: number } | undefined
  /** Whether an error in place of a reply says that the content was refused. */
  readonly isRefusal: (code: string) => boolean
  /** The status that a request with this code would have got. */
  readonly statusOf: (code: string) => number | undefined
}

/** What a provider's faults are read with. */
export interface Faults {
  readonly dialect: Dialect
  readonly quote: Quote
  /** The variable that holds the key, where it is known. */
  readonly keyVariable?: string
}

type Header = (name: string) => unknown

/** Why a request of the SDK, begun at `began` and failed at `now` (milliseconds since 1970), got no reply. */
export const reasonOf = (
  failure: unknown,
  sdk: Failures,
  faults: Faults,
  began: number,
  now: number
): LlmErrorReason => {
  const fault = sdk.faultOf(failure)
  if (fault !== undefined) return reasonOfFault(fault, faults, demandedWait(fault.header, now))
  const causes = chain(failure)
  const detail = [...new Set(causes.map((cause) => faults.quote(cause.message)))].join(": ")
  if (causes.some((cause) => cause instanceof TooLarge)) return new InvalidResponse({ detail, permanent: true })
  if (causes.some((cause) => cause instanceof SyntaxError)) {
    return new InvalidResponse({ detail: `the response is no JSON: ${detail}` })
  }
  if (causes.some((cause) => codeOf(cause) === "ERR_INVALID_URL")) {
    return new Misconfigured({ detail: `check the base URL: ${detail}` })
  }
  if (sdk.isTimeout(failure) || causes.some((cause) => /TIMEOUT|ETIMEDOUT/u.test(codeOf(cause)))) {
    return new TimedOut({ detail, after: Duration.millis(Math.max(0, now - began)) })
  }
  return new NetworkFailure({ detail })
}

const reasonOfFault = (fault: Fault, faults: Faults, after?: Duration.Duration): LlmErrorReason => {
  const { status } = fault
  const { dialect, keyVariable, quote } = faults
  const detail = quote(fault.message)
  const wait = after === undefined ? { detail } : { detail, retryAfter: after }
  if (status === 401 || status === 403) {
    const advice = keyVariable === undefined ? "" : `set ${keyVariable} to a key that may use this model: `
    return new Unauthenticated({ detail: `${advice}${detail}` })
  }
  if (dialect.isQuota(fault)) return new QuotaExhausted({ detail })
  if (status === 429 || dialect.isSlowDown(fault)) return new RateLimited(wait)
  if (status === 408 || status === 409 || status >= 500) return new ProviderUnavailable(wait)
  const sizes = dialect.tooLong(fault)
  return sizes === undefined ? new InvalidRequest({ detail }) : new ContextLengthExceeded({ detail, ...sizes })
}

const ErrorEvent = Schema.Struct({
  message: maybe(Schema.String),
  code: maybe(Schema.Union([Schema.String, Schema.Finite])),
  type: maybe(Schema.String),
  details: maybe(Schema.Struct({ error_code: maybe(Schema.String) }))
})

const decodeEvent = Schema.decodeUnknownOption(ErrorEvent)

/** Why a reply that had begun failed, by the error that came in its place: by its code, as there is no status. */
export const reasonOfEvent = (error: unknown, faults: Faults): LlmErrorReason => {
  const { dialect, quote } = faults
  const event = Option.getOrElse(decodeEvent(error), () => ({}) as typeof ErrorEvent.Type)
  const message = event.message ?? JSON.stringify(error)
  const codes = [event.code, event.details?.error_code, event.type].flatMap((code) =>
    code === undefined || code === null ? [] : [String(code)]
  )
  if (codes.some(dialect.isRefusal)) return new ContentRefused({ detail: quote(message) })
  const statusOf = (code: string) => (/^[45]\d\d$/u.test(code) ? Number(code) : dialect.statusOf(code))
  const status = codes.map(statusOf).find((status) => status !== undefined) ?? 500
  return reasonOfFault({ status, codes, message }, faults)
}

/** The number that `pattern` finds in a message, as the field `key`. */
export const captured = <K extends string>(key: K, pattern: RegExp, text: string): { readonly [P in K]?: number } => {
  const digits = pattern.exec(text)?.[1]
  const found: { [P in K]?: number } = {}
  if (digits !== undefined) found[key] = Number(digits)
  return found
}

/** What a response's headers demand, at `now`; undefined when they demand no wait, or nonsense. */
export const demandedWait = (header: Header, now: number): Duration.Duration | undefined => {
  const after = String(header("retry-after") ?? "").trim()
  const waits = [Number.parseFloat(String(header("retry-after-ms"))), millisOf(after, now)]
  const wait = waits.find((millis) => millis >= 0 && millis <= longestWait)
  return wait === undefined ? undefined : Duration.millis(Math.ceil(wait))
}

/** A longer wait is a mistake: no limit that is worth waiting for takes more than a day to be met again. */
const longestWait = Duration.toMillis("1 day")

/** The seconds or the date of a `retry-after` in milliseconds from `now`; NaN when it has neither. */
const millisOf = (after: string, now: number): number => {
  // A date has letters; `Date` takes numbers such as -5 for one too.
  if (!/[a-z]/iu.test(after)) return /^\d+(?:\.\d+)?$/u.test(after) ? Number(after) * 1000 : Number.NaN
  const until = Option.map(DateTime.make(after), DateTime.toEpochMillis)
  return Option.isSome(until) ? Math.max(0, until.value - now) : Number.NaN
}

const chain = (failure: unknown): ReadonlyArray<Error> => {
  const causes: Array<Error> = []
  for (let next = failure; next instanceof Error && causes.length < 8; next = next.cause) causes.push(next)
  return causes.length > 0 ? causes : [new Error(String(failure))]
}

const codeOf = (cause: Error): string => ("code" in cause && typeof cause.code === "string" ? cause.code : "")
