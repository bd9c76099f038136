import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Usage } from "./Usage.ts"

const fields = { detail: Schema.String }
/** `permanent`: asking again would most likely give the same. */
const lasting = { ...fields, permanent: Schema.optionalKey(Schema.Boolean) }
const wait = { ...fields, retryAfter: Schema.optionalKey(Schema.DurationFromMillis) }

/** Too many requests or tokens for now. `retryAfter` is what the server demands. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", wait) {
  readonly isRetryable = true
  override get message() {
    const after = this.retryAfter === undefined ? "" : `, retry after ${Duration.format(this.retryAfter)}`
    return `rate limited${after}: ${this.detail}`
  }
}

/** The account's money or quota is used up: suspends the run. */
export class QuotaExhausted extends Schema.TaggedError<QuotaExhausted>()("QuotaExhausted", fields) {
  readonly isRetryable = false
  override get message() {
    return `quota exhausted, top up the account and resume: ${this.detail}`
  }
}

/** No key, a wrong key, or one that may not use the model. */
export class Unauthenticated extends Schema.TaggedError<Unauthenticated>()("Unauthenticated", fields) {
  readonly isRetryable = false
  override get message() {
    return `not authenticated: ${this.detail}`
  }
}

/** The provider will never take this request as it is. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", fields) {
  readonly isRetryable = false
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
  readonly isRetryable = false
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
  readonly isRetryable = false
  override get message() {
    return `content refused: ${this.detail}`
  }
}

/** An answer that is not what the protocol promises. */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>()("InvalidResponse", {
  ...lasting,
  usage: Schema.optionalKey(Usage)
}) {
  get isRetryable() {
    return this.permanent !== true
  }
  override get message() {
    return `invalid response: ${this.detail}`
  }
}

/** The provider failed on its side. */
export class ProviderUnavailable extends Schema.TaggedError<ProviderUnavailable>()("ProviderUnavailable", wait) {
  readonly isRetryable = true
  override get message() {
    return `provider unavailable: ${this.detail}`
  }
}

/** The connection failed or broke off. */
export class NetworkFailure extends Schema.TaggedError<NetworkFailure>()("NetworkFailure", lasting) {
  get isRetryable() {
    return this.permanent !== true
  }
  override get message() {
    return `network failure: ${this.detail}`
  }
}

/** Nothing came in time. */
export class TimedOut extends Schema.TaggedError<TimedOut>()("TimedOut", {
  ...lasting,
  after: Schema.DurationFromMillis
}) {
  get isRetryable() {
    return this.permanent !== true
  }
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
  readonly isRetryable = false
  override get message() {
    return `budget exceeded: ${this.detail}`
  }
}

/** A cassette or mock has nothing recorded for this request. */
export class NoRecordedReply extends Schema.TaggedError<NoRecordedReply>()("NoRecordedReply", fields) {
  readonly isRetryable = false
  override get message() {
    return `no recorded reply: ${this.detail}`
  }
}

export const LlmErrorReason = Schema.Union([
  RateLimited,
  QuotaExhausted,
  Unauthenticated,
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
 * Reasons that providers do not bill when they answer with them. After any other failure the model may have worked
 * unseen, so that what it cost is unknown.
 */
export const unbilled: ReadonlySet<string> = new Set<LlmErrorReason["_tag"]>([
  "RateLimited",
  "QuotaExhausted",
  "Unauthenticated",
  "InvalidRequest",
  "ContextLengthExceeded",
  "ProviderUnavailable"
])

/**
 * A request to a language model that got no usable reply; `reason` says why and whether a retry can help, `usage` what
 * the provider had said of its cost when a stream broke.
 */
export class LlmError extends Schema.TaggedError<LlmError>()("LlmError", {
  reason: LlmErrorReason,
  usage: Schema.optionalKey(Usage)
}) {
  override get message() {
    return this.reason.message
  }
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  /** What is said of its cost, by the error or by its reason. */
  get knownUsage(): Usage | undefined {
    return this.usage ?? ("usage" in this.reason ? this.reason.usage : undefined)
  }
  /** Whether the run is suspended, to go on after a top-up or with a larger budget, instead of failed. */
  get isSuspending(): boolean {
    return this.reason._tag === "BudgetExceeded" || this.reason._tag === "QuotaExhausted"
  }
}

/** Whether an error is an `LlmError`, also one that another copy of this library made. */
export const isLlmError = (error: unknown): error is LlmError => Predicate.isTagged(error, "LlmError")
