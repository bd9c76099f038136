import { Effect } from "effect"
import { LlmClient, type LlmError, type LlmReply, type LlmRequest } from "@stepwright/core"
import { Fixtures } from "@stepwright/core/testing"

export const { reply } = Fixtures

/** A model that gives these answers in turn, the last one again and again, and keeps what it was asked. */
export const scripted = (...answers: ReadonlyArray<string | LlmReply.LlmReply | LlmError.LlmError>) => {
  const requests: Array<LlmRequest.LlmRequest> = []
  const layer = LlmClient.layer((request) => {
    const answer = answers[Math.min(requests.push(request), answers.length) - 1] ?? ""
    if (typeof answer === "string") return Effect.succeed(reply(answer))
    return "text" in answer ? Effect.succeed(answer) : Effect.fail(answer)
  })
  return { requests, layer }
}
