import type { LlmErrorReason } from "@stepwright/core/LlmError"
import type { FinishReason } from "@stepwright/core/LlmReply"
import { completion } from "../openAiWire.ts"
import { issue } from "./errors.ts"

/** A finish reason as a server spells it, after the text `pong`. */
export interface Finish {
  readonly said: unknown
  readonly want: FinishReason | LlmErrorReason["_tag"]
  readonly source?: string
}

const gemini = issue("HKUDS/Vibe-Trading/pull/308")

const finish = (want: Finish["want"], source: string | undefined, ...said: ReadonlyArray<unknown>) =>
  said.map((said): Finish => ({ said, want, ...(source !== undefined && { source }) }))

export const finishes: ReadonlyArray<Finish> = [
  ...finish("stop", undefined, "stop", "end_turn", "stop_sequence", "COMPLETE", "FinishReason.STOP"),
  ...finish("stop", issue("vibrantlabsai/ragas/issues/1548"), "eos"),
  ...finish("stop", issue("huggingface/text-generation-inference/pull/2344"), "eos_token"),
  ...finish("stop", issue("GoogleCloudPlatform/generative-ai/pull/791"), "STOP"),
  ...finish("length", issue("GoogleCloudPlatform/generative-ai/pull/791"), "MAX_TOKENS"),
  ...finish("length", issue("anomalyco/opencode/pull/18814"), "model_context_window_exceeded"),
  ...finish(
    "length",
    "https://docs.rs/crate/mistral-openapi-client/latest/source/src/models/chat_completion_choice.rs",
    "model_length"
  ),
  ...finish("length", undefined, "length", "max_tokens", "maxTokens", "max-output-tokens", {
    type: "length",
    length: 9
  }),
  ...finish("ContentRefused", gemini, "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"),
  ...finish(
    "ContentRefused",
    undefined,
    "content_filter",
    "refusal",
    "content_filter: PROHIBITED_CONTENT",
    "contentFiltered"
  ),
  ...finish("ProviderUnavailable", issue("maximhq/bifrost/issues/5425"), "error"),
  ...finish("ProviderUnavailable", issue("vllm-project/vllm/issues/57082"), "abort"),
  ...finish(
    "ProviderUnavailable",
    "https://docs.rs/crate/ds-api/latest/source/src/raw/response/non_streaming/finish_reason.rs",
    "insufficient_system_resource"
  ),
  ...finish("ProviderUnavailable", undefined, "ERROR", "aborted", "network_error"),
  ...finish("InvalidResponse", undefined, "pause_turn", "tool_use", "tool_calls", "TOOL_CALL"),
  ...finish("InvalidResponse", issue("agentjido/req_llm/issues/935"), "MALFORMED_FUNCTION_CALL"),
  ...finish("length", undefined, "ERROR_LIMIT", "token_limit", "max_length"),
  ...finish("ContentRefused", undefined, "ERROR_TOXIC", "guardrail_intervened", "content-blocked"),
  ...finish("ProviderUnavailable", undefined, "USER_CANCEL", "time_limit", "not_finished"),
  ...finish("stop", undefined, "REASON_STOP", "endoftext", "normal", "Finished"),
  ...finish("length", undefined, "REASON_MAX_LEN", "REASON_MAX_CONTEXT", "maximum_tokens", "maxOutput", "truncated"),
  ...finish("length", undefined, "ALTERNATIVE_STATUS_TRUNCATED_FINAL", "incomplete", "output_limit_reached"),
  ...finish("ContentRefused", undefined, "blacklist", "content_policy_violation", "PROFANITY", "flagged"),
  ...finish("InvalidResponse", undefined, "function_call_filter: MALFORMED_FUNCTION_CALL", "TOO_MANY_TOOL_CALLS"),
  ...finish("ProviderUnavailable", undefined, "max_time", "modelUnloaded", "endpoint_error", "stop_failed"),
  ...finish("other", undefined, "something_new")
]

/** A message without an answer in it: no reply, and asked once more. */
export interface NoContent {
  readonly server: string
  readonly message: object
  readonly source?: string
}

export const noContent: ReadonlyArray<NoContent> = [
  { server: "null", message: { content: null } },
  { server: "missing", message: {} },
  {
    server: "an empty text",
    message: { role: "assistant", content: "" },
    source: issue("xiaoY233/Chat2API/issues/164")
  },
  {
    server: "only thoughts beside it",
    message: { content: null, reasoning_content: "The summary is …" },
    source: issue("TencentCloud/TencentDB-Agent-Memory/issues/168")
  },
  {
    server: "thoughts under another name",
    message: { content: null, reasoning: "The summary is …" },
    source: issue("vllm-project/vllm/issues/52640")
  },
  {
    server: "only parts that are thoughts",
    message: { content: [{ type: "thinking", thinking: [{ type: "text", text: "'s a greeting" }] }] },
    source: issue("BerriAI/litellm/issues/16272")
  },
  { server: "no parts", message: { content: [] } },
  { server: "parts without a text", message: { content: [{ type: "text" }, { type: "image_url" }, null] } },
  { server: "line breaks", message: { content: "\n\n" } },
  { server: "a thought that is marked", message: { content: [{ type: "text", text: "Hm.", thought: true }] } }
]

/** A whole body, or the text of a stream, that is the reply `pong` all the same. */
export interface Loose {
  readonly server: string
  readonly source?: string
  readonly sent: string
  readonly type?: string
  /** What the reply has besides its text. */
  readonly has?: object
}

const json = (body: unknown) => JSON.stringify(body)

export const loose: ReadonlyArray<Loose> = [
  {
    server: "mistral.rs, as plain text",
    source: issue("EricLBuehler/mistral.rs/issues/79"),
    type: "text/plain; charset=utf-8",
    sent: json({
      id: "5",
      choices: [{ finish_reason: "stop", index: 0, message: { content: "pong", role: "assistant" }, logprobs: null }],
      created: 1712378403,
      object: "chat.completion",
      usage: { completion_tokens: 17, prompt_tokens: 13, total_tokens: 30, avg_tok_per_sec: 46.6563 }
    }),
    has: { id: "5", usage: { input: 13, output: 17 } }
  },
  {
    server: "Mistral, parts",
    source: issue("NousResearch/hermes-agent/pull/4748"),
    sent: json(
      completion({
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "reasoning..." }] },
          { type: "text", text: "pong" }
        ]
      })
    )
  },
  {
    server: "Gemini, without an id",
    source: issue("softwaremill/sttp-ai/issues/338"),
    sent: json({
      choices: [{ finish_reason: "stop", index: 0, message: { content: "pong", role: "assistant" } }],
      created: 1747469284,
      model: "models/gemini-2.5-flash-preview-04-17",
      object: "chat.completion",
      usage: { completion_tokens: 24, prompt_tokens: 138, total_tokens: 448 }
    }),
    has: { model: "models/gemini-2.5-flash-preview-04-17", usage: { input: 138, output: 310 } }
  },
  {
    server: "Bifrost, counts that are null",
    source: issue("maximhq/bifrost/issues/5425"),
    sent: json(
      completion({ content: "pong" }, {}, { usage: { prompt_tokens: null, completion_tokens: null, total_tokens: 0 } })
    ),
    has: { usage: {} }
  },
  {
    server: "DeepSeek, blank lines first",
    source: "https://api-docs.deepseek.com/quick_start/rate_limit",
    sent: `\n\n\n${json(completion())}`
  },
  {
    server: "mini-sglang, events where none were asked for",
    source: issue("sgl-project/mini-sglang/issues/51"),
    type: "text/event-stream",
    sent:
      'data: {"id":"cmpl-1","object":"text_completion.chunk","choices":[{"delta":{"content":"pong"},"index":0,"finish_reason":null}]}\n\n' +
      "data: [DONE]\n\n",
    has: { id: "cmpl-1", finishReason: "other" }
  },
  {
    server: "LongCat, no blank after the colon",
    source: issue("davidmigloz/langchain_dart/issues/778"),
    type: "text/event-stream",
    sent:
      'data:{"id":"dcbb","object":"chat.completion.chunk","choices":[{"delta":{"role":"assistant","content":"pong","function_call":null},"index":0,"finish_reason":null,"logprobs":null}],"content":"","lastOne":false}\n\n' +
      'data:{"id":"dcbb","choices":[{"delta":{},"finish_reason":"stop"}],"lastOne":true}\n\n',
    has: { id: "dcbb" }
  },
  {
    server: "Foundry Local, an index that counts, message and delta",
    source: issue("microsoft/foundry-local/issues/144"),
    type: "text/event-stream",
    sent: ["po", "ng"]
      .map((content, index) => ({
        model: null,
        choices: [
          {
            delta: { role: "assistant", content, name: null, function_call: null, tool_calls: [] },
            message: { role: "assistant", content, name: null, function_call: null, tool_calls: [] },
            index: 197 + index,
            finish_reason: index === 0 ? null : "stop"
          }
        ],
        usage: null,
        CreatedAt: "2025-06-05T23:21:58+00:00",
        id: `chat.id.${index}`,
        Successful: true,
        error: null,
        HttpStatusCode: 0
      }))
      .map((chunk) => `data: ${json(chunk)}\n\n`)
      .join("")
  },
  {
    server: "OpenRouter, comments",
    source: "https://openrouter.ai/docs/api-reference/streaming",
    type: "text/event-stream",
    sent: `: OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: ${json(chunk("pong", "stop"))}\n\ndata: [DONE]\n\n`
  },
  {
    server: "a comment in the data, and none",
    type: "text/event-stream",
    sent: `data: : PROCESSING\n\ndata:\n\ndata: \n\ndata: ${json(chunk("pong", "stop"))}\n\n`
  },
  { server: "an id that is a number", sent: json(completion({ content: "pong" }, {}, { id: 12 })), has: { id: "12" } },
  {
    server: "a date and counts that are text",
    sent: json(
      completion(
        { content: "pong" },
        {},
        { created: "2026-01-01", usage: { prompt_tokens: "11", completion_tokens: 7.0 } }
      )
    ),
    has: { usage: { input: 11, output: 7 } }
  },
  { server: "parts that are texts", sent: json(completion({ content: ["po", { text: "ng" }] })) },
  { server: "one part without a list", sent: json(completion({ content: { type: "text", text: "pong" } })) },
  {
    server: "a model and a refusal of other types",
    sent: json(completion({ content: "pong", refusal: false, tool_calls: {} }, {}, { model: { id: "m" } }))
  },
  {
    server: "a byte order mark, no type",
    type: "application/octet-stream",
    sent: `\uFEFF${json(completion())}`
  },
  {
    server: "an error that is none",
    sent: json(completion({ content: "pong" }, { error: null }, { error: {}, detail: "fast", message: "" }))
  },
  {
    server: "One API, an error of nothing",
    sent: json(completion({ content: "pong" }, {}, { error: { message: "", type: "", param: "", code: null } }))
  },
  {
    server: "an error in the choice that is none",
    sent: json(completion({ content: "pong" }, { error: { code: 0, message: "" } }))
  },
  {
    server: "MiniMax, a status that is well, as text",
    sent: json(completion({ content: "pong" }, {}, { base_resp: { status_code: "0", status_msg: "success" } }))
  },
  { server: "a call of nothing", sent: json(completion({ content: "pong", function_call: {}, tool_calls: [null] })) },
  { server: "a text that has its value within", sent: json(completion({ content: [{ text: { value: "pong" } }] })) },
  {
    server: "a delta in a whole reply",
    sent: json({ choices: [{ delta: { content: "pong" }, finish_reason: "stop" }] })
  },
  { server: "the text of a completion", sent: json({ choices: [{ text: "pong", finish_reason: "stop" }] }) },
  {
    server: "carriage returns, and events with a line between them only",
    type: "text/event-stream",
    sent: `data: ${json(chunk("po"))}\r\ndata: ${json(chunk("ng", "stop"))}\r\n\r\n`
  },
  {
    server: "an end without a line break",
    type: "text/event-stream",
    sent: `data: ${json(chunk("pong"))}\n\ndata: ${json(chunk("", "stop"))}`
  },
  {
    server: "parts in a stream",
    type: "text/event-stream",
    sent: `data: ${json(chunk([{ type: "thinking", thinking: "Hm." }]))}\n\ndata: ${json(chunk([{ type: "text", text: "pong" }], "stop"))}\n\n`
  },
  {
    server: "a whole reply as an event",
    type: "text/event-stream",
    sent: `data: ${json(completion())}\n\ndata: [DONE]\n\n`
  }
]

function chunk(content: unknown, finish_reason: string | null = null) {
  return { id: 7, choices: [{ delta: { content }, finish_reason }] }
}
