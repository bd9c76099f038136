import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { told } from "./internal/words/told.ts"
import { Usage } from "./Usage.ts"

const fields = { detail: Schema.String }
/** `permanent`: asking again would most likely give the same. */
const lasting = { ...fields, permanent: Schema.optionalKey(Schema.Boolean) }
/** `once`: asking again may help once, but hardly more often. */
const passing = { ...lasting, once: Schema.optionalKey(Schema.Boolean) }
const wait = { ...fields, retryAfter: Schema.optionalKey(Schema.DurationFromMillis) }

/** Too many requests or tokens for now. `retryAfter` is what the server demands. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", wait) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    const after = this.retryAfter === undefined ? "" : `, retry after ${Duration.format(this.retryAfter)}`
    return `rate limited${after}: ${this.detail}`
  }
}

/** The account's money or quota is used up: suspends the run. */
export class QuotaExhausted extends Schema.TaggedError<QuotaExhausted>()("QuotaExhausted", fields) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `quota exhausted, top up the account and resume: ${this.detail}`
  }
}

/** No key, a wrong key, or one that may not use the model. */
export class Unauthenticated extends Schema.TaggedError<Unauthenticated>()("Unauthenticated", fields) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `not authenticated: ${this.detail}`
  }
}

/** The set-up is wrong, and every request would fail so: an address that is none, an SDK that is not installed. */
export class Misconfigured extends Schema.TaggedError<Misconfigured>()("Misconfigured", fields) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `not set up: ${this.detail}`
  }
}

/** The provider will never take this request as it is. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", fields) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `request refused: ${this.detail}`
  }
}

/** Prompt and reply do not fit the model's context. **Units** tokens. */
export class ContextLengthExceeded extends Schema.TaggedError<ContextLengthExceeded>()("ContextLengthExceeded", {
  ...fields,
  requested: Schema.optionalKey(Schema.Int),
  limit: Schema.optionalKey(Schema.Int)
}) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    const sizes = this.limit === undefined ? "" : ` (${this.requested ?? "unknown"} of ${this.limit} tokens)`
    return `context length exceeded${sizes}, shorten the input or choose a model with a larger context: ${this.detail}`
  }
}

/** The model or its filter refused to answer. */
export class ContentRefused extends Schema.TaggedError<ContentRefused>()("ContentRefused", {
  ...fields,
  usage: Schema.optionalKey(Usage)
}) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `content refused: ${this.detail}`
  }
}

/** An answer that is not what the protocol promises. */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>()("InvalidResponse", {
  ...lasting,
  usage: Schema.optionalKey(Usage)
}) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `invalid response: ${this.detail}`
  }
}

/** The provider failed on its side. */
export class ProviderUnavailable extends Schema.TaggedError<ProviderUnavailable>()("ProviderUnavailable", wait) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `provider unavailable: ${this.detail}`
  }
}

/** The connection failed or broke off. */
export class NetworkFailure extends Schema.TaggedError<NetworkFailure>()("NetworkFailure", passing) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `network failure: ${this.detail}`
  }
}

/** Nothing came in time. */
export class TimedOut extends Schema.TaggedError<TimedOut>()("TimedOut", {
  ...passing,
  after: Schema.DurationFromMillis
}) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `timed out after ${Duration.format(this.after)}: ${this.detail}`
  }
}

/** The caller's own cap is reached: suspends the run. `needed` is the least that `cap` must be for this call. */
export class BudgetExceeded extends Schema.TaggedError<BudgetExceeded>()("BudgetExceeded", {
  ...fields,
  cap: Schema.optionalKey(Schema.Literals(["maxCalls", "maxTokens", "maxUsd"])),
  needed: Schema.optionalKey(Schema.Finite)
}) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `budget exceeded: ${this.detail}`
  }
}

/** A cassette or mock has nothing recorded for this request. */
export class NoRecordedReply extends Schema.TaggedError<NoRecordedReply>()("NoRecordedReply", fields) {
  readonly isRetryable: boolean = isRetryable(this)
  override get message() {
    return `no recorded reply: ${this.detail}`
  }
}

export const LlmErrorReason = Schema.Union([
  RateLimited,
  QuotaExhausted,
  Unauthenticated,
  Misconfigured,
  InvalidRequest,
  ContextLengthExceeded,
  ContentRefused,
  InvalidResponse,
  ProviderUnavailable,
  NetworkFailure,
  TimedOut,
  BudgetExceeded,
  NoRecordedReply
])
export type LlmErrorReason = typeof LlmErrorReason.Type

/**
 * What follows from each reason. `retry`: whether asking again can help, once or as often as one likes, unless the reason
 * itself says less. `billed`: whether the provider may want money for it, as the model may have worked unseen.
 * `suspends`: whether the run can go on after a top-up or with a larger budget.
 */
const consequences: Readonly<
  Record<
    LlmErrorReason["_tag"],
    { readonly retry?: "once" | "often"; readonly billed?: true; readonly suspends?: true }
  >
> = {
  RateLimited: { retry: "often" },
  QuotaExhausted: { suspends: true },
  Unauthenticated: {},
  Misconfigured: {},
  InvalidRequest: {},
  ContextLengthExceeded: {},
  ContentRefused: { billed: true },
  InvalidResponse: { retry: "once", billed: true },
  ProviderUnavailable: { retry: "often" },
  NetworkFailure: { retry: "often", billed: true },
  TimedOut: { retry: "often", billed: true },
  BudgetExceeded: { billed: true, suspends: true },
  NoRecordedReply: { billed: true }
}

const tags: ReadonlySet<string> = new Set(Object.keys(consequences))

/** The tags of reasons that providers do not bill when they answer with them. What any other cost may be unknown. */
export const unbilled: ReadonlySet<string> = new Set(
  Object.entries(consequences).flatMap(([tag, { billed }]) => (billed === true ? [] : [tag]))
)

/** How many requests in all a reason is worth. */
const mostRequests = (reason: LlmErrorReason): number => {
  const retry = consequences[reason._tag]?.retry
  if (retry === undefined || ("permanent" in reason && reason.permanent === true)) return 1
  return retry === "once" || ("once" in reason && reason.once === true) ? 2 : Infinity
}

/** Whether asking again can help. */
const isRetryable = (reason: LlmErrorReason): boolean => mostRequests(reason) > 1

/** Whether a value is a reason, told by its tag: it may come from JSON, or from another copy of this module. */
export const isLlmErrorReason = (value: unknown): value is LlmErrorReason =>
  Predicate.isError(value) && "_tag" in value && tags.has(String(value._tag))

/**
 * A request to a language model that got no usable reply; `reason` says why and whether a retry can help, `usage` what
 * the provider had said of its cost when a stream broke.
 */
export class LlmError extends told(
  Schema.TaggedError<LlmError>()("LlmError", { reason: LlmErrorReason, usage: Schema.optionalKey(Usage) }),
  "reason"
) {
  override get message() {
    return this.reason.message
  }
  get isRetryable(): boolean {
    return isRetryable(this.reason)
  }
  /** How many requests in all it is worth: 1 where asking again cannot help, 2 where it may once. */
  get mostRequests(): number {
    return mostRequests(this.reason)
  }
  /** What is said of its cost, by the error or by its reason. */
  get knownUsage(): Usage | undefined {
    return this.usage ?? ("usage" in this.reason ? this.reason.usage : undefined)
  }
  /** Whether the run is suspended, to go on after a top-up or with a larger budget, instead of failed. */
  get isSuspending(): boolean {
    return consequences[this.reason._tag]?.suspends === true
  }
}

/** Whether a value is an `LlmError`, told by its tag: it may come from JSON, or from another copy of this module. */
export const isLlmError = (value: unknown): value is LlmError =>
  Predicate.isError(value) && Predicate.isTagged(value, "LlmError") && "reason" in value
