import { Redacted } from "effect"
import { AnthropicLlm } from "@stepwright/llm"
import { pieces, wiresOf, type Answer, type Format } from "./wire.ts"

const stopReasons = { stop: "end_turn", length: "max_tokens", content_filter: "refusal" }

const stopOf = ({ finish = "stop", refusal, toolCall }: Answer) => ({
  stop_reason: toolCall ? "tool_use" : refusal === undefined ? stopReasons[finish] : "refusal",
  stop_details: refusal === undefined ? null : { type: "refusal", category: "cyber", explanation: refusal }
})

const thinking = { type: "thinking", thinking: "Ping?", signature: "c2ln" }
const toolUse = { type: "tool_use", id: "toolu_1", name: "f", input: {} }

const input = { input_tokens: 5, cache_creation_input_tokens: 2, cache_read_input_tokens: 4 }
const output = { output_tokens: 7, output_tokens_details: { thinking_tokens: 2 } }
const oddOutput = { ...output, output_tokens_details: { thinking_tokens: -1 } }

/** A body of the Messages API, with what else is given. */
export const message = (answer: Answer = {}, fields: object = {}) => {
  const { text = "pong", toolCall, usage } = answer
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "model-2025",
    content: [thinking, ...(text === null ? [] : [{ type: "text", text }]), ...(toolCall ? [toolUse] : [])],
    ...stopOf(answer),
    stop_sequence: null,
    ...(usage !== false && { usage: { ...input, ...(usage === "odd" ? oddOutput : output) } }),
    ...fields
  }
}

/** An event of a stream, by its name. */
export const event = (type: string, fields: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}`

const block = (index: number, content_block: object, deltas: ReadonlyArray<object> = []) => [
  event("content_block_start", { index, content_block }),
  ...deltas.map((delta) => event("content_block_delta", { index, delta })),
  event("content_block_stop", { index })
]

const events = (answer: Answer = {}) => {
  const { text = "pong", toolCall, usage } = answer
  const start = { content: [], stop_reason: null, ...(usage !== false && { usage: { ...input, output_tokens: 1 } }) }
  const thought = [{ type: "thinking_delta", thinking: "Ping?" }]
  return [
    event("message_start", { message: { ...message({ usage: false }), ...start } }),
    event("ping"),
    ...block(0, { ...thinking, thinking: "" }, thought),
    ...(text === null
      ? []
      : block(
          1,
          { type: "text", text: "" },
          pieces(text).map((text) => ({ type: "text_delta", text }))
        )),
    ...(toolCall ? block(2, toolUse, [{ type: "input_json_delta", partial_json: "{}" }]) : []),
    event("message_delta", {
      delta: stopOf(answer),
      ...(usage !== false && { usage: usage === "odd" ? oddOutput : output })
    }),
    event("message_stop")
  ]
}

/** The API's own words for the codes of the fault table: status, type, message and code. */
const words: Readonly<Record<string, readonly [status: number, type: string, message?: string, code?: string]>> = {
  insufficient_quota: [402, "billing_error"],
  credit_balance_exhausted: [400, "invalid_request_error", "Your credit balance is too low to access the API."],
  project_spend_limit_exceeded: [429, "rate_limit_error", "the fault", "enforced_spend_limit_reached"],
  organization_usage_limit_exceeded: [
    400,
    "invalid_request_error",
    "You have reached your specified API usage limits. You will regain access on 2026-12-01."
  ],
  rate_limit_exceeded: [429, "rate_limit_error"],
  server_error: [500, "api_error"],
  context_length_exceeded: [400, "invalid_request_error", "prompt is too long: 9001 tokens > 8192 maximum"],
  invalid_value: [400, "invalid_request_error"],
  model_not_found: [404, "not_found_error"]
}

const types: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  408: "invalid_request_error",
  409: "conflict_error",
  413: "request_too_large",
  422: "invalid_request_error",
  429: "rate_limit_error",
  529: "overloaded_error"
}

/** An error body of the API. */
export const error = (type: string, message: string, code?: string) => ({
  type: "error",
  error: { type, message, details: code === undefined ? null : { error_code: code } },
  request_id: "req_1"
})

const messages: Format<"messages"> = {
  api: "messages",
  client: (url, patience) =>
    AnthropicLlm.layer({
      apiKey: Redacted.make("sk-sentinel-0123456789"),
      baseUrl: new URL(url).origin,
      model: "model-1",
      ...patience
    }),
  said: { cacheWrite: 2 },
  id: "msg_1",
  body: message,
  events,
  begun: 7,
  holding: (content) => ({
    body: message({}, { content }),
    events:
      content === undefined
        ? [event("message_delta", { delta: stopOf({}) }), event("message_stop")]
        : [event("message_start", { message: message({}, { content }) }), event("message_stop")]
  }),
  fault: (given, code) => {
    const [status, type, message, errorCode] = words[code ?? ""] ?? [given, types[given] ?? "api_error"]
    return { status, body: error(type, message ?? `the fault ${code}`, errorCode) }
  },
  errorEvent: (code) => {
    const [, type = "api_error", , errorCode] = words[code] ?? []
    const said = code === "context_length_exceeded" ? `prompt is too long: it is ${code}` : `it is ${code}`
    return `event: error\ndata: ${JSON.stringify(error(type, said, errorCode))}`
  },
  never: {
    "429 of type insufficient_quota": "an error has one type and no code beside it: see 429 insufficient_quota",
    "429 slow_down": "the API has no such code: see the rows of 429",
    "503 slow_down": "the API has no such code: see 503",
    "a chunk with usage only and choices: []": "only streams of Chat Completions have chunks",
    "error event in the stream: content_policy_violation": "a refusal is a stop reason: see finish content_filter",
    "response of status failed: server_error": "the Messages API has no status of a response",
    "response of status failed: rate_limit_exceeded": "the Messages API has no status of a response",
    "response of status failed: invalid_prompt": "the Messages API has no status of a response"
  }
}

export const wires = wiresOf([messages])
