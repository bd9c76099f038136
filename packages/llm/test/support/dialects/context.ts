import { issue, message, type ErrorDialect } from "./errors.ts"

const sizes = (requested: number, limit: number) => ({ requested, limit })

const want = "ContextLengthExceeded"

/** A prompt that does not fit. */
export const context: ReadonlyArray<ErrorDialect> = [
  {
    server: "OpenAI",
    source: issue("chathub-dev/chathub/issues/126"),
    status: 400,
    body: message(
      "This model's maximum context length is 4097 tokens. However, your messages resulted in 4294 tokens.",
      { type: "invalid_request_error", param: "messages", code: "context_length_exceeded" }
    ),
    want,
    has: sizes(4294, 4097)
  },
  {
    server: "vLLM",
    source: issue("vllm-project/vllm/issues/20409"),
    status: 400,
    body: {
      object: "error",
      message:
        "This model's maximum context length is 16384 tokens. However, you requested 19591 tokens " +
        "(9591 in the messages, 10000 in the completion).",
      type: "BadRequestError",
      param: null,
      code: 400
    },
    want,
    has: sizes(19591, 16384)
  },
  {
    server: "vLLM, a prompt that is too long by itself",
    source: issue("Gabesarch/grounded-rl/issues/16"),
    status: 400,
    body: {
      object: "error",
      message: "The decoder prompt (length 10127) is longer than the maximum model length of 8192.",
      type: "BadRequestError",
      param: null,
      code: 400
    },
    want,
    has: sizes(10127, 8192)
  },
  {
    server: "llama.cpp",
    source: issue("oobabooga/textgen/issues/7257"),
    status: 400,
    body: message("the request exceeds the available context size. try increasing the context size", {
      code: 400,
      type: "exceed_context_size_error",
      n_prompt_tokens: 14429,
      n_ctx: 8192
    }),
    want,
    has: sizes(14429, 8192)
  },
  {
    server: "llama.cpp, with status 500",
    source: issue("ggml-org/llama.cpp/pull/15780"),
    status: 500,
    body: message("the request exceeds the available context size. try increasing the context size", {
      code: 500,
      type: "exceed_context_size_error",
      n_prompt_tokens: 1407,
      n_ctx: 256
    }),
    want,
    has: sizes(1407, 256)
  },
  {
    server: "llama-cpp-python",
    source: issue("fedora-copr/logdetective-website/pull/193"),
    status: 500,
    body: message("Requested tokens (2285) exceed context window of 2048", { type: "internal_server_error" }),
    want,
    has: sizes(2285, 2048)
  },
  {
    server: "SGLang",
    source: issue("QwenLM/Qwen3/issues/1321"),
    status: 400,
    body: {
      object: "error",
      message: "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
      type: "BadRequestError",
      param: null,
      code: 400
    },
    want,
    has: sizes(61709, 40960)
  },
  {
    server: "LM Studio",
    source: issue("dyad-sh/dyad/issues/925"),
    status: 400,
    body: {
      error:
        "Trying to keep the first 14538 tokens when context the overflows. However, the model is loaded with " +
        "context length of only 2048 tokens, which is not enough."
    },
    want,
    has: sizes(14538, 2048)
  },
  {
    server: "LM Studio, in a stream",
    source: issue("aaif-goose/goose/issues/11318"),
    status: 200,
    body: {
      ...message(
        "Input does not fit in context length. The input has 31430 tokens, but the context length only supports 30000 tokens."
      ),
      message: "Input does not fit in context length."
    },
    want,
    has: sizes(31430, 30000)
  },
  {
    server: "xAI",
    source: issue("cline/cline/issues/3120"),
    status: 400,
    body: {
      code: "Client specified an invalid argument",
      error: "This model's maximum prompt length is 131072 but the request contains 136973 tokens."
    },
    want,
    has: sizes(136973, 131072)
  },
  {
    server: "Gemini",
    source: issue("google-gemini/gemini-cli/issues/4692"),
    status: 400,
    body: [
      {
        error: {
          code: 400,
          message: "The input token count (2845475) exceeds the maximum number of tokens allowed (1048576).",
          status: "INVALID_ARGUMENT"
        }
      }
    ],
    want,
    has: sizes(2845475, 1048576)
  },
  {
    server: "Hugging Face",
    source: issue("opea-project/GenAIInfra/issues/487"),
    status: 422,
    body: {
      error:
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. " +
        "Given: 1887 `inputs` tokens and 1024 `max_new_tokens`",
      error_type: "validation"
    },
    want,
    has: sizes(2911, 2048)
  },
  {
    server: "DashScope",
    source: issue("agentscope-ai/QwenPaw/issues/6255"),
    status: 400,
    body: message("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 983616]", {
      code: "invalid_parameter_error",
      param: null,
      type: "invalid_request_error"
    }),
    want,
    has: { limit: 983616 }
  },
  {
    server: "OpenRouter",
    source: issue("aaif-goose/goose/issues/1303"),
    status: 400,
    body: message(
      "This endpoint's maximum context length is 200000 tokens. However, you requested about 201326 tokens " +
        "(197771 of text input, 3555 of tool input).",
      { code: 400 }
    ),
    want,
    has: sizes(201326, 200000)
  },
  {
    server: "oMLX",
    source: issue("ValueCell-ai/ClawX/issues/658"),
    status: 400,
    body: message("Prompt too long: 41911 tokens exceeds max context window of 32768 tokens"),
    want,
    has: sizes(41911, 32768)
  },
  {
    server: "Groq, a request that no wait makes smaller",
    source: issue("HunorLaczko/ha-groq-cloud-api/issues/27"),
    status: 413,
    body: message("Request too large for model on tokens per minute (TPM): Limit 6000, Requested 12328", {
      type: "tokens",
      code: "rate_limit_exceeded"
    }),
    want,
    has: sizes(12328, 6000)
  },
  {
    server: "GitHub Models",
    source: issue("cline/cline/issues/2115"),
    status: 413,
    body: message("Request body too large for gpt-4o model. Max size: 8000 tokens.", { code: "tokens_limit_reached" }),
    want,
    has: { limit: 8000 }
  },
  {
    server: "Anthropic behind a gateway",
    source: issue("kortix-ai/suna/issues/172"),
    status: 400,
    body: message(
      "input length and `max_tokens` exceed context limit: 174167 + 64000 > 200000, decrease input length",
      {
        type: "invalid_request_error"
      }
    ),
    want,
    has: sizes(238167, 200000)
  },
  {
    server: "Mistral",
    status: 400,
    body: {
      object: "error",
      message: "Prompt contains 33000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
      type: "invalid_request_error",
      code: "3051"
    },
    want,
    has: sizes(33000, 32768)
  },
  {
    server: "Moonshot",
    source: issue("MoonshotAI/kimi-cli/issues/2011"),
    status: 400,
    body: message("Invalid request: Your request exceeded model token limit: 262144 (requested: 269030)", {
      type: "invalid_request_error"
    }),
    want,
    has: sizes(269030, 262144)
  },
  {
    server: "Moonshot, once",
    source: issue("MoonshotAI/MoonshotAI-Cookbook/issues/18"),
    status: 400,
    body: message("model max length exceeded, max length:8192", { type: "invalid_request_error" }),
    want,
    has: { limit: 8192 }
  },
  {
    server: "a total of tokens",
    status: 400,
    body: message(
      "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5000 tokens."
    ),
    want,
    has: sizes(5000, 4096)
  },
  { server: "Z.ai", status: 400, body: message("Prompt exceeds max length", { code: "1261" }), want },
  { server: "Ollama", status: 400, body: message("prompt too long; exceeded max context length by 4 tokens"), want },
  {
    server: "Hugging Face, an input without room",
    status: 422,
    body: { error: "`inputs` must have less than 1024 tokens. Given: 3000", error_type: "validation" },
    want,
    has: sizes(3000, 1024)
  },
  {
    server: "sizes that are none",
    status: 400,
    body: message("maximum context length is 99999999999999999999 tokens", {
      code: "context_length_exceeded",
      n_ctx: 0.5,
      n_prompt_tokens: "9e99"
    }),
    want
  },
  { server: "a code alone", status: 422, body: message("no", { code: "ContextWindowExceededError" }), want },
  { server: "words alone", status: 400, body: "input exceeds the context window of this model", want, alone: "never" },
  {
    server: "thousands with commas",
    status: 400,
    body: message("maximum context length is 8,192 tokens, however you requested 9,001 tokens"),
    want,
    has: sizes(9001, 8192)
  }
]
