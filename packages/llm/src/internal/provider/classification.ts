import type { LlmErrorReason } from "@stepwright/core/LlmError"

/** The reasons that what a server says may have. */
export type Class = Extract<
  LlmErrorReason["_tag"],
  | "QuotaExhausted"
  | "ContentRefused"
  | "ContextLengthExceeded"
  | "InvalidResponse"
  | "Unauthenticated"
  | "RateLimited"
  | "ProviderUnavailable"
  | "InvalidRequest"
>

/** A problem is of a class when its status, one of its codes, or its words fit; what is left out fits none. */
export interface Rule {
  readonly is: Class
  readonly status?: RegExp
  /** Of a code in `snake_case`. */
  readonly code?: RegExp
  /** Groups named `requested`, `more` and `limit` are numbers of tokens. */
  readonly words?: ReadonlyArray<RegExp>
}

/**
 * What servers of OpenAI's and Anthropic's protocols call what is wrong: the first rule that fits counts, so what a
 * status says of every error comes after what codes and words say of this one.
 *
 * **Source** https://platform.openai.com/docs/guides/error-codes, https://platform.claude.com/docs/en/api/errors, and
 * for each other server the rows of `test/support/dialects`.
 */
export const rules: ReadonlyArray<Rule> = [
  {
    is: "QuotaExhausted",
    status: /^402$/u,
    code: /^(?:insufficient_\w*(?:quota|balance|credits?|funds)\w*|credit_limit\w*|credits?_(?:balance_)?exhausted|\w*spend_limit_(?:exceeded|reached)|organization_usage_limit_exceeded|exceeded_current_quota\w*|budget_exceeded|billing_\w+|payment_required|(?:no|out_of|not_enough)_(?:balance|credits?|funds|quota)|\w*overdue\w*|\w*arrear\w*)$/u,
    words: [
      /insufficient (?:account |credit )?(?:balance|credits?|funds|quota)|credit limit (?:exceeded|reached)/iu,
      /balance (?:is |are )?(?:too low|insufficient|not enough|exhausted)|not enough (?:balance|credits?)|quota is not enough/iu,
      /out of credits|requires more credits|have any credits|overdue balance|key limit exceeded|limited to [\d,]+ API calls \/ month|used all (?:available |your )?credits|monthly (?:included credits|spending limit)/iu,
      /budget has been exceeded|exceeded\s?budget|reached your specified .*usage limits/iu,
      /out of call volume quota|used up your .{0,30}(?:allocation|quota|credits)/iu,
      /余额不足|额度不足|欠费/u
    ]
  },
  {
    is: "ContentRefused",
    code: /content_?filter|content_policy|policy_violation|data_inspection|prohibited_content|content_(?:blocked|refused|moderation)|moderation|guardrail|sensitive_content|^(?:safety|sensitive\w*|blocklist|recitation|refusal)$/u,
    words: [
      /content management policy|content[_ ]?filter|content_?policy_?violation|data_?inspection_?failed/iu,
      /content exists risk|considered high risk|inappropriate content|unsafe or sensitive|safety system|requires moderation|violat\w+ (?:our )?usage (?:guidelines|polic)|new_sensitive/iu,
      /\b(?:input|output|prompt|request|content|response) (?:(?:was|is|has been|got) )?(?:flagged|blocked|filtered)\b/iu,
      /\bguardrails?\b.{0,40}(?:fail|block|violat|interven|trigger)|(?:block|reject|refus)\w* by .{0,20}\bguardrail/isu,
      /敏感内容|违规内容/u
    ]
  },
  {
    is: "ContextLengthExceeded",
    code: /context_(?:length|window|size)|max_(?:prompt|input)_tokens_exceeded|tokens_limit_reached|(?:prompt|input)_too_long/u,
    words: [
      /too large: (?<more>[\d,]+)\..*maximum context length is (?<limit>[\d,]+) tokens and your request has (?<requested>[\d,]+)/isu,
      /maximum context length (?:is|of) (?<limit>[\d,]+) tokens(?:.*?(?:requested|resulted in|your request has)(?: about| a total of)? (?<requested>[\d,]+) (?:input )?tokens)?/isu,
      /passed (?<requested>[\d,]+) input tokens and requested (?<more>[\d,]+) output tokens.*?context length is only (?<limit>[\d,]+)/isu,
      /maximum prompt length is (?<limit>[\d,]+)(?:.*?contains (?<requested>[\d,]+) tokens)?/isu,
      /\((?:length )?(?<requested>[\d,]+)(?: tokens)?\) is longer than the (?:model's context length|maximum model length)(?: \(| of )(?<limit>[\d,]+)/iu,
      /too long: (?<requested>[\d,]+) tokens (?:>|exceeds\D*) ?(?<limit>[\d,]+)/iu,
      /too long: (?<requested>[\d,]+), model maximum context length: (?<limit>[\d,]+)/iu,
      /current length is (?<requested>[\d,]+) while limit is (?<limit>[\d,]+)/iu,
      /total number of tokens .{0,40}cannot exceed (?<limit>[\d,]+) - received (?<requested>[\d,]+)/iu,
      /max input tokens: (?<limit>[\d,]+), request input token count: (?<requested>[\d,]+)/iu,
      /exceed context limit: (?<requested>[\d,]+) \+ (?<more>[\d,]+) > (?<limit>[\d,]+)/iu,
      /must be <= (?<limit>[\d,]+)\. Given: (?<requested>[\d,]+) `inputs` tokens and (?<more>[\d,]+)/iu,
      /must have less than (?<limit>[\d,]+) tokens\. Given: (?<requested>[\d,]+)/iu,
      /exceed\w* model token limit: (?<limit>[\d,]+)(?: \(requested: (?<requested>[\d,]+)\))?/iu,
      /max length exceeded, max length: ?(?<limit>[\d,]+)/iu,
      /token count(?: \((?<requested>[\d,]+)\))? exceeds the maximum number of tokens allowed(?: \(?(?<limit>[\d,]+))?/iu,
      /requested tokens \((?<requested>[\d,]+)\) exceed context window of (?<limit>[\d,]+)/iu,
      /range of input length should be \[\d+, (?<limit>[\d,]+)\]/iu,
      /contains (?<requested>[\d,]+) tokens.*too large for model with (?<limit>[\d,]+)/isu,
      /keep the first (?<requested>[\d,]+) tokens.*context length of only (?<limit>[\d,]+)/isu,
      /input has (?<requested>[\d,]+) tokens, but the context length only supports (?<limit>[\d,]+)/iu,
      // Said with the code of a rate limit, but no wait makes the request smaller.
      /request too large.*limit (?<limit>[\d,]+), requested (?<requested>[\d,]+)/isu,
      /too large for .* model\. max size: (?<limit>[\d,]+) tokens/iu,
      // Not those of a minute, for which a wait is enough.
      /^(?=.*(?:token|length|context))(?!.*\b(?:rate |per |(?:seconds|characters)\b)).*?\b(?:(?:prompt|input|context)\b|request \().{0,60}?(?<requested>\d[\d,]*)[^.]{0,30}?(?:exceed\w*|longer than|more than|supports up to|maximum is)[^.]{0,60}?\b(?<limit>\d[\d,]+)/isu,
      /(?:exceed|too long|too large|not fit|longer than).{0,60}context (?:length|window|size|limit)/isu,
      /context (?:length|window|size|limit).{0,40}(?:exceed|too (?:long|small))|(?:prompt|input) (?:is )?too long|prompt exceeds max|prompt 超长|too many (?:input |prompt )?tokens(?!.{0,60}(?: (?:per|a) (?:min|hour|day)|wait))/isu,
      /reduce the length of the (?:messages|prompt|input)/iu
    ]
  },
  // The model failed at it, not the request.
  { is: "InvalidResponse", code: /^(?:json_validate_failed|tool_use_failed)$/u },
  {
    is: "Unauthenticated",
    status: /^40[13]$/u,
    code: /^(?:(?:invalid|missing|incorrect|no)_api_?key\w*|api_?key_(?:invalid|expired|missing)|\w*authentication\w*|auth_\w+|un(?:authori[sz]ed|authenticated)\w*|permission_\w+|access_\w+|forbidden)$/u,
    words: [
      /^unauthori[sz]ed\b|not authori[sz]ed to|(?:invalid|incorrect|missing|no) (?:api.?key|authorization|access token)|missing or invalid authorization/iu,
      /\b(?:api.?key|access token)(?: is)? (?:not valid|invalid|expired|missing)/iu
    ]
  },
  {
    is: "RateLimited",
    status: /^429$/u,
    code: /rate_limit|throttl|^(?:too_many_requests|slow_down|tokens|requests|resource_exhausted|request_limit_exceeded)$/u,
    words: [/(?:rate|qps|request) limit (?:exceeded|reached)|too many (?:requests|tokens)|tier capacity exceeded/iu]
  },
  { is: "ProviderUnavailable", status: /^(?:408|409|42[45]|49[89]|5\d\d)$/u },
  { is: "InvalidRequest", status: /^[34]\d\d$/u },
  // What has no status: an error in a 200 or in a stream.
  { is: "ProviderUnavailable", code: /server_error|overload|unavailable|upstream|internal|timeout|capacity/u },
  {
    is: "InvalidRequest",
    code: /^(?:invalid\w*|bad_request\w*|\w*not_found\w*|unsupported_\w+|unknown_\w*parameter|unprocessable\w*|validation\w*|extra_forbidden|request_too_large)$/u,
    words: [/\bnot found\b|does not exist/iu]
  },
  // It failed, and nobody knows why.
  { is: "ProviderUnavailable", words: [/(?:)/u] }
]
