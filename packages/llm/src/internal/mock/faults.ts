import * as Duration from "effect/Duration"
import * as LlmError from "@stepwright/core/LlmError"
import type { Usage } from "@stepwright/core/Usage"

const usage = { input: 11, cachedInput: 4, output: 7, reasoning: 2 }

const limited = (detail: string, seconds?: number) => () =>
  new LlmError.RateLimited({ detail, ...(seconds !== undefined && { retryAfter: Duration.seconds(seconds) }) })
const exhausted = (detail: string) => () => new LlmError.QuotaExhausted({ detail })
const refused = (detail: string) => () => new LlmError.InvalidRequest({ detail })
const unauthenticated = (detail: string) => () =>
  new LlmError.Unauthenticated({ detail: `set OPENAI_API_KEY to a key that may use this model: ${detail}` })
const unavailable = (detail: string) => () => new LlmError.ProviderUnavailable({ detail })
const broken = (detail: string) => () => new LlmError.NetworkFailure({ detail })
const cutShort = (detail: string) => () => new LlmError.NetworkFailure({ detail, once: true })
const silent = () => new LlmError.TimedOut({ detail: "no reply from the model", after: Duration.minutes(5) })
const invalid = (detail: string, usage?: Usage) => () =>
  new LlmError.InvalidResponse({ detail, ...(usage && { usage }) })
const foreign = (detail: string, usage = {}) => {
  return () => new LlmError.InvalidResponse({ detail, permanent: true, usage })
}

/** What a provider does wrong, by name, and why the call then fails: as `OpenAiLlm` tells it for each request. */
export const faults = {
  "429 with retry-after-ms": limited("429 too many requests", 1.5),
  "429 with retry-after, 120 s": limited("429 rate_limit_exceeded", 120),
  "429 with a retry-after that cannot fit into the total time": limited("429 too many requests", 7200),
  "429 of type insufficient_quota": exhausted("429 insufficient_quota"),
  "429 insufficient_quota": exhausted("429 insufficient_quota"),
  "429 credit_balance_exhausted": exhausted("429 credit_balance_exhausted"),
  "429 project_spend_limit_exceeded": exhausted("429 project_spend_limit_exceeded"),
  "429 organization_usage_limit_exceeded": exhausted("429 organization_usage_limit_exceeded"),
  "429 slow_down": limited("429 slow_down"),
  "503 slow_down": limited("503 slow_down"),
  "400 context_length_exceeded": () =>
    new LlmError.ContextLengthExceeded({ detail: "400 context_length_exceeded", requested: 9001, limit: 8192 }),
  "400 invalid_value": refused("400 invalid_value"),
  "404 model_not_found": refused("404 model_not_found"),
  "413": refused("413 the request is too large"),
  "422": refused("422 the request cannot be processed"),
  "401": unauthenticated("401 invalid_api_key"),
  "403": unauthenticated("403 invalid_api_key"),
  "408": unavailable("408 request timeout"),
  "409": unavailable("409 conflict"),
  "500": unavailable("500 server error"),
  "503": unavailable("503 service unavailable"),
  "529": unavailable("529 overloaded"),
  "502 with HTML": unavailable("502 <html><h1>Bad Gateway</h1></html>"),
  "no headers in time": silent,
  "reset before headers": broken("Connection error.: fetch failed: other side closed"),
  "body stalls": silent,
  "body cut inside the JSON": broken("terminated: other side closed"),
  "200 that is not JSON": invalid("the response is no JSON"),
  "200 without a body": invalid("the response is empty, it ended before it began"),
  "200 without an end": () =>
    new LlmError.InvalidResponse({ detail: "the response is larger than 32 MB", permanent: true }),
  "200 HTML": () =>
    new LlmError.InvalidResponse({
      detail:
        "the response is not what the API sends, check OPENAI_BASE_URL or baseUrl, for it is " +
        "https://host/v1/chat/completions that was asked: <html>Welcome</html>",
      permanent: true
    }),
  "200 {error}": unavailable("it broke"),
  "200 {error} of a rate limit, with retry-after": limited("the fault rate_limit_exceeded", 120),
  "200 {error} of a quota": exhausted("the fault project_spend_limit_exceeded"),
  "402": exhausted("402 insufficient_quota"),
  "choices (output, content) missing": invalid('Missing key at ["choices"], in {}', {}),
  "choices (output, content) empty": invalid('Missing key at ["choices"][0], in {"choices":[]}', {}),
  "stream ends without finish reason or [DONE]": cutShort("the stream ended before the reply was whole"),
  "stream with an empty body": cutShort("the response is empty, it ended before it began"),
  "200 JSON on a streaming call that is no reply": invalid('Missing key at ["choices"], in {"status":"ok"}', {}),
  "socket killed in the stream": broken("terminated: other side closed"),
  "malformed chunk": invalid('a malformed chunk: {"id": oops'),
  "error event in the stream: server_error": unavailable("it is server_error"),
  "error event in the stream: rate_limit_exceeded": limited("it is rate_limit_exceeded"),
  "error event in the stream: insufficient_quota": exhausted("it is insufficient_quota"),
  "error event in the stream: context_length_exceeded": () =>
    new LlmError.ContextLengthExceeded({ detail: "it is context_length_exceeded" }),
  "error event in the stream: content_policy_violation": () =>
    new LlmError.ContentRefused({ detail: "it is content_policy_violation" }),
  "response of status failed: server_error": unavailable("it is server_error"),
  "response of status failed: rate_limit_exceeded": limited("it is rate_limit_exceeded"),
  "response of status failed: invalid_prompt": refused("it is invalid_prompt"),
  "stream stalls after headers": () =>
    new LlmError.TimedOut({ detail: "the stream from the model stalls", once: true, after: Duration.minutes(2) }),
  "finish content_filter": () =>
    new LlmError.ContentRefused({ detail: "the provider's content filter cut the reply", usage }),
  "refusal set": () => new LlmError.ContentRefused({ detail: "the model refuses: Never.", usage }),
  "content null, no refusal": invalid("the reply has neither content nor refusal", usage),
  "content empty, no refusal": invalid("the reply has neither content nor refusal", usage),
  "a tool call nobody asked for": foreign("the model calls a tool, and none was offered", usage)
} satisfies Readonly<Record<string, () => LlmError.LlmErrorReason>>

/** A fault of a provider, by its name. */
export type Fault = keyof typeof faults
