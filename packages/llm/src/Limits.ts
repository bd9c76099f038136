import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { LlmError } from "@stepwright/core/LlmError"
import type { LlmRequest } from "@stepwright/core/LlmRequest"

/** **Units** `tokens`: input and output together. */
export interface Amount {
  readonly tokens: number
  readonly usd: number
}

/** What a request takes at most; `calls` is 1 for the first request of a call, and 0 for those that follow. */
export interface AtMost extends Amount {
  readonly calls: number
}

/** What may be spent; `Infinity` is no cap. */
export interface Caps {
  readonly maxCalls: number
  readonly maxTokens: number
  readonly maxUsd: number
}

/** What may be on its way at a time, and begin in a minute; `Infinity` is no limit. */
export interface Rates {
  readonly requestsPerMinute: number
  readonly tokensPerMinute: number
  readonly concurrency: number
}

/** What a request came to. */
export interface Cost extends Amount {
  /** Whether that is what it may have cost at most, as nobody said. */
  readonly isUnclear: boolean
  readonly error?: LlmError | undefined
}

/** The request may be made; what it came to is told once. */
export interface Granted {
  readonly _tag: "Granted"
  readonly settle: (cost: Cost) => Effect.Effect<void>
}

/** Why a request does not fit: the cap and, in its unit, the limit, what is spent and on its way, and what is asked for. */
export interface Refusal {
  readonly cap: keyof Caps
  readonly limit: number
  readonly spent: number
  /** How much of `spent` was perhaps not billed: the bound of what was on its way when its process died, or an estimate. */
  readonly unclear?: number
  readonly inFlight: number
  readonly asked: number
}

export interface Refused {
  readonly _tag: "Refused"
  readonly refusal: Refusal
}

/** The request has to wait: after `wait` it makes sense to ask again. */
export interface Later {
  readonly _tag: "Later"
  readonly wait: Effect.Effect<void>
  /** How long the provider demands that nobody asks. **Units** milliseconds */
  readonly demanded: number
}

/** The counts of one limit. */
export interface Counts<Otherwise> {
  /** Keeps free what a request takes at most. **Fails with** the reason, where it cannot be counted. */
  readonly reserve: (request: LlmRequest, atMost: AtMost) => Effect.Effect<Granted | Otherwise, LlmError>
}

export interface Service {
  /** What is spent under the caps of this name. */
  readonly spending: (name: string, caps: Caps) => Effect.Effect<Counts<Refused>>
  /** What is on its way, and has begun, under the rates of this name. */
  readonly pace: (name: string, rates: Rates) => Effect.Effect<Counts<Later>>
}

/**
 * Where the limits that have a `name` keep their counts, when a `Budget` or a `RateLimit` is made: those of one name share
 * them. `undefined`, unless provided: each limit counts for itself, in memory.
 */
export const Limits = Context.Reference<Service | undefined>("@stepwright/llm/Limits", {
  defaultValue: () => undefined
})
