import type { LlmErrorReason } from "@stepwright/core/LlmError"
import { ending, response } from "./openAiWire.ts"
import { send, sendForEver, type Behaviour } from "./server.ts"
import { sse, type Wire } from "./wire.ts"

/** A row of the fault table, as it is met by a call over one API, streaming or not. Codes are OpenAI's. */
export interface Fault {
  readonly fault: string
  readonly serve: (wire: Wire) => Behaviour
  readonly want: LlmErrorReason["_tag"] | "reply"
  /** Requests in all while the fault lasts: 3 for a retry, 2 for one retry. */
  readonly requests: 1 | 2 | 3
  /** What the message of the error says. */
  readonly says?: RegExp
  /** What the reply has, where there is one. */
  readonly reply?: object
  /** How long each wait is at least. **Units** milliseconds */
  readonly wait?: number
  /** Whether the client has to run out of patience: then its time-outs are short. */
  readonly stalls?: boolean
  /** Where the fault cannot occur, and why; a format says what it cannot meet at all. */
  readonly never?: { readonly where: (wire: Wire) => boolean; readonly why: string }
}

const html = { "content-type": "text/html" }
const json = { "content-type": "application/json" }

const always = (behave: Behaviour) => () => behave

/** The provider's own answer for a code. */
const fault =
  (status: number, code: string | null, headers: Readonly<Record<string, string>> = {}) =>
  (wire: Wire): Behaviour => {
    const said = wire.fault(status, code)
    return send(said.status, said.body, headers)
  }

const whole = (wire: Wire) => !wire.streamed
const streamed = (wire: Wire) => wire.streamed
const part = (wire: Wire) => wire.events({}).slice(0, wire.begun)

const holding = (wire: Wire, list: ReadonlyArray<never> | undefined) => {
  const { body, events } = wire.holding(list)
  return wire.streamed ? sse(events) : send(200, body)
}

const noBodyAtOnce = { where: streamed, why: "the body of a stream is events: see the rows of streams" }
const noEvents = { where: whole, why: "a body that comes at once has no events" }

const quota = (code: string): Fault => ({
  fault: `429 ${code}`,
  serve: fault(429, code),
  want: "QuotaExhausted",
  requests: 1
})

const refused = (status: number, code: string | null): Fault => ({
  fault: `${status}${code === null ? "" : ` ${code}`}`,
  serve: fault(status, code),
  want: "InvalidRequest",
  requests: 1,
  says: /the fault/u
})

const unauthenticated = (status: number): Fault => ({
  fault: `${status}`,
  serve: fault(status, "invalid_api_key"),
  want: "Unauthenticated",
  requests: 1,
  says: /set (?:ANTHROPIC|OPENAI)_API_KEY/u
})

const unavailable = (status: number): Fault => ({
  fault: `${status}`,
  serve: fault(status, null),
  want: "ProviderUnavailable",
  requests: 3
})

const errorEvent = (code: string, want: Fault["want"], requests: Fault["requests"]): Fault => ({
  fault: `error event in the stream: ${code}`,
  serve: (wire) => sse([...part(wire), wire.errorEvent(code)]),
  want,
  requests,
  says: new RegExp(`it is ${code}`, "u"),
  never: noEvents
})

const failedResponse = (code: string, want: Fault["want"], requests: Fault["requests"]): Fault => ({
  fault: `response of status failed: ${code}`,
  serve: (wire) => {
    const body = response({ usage: false }, { status: "failed", output: [], error: { code, message: `it is ${code}` } })
    return wire.streamed ? sse([...part(wire), ending({ ...body, status: "failed" })]) : send(200, body)
  },
  want,
  requests,
  says: new RegExp(`it is ${code}`, "u")
})

/** The fault table, row by row. */
export const faults: ReadonlyArray<Fault> = [
  {
    fault: "429 with retry-after-ms",
    serve: fault(429, null, { "retry-after-ms": "1500" }),
    want: "RateLimited",
    requests: 3,
    wait: 1500
  },
  {
    fault: "429 with retry-after, 120 s",
    serve: fault(429, "rate_limit_exceeded", { "retry-after": "120" }),
    want: "RateLimited",
    requests: 3,
    wait: 120_000
  },
  {
    fault: "429 with a retry-after that cannot fit into the total time",
    serve: fault(429, null, { "retry-after": "7200" }),
    want: "RateLimited",
    requests: 1,
    says: /no retry: it needs a wait of 2h/u
  },
  {
    fault: "429 of type insufficient_quota",
    serve: always(send(429, { error: { message: "…", type: "insufficient_quota", code: null } })),
    want: "QuotaExhausted",
    requests: 1
  },
  quota("insufficient_quota"),
  quota("credit_balance_exhausted"),
  quota("project_spend_limit_exceeded"),
  quota("organization_usage_limit_exceeded"),
  { fault: "429 slow_down", serve: fault(429, "slow_down"), want: "RateLimited", requests: 3 },
  { fault: "503 slow_down", serve: fault(503, "slow_down"), want: "RateLimited", requests: 3 },
  {
    fault: "400 context_length_exceeded",
    serve: fault(400, "context_length_exceeded"),
    want: "ContextLengthExceeded",
    requests: 1,
    says: /9001 of 8192 tokens/u
  },
  refused(400, "invalid_value"),
  refused(404, "model_not_found"),
  refused(413, null),
  refused(422, null),
  unauthenticated(401),
  unauthenticated(403),
  unavailable(408),
  unavailable(409),
  unavailable(500),
  unavailable(503),
  unavailable(529),
  {
    fault: "502 with HTML",
    serve: always(send(502, "<html><h1>Bad Gateway</h1></html>", html)),
    want: "ProviderUnavailable",
    requests: 3
  },
  { fault: "no headers in time", serve: always(() => {}), want: "TimedOut", requests: 3, stalls: true },
  {
    fault: "reset before headers",
    serve: always((response) => response.socket?.destroy()),
    want: "NetworkFailure",
    requests: 3
  },
  {
    fault: "body stalls",
    serve: always((response) => void response.writeHead(200, json).write('{"id":')),
    want: "TimedOut",
    requests: 3,
    stalls: true,
    never: noBodyAtOnce
  },
  {
    fault: "body cut inside the JSON",
    serve: always(
      (response) =>
        void response
          .writeHead(200, { ...json, "content-length": "500" })
          .write('{"id":', () => void response.socket?.destroy())
    ),
    want: "NetworkFailure",
    requests: 3,
    never: noBodyAtOnce
  },
  {
    fault: "200 that is not JSON",
    serve: always(send(200, '{"id": oops')),
    want: "InvalidResponse",
    requests: 2
  },
  {
    fault: "200 without a body",
    serve: always(send(200, "")),
    want: "InvalidResponse",
    requests: 2,
    never: noBodyAtOnce
  },
  {
    fault: "200 without an end",
    serve: always(sendForEver(200, "application/json", " ")),
    want: "InvalidResponse",
    requests: 1,
    says: /larger than 32 MB/u
  },
  {
    fault: "200 HTML",
    serve: always(send(200, "<html>Welcome</html>", html)),
    want: "InvalidResponse",
    requests: 1,
    says: /check (?:ANTHROPIC|OPENAI)_BASE_URL.*http:\/\/127\.0\.0\.1:\d+\/v1\/.*<html>Welcome/u
  },
  {
    fault: "200 {error}",
    serve: always(send(200, { error: { message: "it broke" } })),
    want: "ProviderUnavailable",
    requests: 3,
    says: /it broke/u
  },
  {
    fault: "200 {error} of a rate limit, with retry-after",
    serve: (wire) => send(200, wire.fault(429, "rate_limit_exceeded").body, { "retry-after": "120" }),
    want: "RateLimited",
    requests: 3,
    wait: 120_000
  },
  {
    fault: "200 {error} of a quota",
    serve: (wire) => send(200, wire.fault(429, "project_spend_limit_exceeded").body),
    want: "QuotaExhausted",
    requests: 1
  },
  {
    fault: "402",
    serve: fault(402, "insufficient_quota"),
    want: "QuotaExhausted",
    requests: 1
  },
  {
    fault: "choices (output, content) missing",
    serve: (wire) => holding(wire, undefined),
    want: "InvalidResponse",
    requests: 2,
    says: /choices|output|content/u
  },
  {
    fault: "choices (output, content) empty",
    serve: (wire) => holding(wire, []),
    want: "InvalidResponse",
    requests: 2,
    says: /choices|output|content/u
  },
  {
    fault: "stream ends without finish reason or [DONE]",
    serve: (wire) => sse(part(wire)),
    want: "NetworkFailure",
    requests: 2,
    says: /before the reply was whole/u,
    never: noEvents
  },
  {
    fault: "stream with an empty body",
    serve: always(sse([])),
    want: "NetworkFailure",
    requests: 2,
    says: /before it began/u,
    never: noEvents
  },
  {
    fault: "200 JSON on a streaming call",
    serve: (wire) => send(200, wire.body({})),
    want: "reply",
    requests: 1,
    never: { where: whole, why: "JSON is what such a call asks for" }
  },
  {
    fault: "200 JSON on a streaming call that is no reply",
    serve: always(send(200, { status: "ok" })),
    want: "InvalidResponse",
    requests: 2
  },
  {
    fault: "socket killed in the stream",
    serve: (wire) => sse(part(wire), "destroy"),
    want: "NetworkFailure",
    requests: 3,
    never: noEvents
  },
  {
    fault: "malformed chunk",
    serve: (wire) => sse([...part(wire), '{"id": oops']),
    want: "InvalidResponse",
    requests: 2,
    never: noEvents
  },
  errorEvent("server_error", "ProviderUnavailable", 3),
  errorEvent("rate_limit_exceeded", "RateLimited", 3),
  errorEvent("insufficient_quota", "QuotaExhausted", 1),
  errorEvent("context_length_exceeded", "ContextLengthExceeded", 1),
  errorEvent("content_policy_violation", "ContentRefused", 1),
  failedResponse("server_error", "ProviderUnavailable", 3),
  failedResponse("rate_limit_exceeded", "RateLimited", 3),
  failedResponse("invalid_prompt", "InvalidRequest", 1),
  {
    fault: "stream stalls after headers",
    serve: (wire) => sse(part(wire), "stall"),
    want: "TimedOut",
    requests: 2,
    says: /stalls/u,
    stalls: true,
    never: noEvents
  },
  {
    fault: "keep-alive comments",
    serve: (wire) => sse(wire.events({}).flatMap((data) => [": keep-alive", data])),
    want: "reply",
    requests: 1,
    never: noEvents
  },
  {
    fault: "a chunk with usage only and choices: []",
    serve: (wire) => wire.answer({}),
    want: "reply",
    requests: 1,
    reply: { usage: { input: 11, cachedInput: 4, output: 7, reasoning: 2 } },
    never: noEvents
  },
  {
    fault: "finish length",
    serve: (wire) => wire.answer({ finish: "length" }),
    want: "reply",
    requests: 1,
    reply: { finishReason: "length" }
  },
  {
    fault: "finish length before any text",
    serve: (wire) => wire.answer({ text: null, finish: "length" }),
    want: "reply",
    requests: 1,
    reply: { text: "", finishReason: "length" }
  },
  {
    fault: "finish content_filter",
    serve: (wire) => wire.answer({ finish: "content_filter" }),
    want: "ContentRefused",
    requests: 1
  },
  {
    fault: "refusal set",
    serve: (wire) => wire.answer({ text: null, refusal: "Never." }),
    want: "ContentRefused",
    requests: 1,
    says: /Never\./u
  },
  {
    fault: "content null, no refusal",
    serve: (wire) => wire.answer({ text: null }),
    want: "InvalidResponse",
    requests: 2
  },
  {
    fault: "content empty, no refusal",
    serve: (wire) => wire.answer({ text: "" }),
    want: "InvalidResponse",
    requests: 2
  },
  {
    fault: "a tool call nobody asked for",
    serve: (wire) => wire.answer({ text: null, toolCall: true }),
    want: "InvalidResponse",
    requests: 1,
    says: /tool/u
  },
  {
    fault: "usage missing",
    serve: (wire) => wire.answer({ usage: false }),
    want: "reply",
    requests: 1,
    reply: { text: "pong", usage: {} }
  },
  {
    fault: "usage whose details do not fit",
    serve: (wire) => wire.answer({ usage: "odd" }),
    want: "reply",
    requests: 1,
    reply: { text: "pong", usage: { input: 11, output: 7 } }
  }
]
