import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmError, LlmErrorReason } from "@stepwright/core/LlmError"

/** The last error that a model's client gave, to tell why a run ended. */
export interface Heard {
  reason?: LlmErrorReason
}

/** Notes the errors of a client. */
export const listening = (heard: Heard) => (client: LlmClient.Service) => {
  const hear = ({ reason }: LlmError) => Effect.sync(() => void (heard.reason = reason))
  return LlmClient.make(
    (request) => Effect.tapError(client.generate(request), hear),
    (request) => Stream.tapError(client.stream(request), hear)
  )
}
