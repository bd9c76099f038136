import { issue, message, type ErrorDialect } from "./errors.ts"

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
  },
  {
    server: "Volcano Engine",
    source: issue("coze-dev/coze-studio/issues/2195"),
    status: 403,
    body: {
      code: "AccountOverdueError",
      message: "The request failed because your account has an overdue balance. Request id: 1",
      param: "",
      type: "Forbidden"
    },
    want: "QuotaExhausted"
  },
  {
    server: "OpenRouter, what a key may spend",
    source: issue("MCPJam/inspector/issues/1287"),
    status: 403,
    body: message("Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys", {
      code: 403
    }),
    want: "QuotaExhausted"
  },
  {
    server: "xAI, no credits yet",
    source: issue("pajeronda/xai_conversation/issues/7"),
    status: 403,
    body: {
      code: "The caller does not have permission to execute the specified operation",
      error: "Your newly created team doesn't have any credits or licenses yet."
    },
    want: "QuotaExhausted"
  },
  {
    server: "Cohere, a trial key",
    status: 429,
    body: { message: "You are using a Trial key, which is limited to 1000 API calls / month." },
    want: "QuotaExhausted"
  },
  {
    server: "the code is all of the error",
    status: 403,
    body: { error: "insufficient_quota" },
    want: "QuotaExhausted"
  },
  { server: "code and msg", status: 403, body: { code: "NO_CREDITS", msg: "no", data: null }, want: "QuotaExhausted" },
  {
    server: "errorCode",
    status: 400,
    body: { errorCode: "AccountInArrears", errorMessage: "no" },
    want: "QuotaExhausted"
  },
  {
    server: "Azure, the calls of a month",
    status: 403,
    body: message("Out of call volume quota for CognitiveServices. Quota will be replenished in 5 days.", {
      code: "403"
    }),
    want: "QuotaExhausted"
  },
  {
    server: "Cloudflare",
    status: 429,
    body: {
      errors: [{ message: "AiError: you have used up your daily free allocation of 10,000 neurons", code: 4006 }],
      success: false
    },
    want: "QuotaExhausted"
  }
]
