import { issue, message, type ErrorDialect } from "./errors.ts"

const row = (server: string, words: string, requested: number, limit: number, source?: string): ErrorDialect => ({
  server,
  ...(source !== undefined && { source }),
  status: 400,
  body: message(words, { code: 400, type: "BadRequestError" }),
  want: "ContextLengthExceeded",
  has: { requested, limit }
})

/** Prompts that do not fit, where the words alone say so, and by how much. */
export const sizes: ReadonlyArray<ErrorDialect> = [
  row(
    "SGLang, a smaller memory than the model's context",
    "Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens). Use a shorter input.",
    160062,
    59862,
    issue("sgl-project/sglang/issues/4048")
  ),
  row(
    "vLLM, what was passed and what was asked for",
    "You passed 7169 input tokens and requested 1024 output tokens. However, the model's context length is only 8192 tokens.",
    8193,
    8192,
    issue("vllm-project/vllm/issues/33418")
  ),
  row(
    "vLLM, what the request has",
    "This model's maximum context length is 4096 tokens. However, your request has 4100 input tokens.",
    4100,
    4096
  ),
  row(
    "vLLM, an output that does not fit",
    "'max_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has 10 input tokens (5000 > 4096 - 10).",
    5010,
    4096
  ),
  row(
    "llama.cpp, without the fields",
    "request (14429 tokens) exceeds the available context size (8192 tokens), try increasing it",
    14429,
    8192
  ),
  row("Fireworks", "The prompt is too long: 5000, model maximum context length: 4095", 5000, 4095),
  row(
    "Cohere",
    "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292.",
    4292,
    4081
  ),
  row(
    "Cohere, prompt and reply",
    "too many tokens: total number of tokens (prompt and prediction) cannot exceed 2048 - received 6354.",
    6354,
    2048,
    issue("cohere-ai/sandbox-topically/issues/4")
  ),
  row("Bedrock", "Too many input tokens. Max input tokens: 128000, request input token count: 130211", 130211, 128000),
  row("GitHub Copilot", "prompt token count of 140000 exceeds the limit of 128000", 140000, 128000),
  row(
    "watsonx",
    "the number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model",
    5000,
    4096
  ),
  row(
    "Cloudflare",
    "The estimated number of input and maximum output tokens (33000) exceeded this model context window limit (24000).",
    33000,
    24000
  ),
  row("TensorRT-LLM", "Prompt length (8200) exceeds maximum input length (8192)", 8200, 8192),
  row(
    "Cerebras",
    "Please reduce the length of the messages or completion. Current length is 9003 while limit is 8192",
    9003,
    8192
  ),
  row(
    "Vertex",
    "Unable to submit request because the input token count is 1200000 but model only supports up to 1048576.",
    1200000,
    1048576
  ),
  row("AI21", "Prompt has too many tokens. Prompt had 8204 tokens, maximum is 8191", 8204, 8191),
  {
    server: "an output that is too long for the model alone",
    status: 400,
    body: message("max_tokens (100000) exceeds the maximum of 8192 tokens", { code: "invalid_value" }),
    want: "InvalidRequest"
  },
  {
    server: "characters, which are no tokens",
    status: 400,
    body: message("Input should be a valid string with at most 64 characters, got 70 which is more than 64", {
      code: "invalid_value"
    }),
    want: "InvalidRequest"
  },
  {
    server: "seconds, which are none either",
    status: 504,
    body: message("The upstream input took 120 seconds which is more than 100 seconds"),
    want: "ProviderUnavailable"
  },
  {
    server: "tokens of a minute",
    status: 429,
    body: message("Too many tokens: your input was more than 10 a minute"),
    want: "RateLimited"
  },
  {
    server: "the code is all that is said",
    status: 400,
    body: message("context_length_exceeded"),
    want: "ContextLengthExceeded"
  },
  {
    server: "Anthropic, input of a minute",
    status: 429,
    body: message("This request would exceed the rate limit of 30,000 input tokens per minute, 40,000 were used."),
    want: "RateLimited",
    alone: "never"
  },
  {
    server: "Z.ai, in Chinese",
    status: 400,
    body: message("Prompt 超长", { code: "1261" }),
    want: "ContextLengthExceeded"
  }
]
