import { message, type ErrorDialect } from "./errors.ts"

const limited = (server: string, retryAfter: number, body: unknown): ErrorDialect => ({
  server,
  status: 429,
  body,
  want: "RateLimited",
  alone: "never",
  has: { retryAfter }
})

/** What is worth another request, and after which wait. */
export const waits: ReadonlyArray<ErrorDialect> = [
  limited(
    "GitHub Models",
    34_000,
    message("Rate limit of 15 per 60s exceeded. Please wait 34 seconds before retrying.")
  ),
  limited("Django", 12_000, { detail: "Request was throttled. Expected available in 12 seconds." }),
  limited("Gemini's tools", 41_000, message("Your quota will reset after 41s.")),
  limited("minutes and seconds", 360_000, message("Please try again in 6m0s.")),
  limited("seconds in a field", 9000, message("slow", { metadata: { retry_after_seconds: 9 } })),
  limited("a field with capitals", 5000, message("slow", { "Retry-After": "5" })),
  {
    server: "a date is no number of seconds",
    status: 429,
    body: message("slow", { retry_after: "2026-01-01T00:00:00Z" }),
    want: "RateLimited",
    alone: "never",
    has: { message: "rate limited: slow" }
  },
  {
    server: "Hugging Face, loading",
    status: 503,
    body: { error: "Model x is currently loading", estimated_time: 20.5 },
    want: "ProviderUnavailable",
    has: { retryAfter: 20_500 }
  },
  {
    server: "Text Generation Inference",
    source: "https://github.com/huggingface/text-generation-inference/blob/main/router/src/server.rs",
    status: 424,
    body: { error: "Request failed during generation: Server error", error_type: "generation" },
    want: "ProviderUnavailable"
  },
  {
    server: "Bedrock",
    status: 424,
    body: { message: "The request failed due to an error while processing the model", originalStatusCode: 500 },
    want: "ProviderUnavailable"
  },
  {
    server: "Google, cancelled",
    status: 499,
    body: message("The operation was cancelled.", { code: 499, status: "CANCELLED" }),
    want: "ProviderUnavailable"
  },
  {
    server: "AWS",
    status: 400,
    body: { __type: "com.amazon.coral.service#ThrottlingException", message: "Too many tokens, please wait." },
    want: "RateLimited"
  },
  {
    server: "Baidu",
    status: 200,
    body: { error_code: 18, error_msg: "Open api qps request limit reached", id: "as-1" },
    want: "RateLimited"
  },
  { server: "code and msg", status: 200, body: { code: 429, msg: "slow", success: false }, want: "RateLimited" }
]
