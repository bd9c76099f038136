import { issue, message, type ErrorDialect } from "./errors.ts"

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
  },
  {
    server: "Anthropic, as its API or behind another",
    source: issue("anthropics/claude-code/issues/58367"),
    status: 400,
    body: {
      type: "error",
      error: { type: "invalid_request_error", message: "Output blocked by content filtering policy" },
      request_id: "req_1"
    },
    want: "ContentRefused"
  },
  {
    server: "Z.ai, in Chinese",
    source: issue("langchain4j/langchain4j/issues/1079"),
    status: 400,
    body: {
      contentFilter: [{ level: 1, role: "user" }],
      ...message("系统检测到输入或生成内容可能包含不安全或敏感内容", { code: "1301" })
    },
    want: "ContentRefused"
  },
  {
    server: "Volcano Engine",
    status: 400,
    body: message("The request failed because the input text may contain it.", {
      code: "InputTextSensitiveContentDetected",
      type: "BadRequest"
    }),
    want: "ContentRefused"
  },
  {
    server: "MiniMax, a status of its own",
    status: 200,
    body: { choices: null, base_resp: { status_code: 1026, status_msg: "input new_sensitive" } },
    want: "ContentRefused"
  },
  {
    server: "OpenAI, a prompt that is refused",
    status: 400,
    body: message("Invalid prompt: your prompt was flagged as potentially violating our usage policy.", {
      code: "invalid_prompt"
    }),
    want: "ContentRefused"
  },
  {
    server: "Portkey",
    status: 446,
    body: {
      ...message("The guardrail checks defined in the config failed.", { type: "hooks_failed" }),
      hook_results: {}
    },
    want: "ContentRefused"
  },
  {
    server: "Z.ai, as its page is told",
    source: issue("ZyphrZero/z.ai2api_python/issues/58"),
    status: 200,
    body: {
      type: "chat:completion",
      data: {
        error: { detail: "Content Security Warning: The content may contain inappropriate content." },
        done: true
      }
    },
    want: "ContentRefused"
  }
]
