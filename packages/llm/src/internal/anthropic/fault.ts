import { captured, type Dialect } from "../provider/fault.ts"

const spendLimit = /spend_limit_reached$/u

// Said with the type of any other bad request.
const accountIsEmpty = /credit balance is too low|reached your specified .*usage limits/iu

/** **Source** https://platform.claude.com/docs/en/api/errors */
export const dialect: Dialect = {
  isQuota: ({ status, codes, message }) =>
    status === 402 || codes.some((code) => spendLimit.test(code)) || (status === 400 && accountIsEmpty.test(message)),
  isSlowDown: () => false,
  tooLong: ({ status, message }) => {
    if (status !== 400) return undefined
    if (/prompt is too long/iu.test(message)) {
      return {
        ...captured("requested", /(\d+) tokens >/u, message),
        ...captured("limit", /> (\d+) maximum/u, message)
      }
    }
    const [, input, output, limit] = /exceed context limit: (\d+) \+ (\d+) > (\d+)/u.exec(message) ?? []
    return limit === undefined ? undefined : { requested: Number(input) + Number(output), limit: Number(limit) }
  },
  isRefusal: () => false,
  statusOf: (code) => statuses[code]
}

const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529
}
