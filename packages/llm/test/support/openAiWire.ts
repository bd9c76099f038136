import { Redacted } from "effect"
import { OpenAiLlm } from "@stepwright/llm"
import { send } from "./server.ts"
import { pieces, wiresOf, type Answer, type Format } from "./wire.ts"

/** The error body of the API. */
export const fault = (status: number, code: string | null, headers: Readonly<Record<string, string>> = {}) =>
  send(status, faultBody(code), headers)

const faultBody = (code: string | null) => ({ error: { message: messageOf(code), type: "some_error", code } })

const messageOf = (code: string | null) =>
  code === "context_length_exceeded"
    ? "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens."
    : `the fault ${code}`

const client =
  (api: "chat" | "responses"): Format["client"] =>
  (baseUrl, patience) =>
    OpenAiLlm.layer({
      apiKey: Redacted.make("sk-sentinel-0123456789"),
      baseUrl,
      model: "model-1",
      api,
      ...patience
    })

/** A body of Chat Completions, with the message and what else is given. */
export const completion = (message: object = { content: "pong" }, choice: object = {}, fields: object = {}) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "model-2025",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", refusal: null, ...message }, ...choice }],
  usage: {
    prompt_tokens: 11,
    completion_tokens: 7,
    total_tokens: 18,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 2 }
  },
  ...fields
})

const chatUsage = (usage: Answer["usage"]) => ({
  ...completion().usage,
  ...(usage === "odd" && { prompt_tokens_details: [], completion_tokens_details: { reasoning_tokens: -1 } }),
  ...(typeof usage === "object" && {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output
  })
})

const chunk = (choices: ReadonlyArray<object>, fields: object = {}) =>
  JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", model: "model-2025", choices, ...fields })

const delta = (delta: object, finish: string | null = null) => chunk([{ index: 0, delta, finish_reason: finish }])

const chat: Format<"chat"> = {
  api: "chat",
  client: client("chat"),
  id: "chatcmpl-1",
  body: ({ text = "pong", refusal = null, finish = "stop", toolCall, usage }) => {
    const message = { content: text, refusal, ...(toolCall && { tool_calls: [{ id: "1" }] }) }
    const choice = { finish_reason: toolCall ? "tool_calls" : finish }
    return completion(message, choice, { usage: usage === false ? undefined : chatUsage(usage) })
  },
  events: ({ text = "pong", refusal, finish = "stop", toolCall, usage }) => [
    delta({ role: "assistant", ...(text !== null && { content: "" }) }),
    ...(text === null ? [] : pieces(text).map((content) => delta({ content }))),
    ...(refusal === undefined ? [] : pieces(refusal).map((refusal) => delta({ refusal }))),
    ...(toolCall ? [delta({ tool_calls: [{ index: 0, id: "1", function: { name: "f", arguments: "{}" } }] })] : []),
    delta({}, toolCall ? "tool_calls" : finish),
    ...(usage === false ? [] : [chunk([], { usage: chatUsage(usage) })]),
    "[DONE]"
  ],
  begun: 2,
  holding: (choices) => {
    const body = { id: "chatcmpl-1", model: "model-2025", choices }
    return { body, events: [JSON.stringify(body), "[DONE]"] }
  },
  fault: (status, code) => ({ status, body: faultBody(code) }),
  errorEvent: (code) => JSON.stringify({ error: { message: `it is ${code}`, code, param: null } }),
  never: {
    "response of status failed: server_error": "Chat Completions has no status of a response",
    "response of status failed: rate_limit_exceeded": "Chat Completions has no status of a response",
    "response of status failed: invalid_prompt": "Chat Completions has no status of a response"
  }
}

/** A body of the Responses API, with what else is given. */
export const response = (answer: Answer = {}, fields: object = {}) => {
  const { text = "pong", refusal, finish = "stop", toolCall, usage } = answer
  const content = [
    ...(text === null ? [] : [{ type: "output_text", text, annotations: [] }]),
    ...(refusal === undefined ? [] : [{ type: "refusal", refusal }])
  ]
  return {
    id: "resp-1",
    object: "response",
    model: "model-2025",
    status: finish === "stop" ? "completed" : "incomplete",
    error: null,
    incomplete_details:
      finish === "stop" ? null : { reason: finish === "length" ? "max_output_tokens" : "content_filter" },
    output: [
      { type: "reasoning", id: "rs-1", summary: [] },
      ...(toolCall ? [{ type: "function_call", name: "f", arguments: "{}" }] : []),
      { type: "message", id: "msg-1", role: "assistant", content }
    ],
    ...(usage !== false && {
      usage: {
        input_tokens: typeof usage === "object" ? usage.input : 11,
        input_tokens_details: usage === "odd" ? [] : { cached_tokens: 4 },
        output_tokens: typeof usage === "object" ? usage.output : 7,
        output_tokens_details: { reasoning_tokens: usage === "odd" ? -1 : 2 },
        total_tokens: typeof usage === "object" ? usage.input + usage.output : 18
      }
    }),
    ...fields
  }
}

/** The last event of a stream of the Responses API. */
export const ending = (body: { readonly status: string }) =>
  JSON.stringify({ type: `response.${body.status}`, response: body })

const responses: Format<"responses"> = {
  api: "responses",
  client: client("responses"),
  id: "resp-1",
  body: response,
  events: (answer) => [
    JSON.stringify({ type: "response.created", response: response({}, { status: "in_progress", output: [] }) }),
    JSON.stringify({ type: "response.output_item.added", output_index: 1, item: { type: "message", id: "msg-1" } }),
    ...(answer.text === null ? [] : pieces(answer.text ?? "pong")).map((delta) =>
      JSON.stringify({ type: "response.output_text.delta", output_index: 1, content_index: 0, delta })
    ),
    ending(response(answer))
  ],
  begun: 3,
  holding: (output) => {
    const body = response({}, { output })
    return { body, events: [ending(body)] }
  },
  fault: (status, code) => ({ status, body: faultBody(code) }),
  errorEvent: (code) => JSON.stringify({ type: "error", message: `it is ${code}`, code, param: null }),
  never: { "a chunk with usage only and choices: []": "only streams of Chat Completions have chunks" }
}

export const wires = [...wiresOf([chat]), ...wiresOf([responses])]
