import { captured, type Dialect } from "./fault.ts"

const quotaCode =
  /^(?:insufficient_quota|credit_balance_exhausted|\w*_spend_limit_exceeded|organization_usage_limit_exceeded)$/u

/**
 * How OpenAI words its faults, and with it most servers that speak its protocol.
 *
 * **Source** https://platform.openai.com/docs/guides/error-codes
 */
export const openAiDialect: Dialect = {
  isQuota: ({ status, codes }) => status === 429 && codes.some((code) => quotaCode.test(code)),
  isSlowDown: ({ status, codes }) => status === 503 && codes.includes("slow_down"),
  tooLong: ({ status, codes, message }) =>
    status === 400 && codes.includes("context_length_exceeded")
      ? {
          ...captured("requested", /(?:requested|resulted in) (\d+) tokens/u, message),
          ...captured("limit", /maximum context length is (\d+) tokens/u, message)
        }
      : undefined,
  isRefusal: (code) => /content_filter|policy/u.test(code),
  statusOf: (code) => {
    if (quotaCode.test(code) || /^(?:rate_limit\w*|slow_down|too_many_requests|tokens|requests)$/u.test(code)) {
      return 429
    }
    if (/^(?:invalid_api_key|authentication_error|permission_\w+)$/u.test(code)) return 401
    return /^(?:context_length_exceeded|invalid_\w+|\w+_not_found)$/u.test(code) ? 400 : undefined
  }
}
