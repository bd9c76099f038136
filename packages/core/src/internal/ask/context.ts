import type * as Effect from "effect/Effect"
import type { LlmReply } from "../../LlmReply.ts"
import type { LlmRequest } from "../../LlmRequest.ts"

/** Where a step runs, and who is told of its replies. */
export interface StepContext {
  readonly run: string
  readonly path: string
  /** Whether a reply that is kept somewhere, as on a cassette, is not good enough. */
  readonly fresh: boolean
  /** Makes interruptible what the engine made uninterruptible: waiting for a reply, not keeping it. */
  readonly restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The reply to a request, where an attempt that was cut off has left it. */
  readonly recall: (request: LlmRequest) => Effect.Effect<LlmReply | undefined>
  /** Called with each reply of a model before it is parsed, unless it was recalled. */
  readonly replied: (request: LlmRequest, reply: LlmReply) => Effect.Effect<void>
}
