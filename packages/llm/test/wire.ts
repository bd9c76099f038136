import { completion, send, type Behaviour } from "./server.ts"

/** What a model answers; what is left out is as usual. */
export interface Answer {
  readonly text?: string | null
  readonly refusal?: string
  readonly finish?: "stop" | "length" | "content_filter"
  readonly toolCall?: boolean
  readonly usage?: boolean
}

/** One of the two APIs, streaming or not. */
export interface Wire {
  readonly api: "chat" | "responses"
  readonly streamed: boolean
  readonly answer: (answer: Answer) => Behaviour
  /** The data of the events of a stream, in two pieces of text. */
  readonly events: (answer: Answer) => ReadonlyArray<string>
  /** How many of the events are there when the first piece of text is. */
  readonly begun: number
  /** A whole response in which the list that holds the reply is as given. */
  readonly holding: (list: ReadonlyArray<never> | undefined) => Behaviour
}

/** Sends events, then ends the body, kills the socket or says nothing more. */
export const sse =
  (events: ReadonlyArray<string>, then: "end" | "destroy" | "stall" = "end"): Behaviour =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.flushHeaders()
    const last = () => {
      if (then === "end") response.end()
      if (then === "destroy") setTimeout(() => response.socket?.destroy(), 10)
    }
    response.write(events.map((data) => (data.startsWith(":") ? `${data}\n\n` : `data: ${data}\n\n`)).join(""), last)
  }

const chunk = (choices: ReadonlyArray<object>, fields: object = {}) =>
  JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", model: "model-2025", choices, ...fields })

const delta = (delta: object, finish: string | null = null) => chunk([{ index: 0, delta, finish_reason: finish }])

const pieces = (text: string) => [text.slice(0, 2), text.slice(2)]

const chatEvents = ({ text = "pong", refusal, finish = "stop", toolCall, usage }: Answer) => [
  delta({ role: "assistant", ...(text !== null && { content: "" }) }),
  ...(text === null ? [] : pieces(text).map((content) => delta({ content }))),
  ...(refusal === undefined ? [] : pieces(refusal).map((refusal) => delta({ refusal }))),
  ...(toolCall ? [delta({ tool_calls: [{ index: 0, id: "1", function: { name: "f", arguments: "{}" } }] })] : []),
  delta({}, toolCall ? "tool_calls" : finish),
  ...(usage === false ? [] : [chunk([], { usage: completion().usage })]),
  "[DONE]"
]

const chat = (streamed: boolean): Wire => ({
  api: "chat",
  streamed,
  events: chatEvents,
  begun: 2,
  answer: (answer) => {
    if (streamed) return sse(chatEvents(answer))
    const { text = "pong", refusal = null, finish = "stop", toolCall, usage } = answer
    const message = { content: text, refusal, ...(toolCall && { tool_calls: [{ id: "1" }] }) }
    const choice = { finish_reason: toolCall ? "tool_calls" : finish }
    return send(200, completion(message, choice, usage === false ? { usage: undefined } : {}))
  },
  holding: (choices) =>
    streamed
      ? sse([JSON.stringify({ id: "chatcmpl-1", model: "model-2025", choices }), "[DONE]"])
      : send(200, { id: "chatcmpl-1", model: "model-2025", choices })
})

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
        input_tokens: 11,
        input_tokens_details: { cached_tokens: 4 },
        output_tokens: 7,
        output_tokens_details: { reasoning_tokens: 2 },
        total_tokens: 18
      }
    }),
    ...fields
  }
}

/** The last event of a stream of the Responses API. */
export const ending = (body: { readonly status: string }) =>
  JSON.stringify({ type: `response.${body.status}`, response: body })

const responsesEvents = (answer: Answer) => [
  JSON.stringify({ type: "response.created", response: response({}, { status: "in_progress", output: [] }) }),
  JSON.stringify({ type: "response.output_item.added", output_index: 1, item: { type: "message", id: "msg-1" } }),
  ...(answer.text === null ? [] : pieces(answer.text ?? "pong")).map((delta) =>
    JSON.stringify({ type: "response.output_text.delta", output_index: 1, content_index: 0, delta })
  ),
  ending(response(answer))
]

const responses = (streamed: boolean): Wire => ({
  api: "responses",
  streamed,
  events: responsesEvents,
  begun: 3,
  answer: (answer) => (streamed ? sse(responsesEvents(answer)) : send(200, response(answer))),
  holding: (output) => {
    const body = response({}, { output })
    return streamed ? sse([ending(body)]) : send(200, body)
  }
})

export const wires: ReadonlyArray<Wire> = [chat(false), chat(true), responses(false), responses(true)]

export const nameOf = ({ api, streamed }: Wire) => `${api}, ${streamed ? "streamed" : "whole"}`
