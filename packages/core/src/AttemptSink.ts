import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { LlmError } from "./LlmError.ts"
import type { LlmRequest } from "./LlmRequest.ts"
import type { Usage } from "./Usage.ts"

/** How a real request to a provider ended. An interrupted one has neither usage nor error: what it cost is unclear. */
export interface Outcome {
  readonly model?: string
  readonly usage?: Usage
  readonly error?: LlmError
}

/**
 * Where the innermost client middleware reports each real request to a provider, retries included. `started` runs
 * before the request leaves and gives back what to call when it ended. The default reports to nobody; the engine
 * provides one that journals. Calls answered by a cassette or a mock are not attempts.
 */
export const AttemptSink = Context.Reference<{
  readonly started: (request: LlmRequest) => Effect.Effect<(outcome: Outcome) => Effect.Effect<void>>
}>("@stepwright/core/AttemptSink", {
  defaultValue: () => ({ started: () => Effect.succeed(() => Effect.void) })
})
