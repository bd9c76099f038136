import { Effect } from "effect"
import type { Message } from "@stepwright/core/LlmRequest"
import { LlmClientConformance } from "@stepwright/core/testing"
import { conforms } from "../../../../test/support/conformance.ts"
import { send, serve, type Behaviour, type Received } from "./server.ts"
import type { Wire } from "./wire.ts"

const statuses: Partial<Record<LlmClientConformance.Fault, readonly [status: number, code: string]>> = {
  RateLimited: [429, "rate_limit_exceeded"],
  QuotaExhausted: [429, "insufficient_quota"],
  Unauthenticated: [401, "invalid_api_key"],
  InvalidRequest: [400, "invalid_value"],
  ContextLengthExceeded: [400, "context_length_exceeded"],
  ProviderUnavailable: [503, "server_error"]
}

interface Block {
  readonly text: string
}

interface Body {
  readonly stream?: boolean
  readonly system?: string | ReadonlyArray<Block>
  readonly messages?: ReadonlyArray<{ readonly role: Message["role"]; readonly content: string | ReadonlyArray<Block> }>
  readonly input?: Body["messages"]
}

const textOf = (content: string | ReadonlyArray<Block>) =>
  typeof content === "string" ? content : content.map(({ text }) => text).join("")

/** The messages of a request, whatever the wire format has in their place. */
const messagesOf = ({ input, messages = input ?? [], system }: Body): ReadonlyArray<Message> => [
  ...(system === undefined ? [] : [{ role: "system" as const, content: textOf(system) }]),
  ...messages.map(({ content, role }) => ({ role, content: textOf(content) }))
]

/** The client of a provider against a server on loopback, in both of its wires. */
export const conformsOver = ([whole, streamed]: readonly [whole: Wire, streamed: Wire]) => {
  const answer = (heard: LlmClientConformance.Answer, wire: Wire): Behaviour => {
    if (heard._tag === "Silence") return () => {}
    if (heard._tag === "Text") {
      const { input, output } = heard.usage
      const usage = input !== undefined && output !== undefined && { input, output }
      return wire.answer({ text: heard.text, finish: heard.finishReason, usage })
    }
    const { body, status } = wire.fault(...statuses[heard.reason]!)
    return send(status, body)
  }
  const client = (provider: LlmClientConformance.Provider) =>
    Effect.map(
      serve((response, _count, { body }: Received) => {
        const asked: Body = body
        answer(provider(messagesOf(asked)), asked.stream === true ? streamed : whole)(response, 0)
      }),
      ({ url }) => whole.client(url)
    )
  // names of reasons, as they are written above
  const faults = Object.keys(statuses) as Array<LlmClientConformance.Fault>
  conforms(LlmClientConformance.suite({ client, faults }))
}
