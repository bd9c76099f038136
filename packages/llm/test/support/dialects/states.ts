import { expect } from "@effect/vitest"
import { issue, message, type ErrorDialect } from "./errors.ts"

const exhausted = {
  code: 429,
  message: "Resource has been exhausted (e.g. check quota).",
  status: "RESOURCE_EXHAUSTED"
}

const forbidden = { type: "extra_forbidden", loc: ["body", "stop"], msg: "Extra inputs are not permitted", input: true }

/** What says of the server, the key or the request, wherever an error may stand. */
export const states: ReadonlyArray<ErrorDialect> = [
  {
    server: "OpenRouter, in a 200",
    source: issue("pydantic/pydantic-ai/issues/2323"),
    status: 200,
    body: { id: null, choices: null, error: { message: "Internal Server Error", code: 500 }, user_id: "user" },
    want: "ProviderUnavailable"
  },
  {
    server: "OpenRouter, what the provider behind it said",
    source: issue("open-webui/computer/issues/293"),
    status: 429,
    body: message("Provider returned error", {
      code: 429,
      metadata: { raw: "the model is temporarily rate-limited upstream", provider_name: "BaseTen" }
    }),
    want: "RateLimited",
    has: { detail: expect.stringContaining("temporarily rate-limited upstream") }
  },
  {
    server: "Gemini, a list",
    source: issue("google-gemini/gemini-cli/issues/14831"),
    status: 429,
    body: [{ error: { ...exhausted, errors: [{ domain: "global", reason: "rateLimitExceeded" }] } }],
    want: "RateLimited"
  },
  {
    server: "Gemini, the error as the text of another",
    source: issue("continuedev/continue/issues/10560"),
    status: 429,
    body: message(JSON.stringify({ error: exhausted }), { code: 429, status: "Too Many Requests" }),
    want: "RateLimited",
    has: { detail: exhausted.message }
  },
  {
    server: "Gemini, no capacity",
    source: issue("google-gemini/gemini-cli/issues/23520"),
    status: 503,
    body: message("No capacity available for model on the server", {
      code: 503,
      details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "MODEL_CAPACITY_EXHAUSTED" }],
      status: "UNAVAILABLE"
    }),
    want: "ProviderUnavailable"
  },
  {
    server: "llama.cpp, loading",
    source: issue("mostlygeek/llama-swap/issues/146"),
    status: 503,
    body: message("Loading model", { code: 503, type: "unavailable_error" }),
    want: "ProviderUnavailable"
  },
  {
    server: "OpenAI, overloaded in a 200",
    source: issue("openai/codex/issues/43337"),
    status: 200,
    body: {
      type: "error",
      error: { type: "service_unavailable_error", code: "server_is_overloaded", message: "overloaded", param: null },
      sequence_number: 2
    },
    want: "ProviderUnavailable"
  },
  {
    server: "a gateway",
    source: issue("Wei-Shaw/sub2api/issues/2857"),
    status: 502,
    body: message("Upstream request failed", { type: "upstream_error" }),
    want: "ProviderUnavailable"
  },
  {
    server: "Anthropic",
    source: issue("BerriAI/litellm/issues/4562"),
    status: 500,
    body: { type: "error", error: { details: null, type: "api_error", message: "Internal server error" } },
    want: "ProviderUnavailable"
  },
  {
    server: "Mistral",
    source: issue("raycast/extensions/issues/31107"),
    status: 429,
    body: {
      object: "error",
      message: "Rate limit exceeded",
      type: "rate_limited",
      param: null,
      code: "1300",
      raw_status_code: 429
    },
    want: "RateLimited"
  },
  {
    server: "Mistral, capacity",
    source: issue("continuedev/continue/issues/6185"),
    status: 429,
    body: {
      object: "error",
      message: "Service tier capacity exceeded for this model.",
      type: "invalid_request_error",
      param: null,
      code: null
    },
    want: "RateLimited"
  },
  {
    server: "Mistral, the message a list of FastAPI's",
    source: issue("nomtek/mistralai_client_dart/issues/44"),
    status: 422,
    body: {
      object: "error",
      message: { detail: [forbidden] },
      type: "invalid_request_error",
      param: null,
      code: null
    },
    want: "InvalidRequest",
    has: { detail: expect.stringContaining("Extra inputs are not permitted") }
  },
  {
    server: "Mistral, another spelling of it",
    source: issue("partITech/php-mistral/issues/76"),
    status: 422,
    body: { object: "Error", detail: [forbidden], message: [forbidden], type: "invalid_request_error", code: 3001 },
    want: "InvalidRequest",
    has: { detail: expect.stringContaining("Extra inputs are not permitted") }
  },
  {
    server: "Mistral, no key",
    source: issue("elastic/elasticsearch/pull/128538"),
    status: 401,
    body: { message: "Unauthorized", request_id: "1" },
    want: "Unauthenticated"
  },
  {
    server: "Ollama",
    source: issue("netease-youdao/QAnything/issues/555"),
    status: 404,
    body: message('model "x" not found, try pulling it first', { type: "api_error", param: null, code: null }),
    want: "InvalidRequest",
    alone: "InvalidRequest"
  },
  {
    server: "NVIDIA",
    source: issue("Alishahryar1/free-claude-code/issues/1021"),
    status: 404,
    body: { status: 404, title: "Not Found", detail: "Function '1': Not found for account '2'" },
    want: "InvalidRequest"
  },
  {
    server: "Cloudflare",
    source: issue("anomalyco/opencode/issues/23773"),
    status: 404,
    body: { result: null, success: false, errors: [{ code: 7003, message: "Could not route to" }], messages: [] },
    want: "InvalidRequest",
    alone: "ProviderUnavailable",
    has: { detail: expect.stringContaining("Could not route to") }
  },
  {
    server: "Azure",
    source: issue("microsoft/copilot-camp/issues/551"),
    status: 429,
    body: { error: { code: "429", message: "Rate limit is exceeded. Try again in 2 seconds." } },
    want: "RateLimited",
    has: { retryAfter: 2000 }
  },
  {
    server: "Groq",
    source: issue("elizaOS/eliza/issues/4040"),
    status: 429,
    body: message("Rate limit reached for model: Limit 6000, Used 5034. Please try again in 4.77s.", {
      type: "tokens",
      code: "rate_limit_exceeded"
    }),
    want: "RateLimited",
    has: { retryAfter: 4770 }
  },
  {
    server: "Groq, a schema that the model missed",
    source: issue("BerriAI/litellm/issues/40566"),
    status: 400,
    body: message("Failed to validate JSON.", { type: "invalid_request_error", code: "json_validate_failed" }),
    want: "InvalidResponse"
  },
  {
    server: "Moonshot",
    source: issue("harry0703/MoneyPrinterTurbo/issues/184"),
    status: 429,
    body: message("max request per minute reached: 3, please try again after 1 seconds", {
      type: "rate_limit_reached_error"
    }),
    want: "RateLimited",
    has: { retryAfter: 1000 }
  },
  { server: "a deadline", status: 500, body: message("context deadline exceeded"), want: "ProviderUnavailable" },
  {
    server: "Pollinations",
    source: issue("pollinations/pollinations/issues/6260"),
    status: 429,
    body: { success: false, error: { message: "high demand", code: "RATE_LIMITED" }, status: 429 },
    want: "RateLimited"
  },
  {
    server: "DeepSeek, no such model",
    source: issue("ConardLi/easy-dataset/issues/9"),
    status: 400,
    body: message("Model Not Exist", { type: "invalid_request_error", param: null, code: "invalid_request_error" }),
    want: "InvalidRequest"
  },
  {
    server: "Second-Me before llama.cpp",
    source: issue("mindverse/Second-Me/issues/20"),
    status: 200,
    body: { error: { code: 1, message: "LLama server is not running", data: null } },
    want: "ProviderUnavailable"
  },
  {
    server: "Moonshot, closed",
    source: issue("clacky-ai/openclacky/issues/192"),
    status: 403,
    body: message("Access terminated.", { type: "access_terminated_error" }),
    want: "Unauthenticated"
  },
  { server: "a plain string", status: 200, body: { error: "it broke" }, want: "ProviderUnavailable" },
  { server: "a key, in a 200", status: 200, body: { error: { code: "invalid_api_key" } }, want: "Unauthenticated" },
  {
    server: "seconds to wait, in the error",
    status: 200,
    body: { error: { code: 429, message: "slow", retry_after: "7" } },
    want: "RateLimited",
    has: { retryAfter: 7000 }
  },
  {
    server: "Gemini's wait",
    status: 429,
    body: [{ error: { ...exhausted, details: [{ "@type": "google.rpc.RetryInfo", retryDelay: "34.5s" }] } }],
    want: "RateLimited",
    has: { retryAfter: 34_500 }
  },
  {
    server: "FastAPI",
    status: 503,
    body: { detail: "overloaded" },
    want: "ProviderUnavailable",
    alone: "ProviderUnavailable"
  },
  {
    server: "an error that is text in text",
    status: 400,
    body: message('"no such field"'),
    want: "InvalidRequest",
    alone: "ProviderUnavailable"
  }
]
