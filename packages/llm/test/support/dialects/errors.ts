import type { LlmErrorReason } from "@stepwright/core/LlmError"

/** An error as a server words it, and what becomes of it. */
export interface ErrorDialect {
  readonly server: string
  /** Where the bytes are from; ours where it is left out: a case of the same kind that nobody reported. */
  readonly source?: string
  readonly status: number
  readonly body: unknown
  readonly want: LlmErrorReason["_tag"]
  /** What becomes of it in a 200 or a stream, where it is another: nothing but the status tells more. */
  readonly alone?: LlmErrorReason["_tag"] | "never"
  /** What the reason has besides. */
  readonly has?: object
}

const issue = (path: string) => `https://github.com/${path}`

const message = (message: string, more: object = {}) => ({ error: { message, ...more } })

/** Money and quota. */
export const money: ReadonlyArray<ErrorDialect> = [
  {
    server: "DeepSeek",
    source: "https://api-docs.deepseek.com/quick_start/error_codes",
    status: 402,
    body: message("Insufficient Balance", { type: "unknown_error", param: null, code: "invalid_request_error" }),
    want: "QuotaExhausted"
  },
  {
    server: "OpenRouter",
    source: issue("anomalyco/opencode/issues/12219"),
    status: 402,
    body: message("This request requires more credits, or fewer max_tokens.", { code: 402 }),
    want: "QuotaExhausted"
  },
  {
    server: "Moonshot",
    source: issue("MoonshotAI/Kimi-K2/issues/5"),
    status: 403,
    body: message("Your account is not active, organization exceeded current quota", {
      type: "exceeded_current_quota_error"
    }),
    want: "QuotaExhausted"
  },
  {
    server: "Z.ai",
    source: issue("zai-org/GLM-5/issues/148"),
    status: 429,
    body: message("Insufficient balance or no resource package. Please recharge.", { code: "1113" }),
    want: "QuotaExhausted"
  },
  {
    server: "Z.ai, in Chinese",
    source: issue("zhayujie/CowAgent/issues/2910"),
    status: 429,
    body: message("余额不足或无可用资源包,请充值。", { code: "1113" }),
    want: "QuotaExhausted"
  },
  {
    server: "MiniMax",
    source: issue("modelscope/modelscope/issues/1691"),
    status: 429,
    body: message("insufficient balance (1008)", { http_code: "429", type: "insufficient_balance_error" }),
    want: "QuotaExhausted"
  },
  {
    server: "MiniMax, as Anthropic",
    source: issue("MiniMax-AI/MiniMax-M2/issues/62"),
    status: 500,
    body: { type: "error", error: { type: "api_error", message: "insufficient balance (1008)" }, request_id: "0" },
    want: "QuotaExhausted"
  },
  {
    server: "xAI",
    source: issue("Wei-Shaw/sub2api/issues/4069"),
    status: 403,
    body: { code: "***", error: "You have run out of credits or need a Grok subscription." },
    want: "QuotaExhausted"
  },
  {
    server: "xAI, spending limit",
    source: issue("continuedev/continue/issues/10373"),
    status: 429,
    body: {
      code: "resource-exhausted",
      error: "Your team 1 has either used all available credits or reached its monthly spending limit."
    },
    want: "QuotaExhausted"
  },
  {
    server: "LiteLLM",
    source: issue("BerriAI/litellm/issues/36729"),
    status: 429,
    body: message("Budget has been exceeded! Current cost: 10.51, Max budget: 10.00", {
      type: "budget_exceeded",
      code: "429"
    }),
    want: "QuotaExhausted"
  },
  {
    server: "LiteLLM, before it had a type",
    source: issue("BerriAI/litellm/issues/4208"),
    status: 400,
    body: message("Budget has been exceeded! Current cost: 0.001, Max budget: 0.0", {
      type: "auth_error",
      param: null,
      code: 400
    }),
    want: "QuotaExhausted"
  },
  {
    server: "Together",
    source: issue("expectedparrot/edsl/issues/2098"),
    status: 402,
    body: {
      id: "o3LiXw4",
      ...message("Credit limit exceeded. Please navigate to the settings to add credit or upgrade your plan.", {
        type: "credit_limit",
        param: null,
        code: null
      })
    },
    want: "QuotaExhausted"
  },
  {
    server: "One API",
    source: issue("popjane/free_chatgpt_api/issues/78"),
    status: 403,
    body: message("user quota is not enough (request id: 1)", {
      type: "v_api_error",
      param: "",
      code: "insufficient_user_quota"
    }),
    want: "QuotaExhausted"
  },
  {
    server: "a gateway, the error at the root",
    source: issue("Wei-Shaw/sub2api/issues/890"),
    status: 403,
    body: { code: "INSUFFICIENT_BALANCE", message: "Insufficient account balance" },
    want: "QuotaExhausted"
  },
  {
    server: "claude-code-router, the error in the text of its own",
    source: issue("musistudio/claude-code-router/issues/1071"),
    status: 429,
    body: message('Error from provider(zai): {"error":{"code":"1113","message":"Insufficient balance."}}', {
      type: "api_error",
      code: "provider_response_error"
    }),
    want: "QuotaExhausted"
  },
  { server: "a 402 without words", status: 402, body: "", want: "QuotaExhausted", alone: "never" },
  { server: "camel case", status: 400, body: message("no", { code: "InsufficientBalance" }), want: "QuotaExhausted" },
  {
    server: "MiniMax, a status of its own",
    status: 200,
    body: { choices: null, base_resp: { status_code: 1008, status_msg: "insufficient balance" } },
    want: "QuotaExhausted"
  }
]

/** Refused content. */
export const filter: ReadonlyArray<ErrorDialect> = [
  {
    server: "Azure",
    source: issue("openai/openai-dotnet/issues/55"),
    status: 400,
    body: message("The response was filtered due to the prompt.", {
      type: null,
      param: "prompt",
      code: "content_filter",
      status: 400,
      innererror: {
        code: "ResponsibleAIPolicyViolation",
        content_filter_result: { sexual: { filtered: true, severity: "high" } }
      }
    }),
    want: "ContentRefused"
  },
  {
    server: "LiteLLM before Azure",
    source: issue("BerriAI/litellm/pull/16231"),
    status: 400,
    body: message("litellm.ContentPolicyViolationError: AzureException - The response was filtered", {
      type: null,
      param: null,
      code: "400",
      provider_specific_fields: { innererror: { code: "ResponsibleAIPolicyViolation" } }
    }),
    want: "ContentRefused"
  },
  {
    server: "a proxy that prints Azure's error as Python does",
    source: issue("Oaklight/argo-proxy/issues/91"),
    status: 400,
    body: message(
      "Error code: 400 - {'error': {'message': 'The response was filtered...', 'code': 'content_filter', " +
        "'innererror': {'code': 'ResponsibleAIPolicyViolation'}}}"
    ),
    want: "ContentRefused"
  },
  {
    server: "Moonshot",
    source: issue("MoonshotAI/kimi-cli/issues/1002"),
    status: 400,
    body: message("The request was rejected because it was considered high risk", {
      code: 400,
      param: "prompt",
      type: "content_filter"
    }),
    want: "ContentRefused"
  },
  {
    server: "DashScope",
    source: issue("camel-ai/owl/issues/432"),
    status: 400,
    body: {
      ...message("Input data may contain inappropriate content.", {
        code: "data_inspection_failed",
        param: null,
        type: "data_inspection_failed"
      }),
      id: "chatcmpl-1",
      request_id: "1"
    },
    want: "ContentRefused"
  },
  {
    server: "DashScope, in the text alone",
    source: issue("QwenLM/qwen-code/issues/2905"),
    status: 400,
    body: message("<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.", {
      code: "invalid_parameter_error",
      type: "invalid_request_error"
    }),
    want: "ContentRefused"
  },
  {
    server: "DeepSeek",
    source: issue("666ghj/BettaFish/issues/108"),
    status: 400,
    body: message("Content Exists Risk", { type: "invalid_request_error", code: "invalid_request_error" }),
    want: "ContentRefused"
  },
  {
    server: "DeepSeek, as FastAPI has it",
    source: issue("deepseek-ai/DeepSeek-V2/issues/30"),
    status: 400,
    body: { detail: "Content Exists Risk" },
    want: "ContentRefused"
  },
  {
    server: "OpenRouter",
    source: "https://openrouter.ai/docs/api/reference/errors-and-debugging",
    status: 403,
    body: message("The model requires moderation. Your input was flagged.", {
      code: 403,
      metadata: { reasons: ["violence"], flagged_input: "…", provider_name: "OpenAI" }
    }),
    want: "ContentRefused"
  },
  {
    server: "xAI",
    source: issue("UKGovernmentBEIS/inspect_ai/pull/2267"),
    status: 403,
    body: {
      code: "The caller does not have permission to execute the specified operation",
      error: "Content violates usage guidelines. Team: 1, Model: grok-4-0709, Failed check: SAFETY_CHECK_TYPE_BIO"
    },
    want: "ContentRefused"
  },
  { server: "capitals", status: 400, body: message("no", { status: "PROHIBITED_CONTENT" }), want: "ContentRefused" },
  {
    server: "OpenAI",
    status: 400,
    body: message("Rejected by our safety system.", { code: "content_policy_violation" }),
    want: "ContentRefused"
  },
  {
    server: "a code inside",
    status: 500,
    body: message("no", { cause: { code: "ContentFiltered" } }),
    want: "ContentRefused"
  }
]
