import * as Formatter from "effect/Formatter"
import * as Option from "effect/Option"
import * as AiError from "effect/ai/AiError"
import * as LlmError from "@stepwright/core/LlmError"
import { shorten } from "../around/shownRequest.ts"
import { demandedWait, reasonOfProblem } from "../provider/fault.ts"
import { known, parseJson } from "../structured/lenient.ts"
import { problemIn } from "../provider/problem.ts"

/** Why a request to a language model of `effect/ai`, failed at `now` (milliseconds since 1970), got no reply. */
export const reasonOf = (error: AiError.AiError, now: number): LlmError.LlmErrorReason => {
  const { reason } = error
  const http = "http" in reason ? reason.http : undefined
  const status = http?.response?.status
  const headers = http?.response?.headers
  const told = toldBy(http?.body)
  const detail = quote(
    [
      error.message,
      ...(status === undefined ? [] : [`status ${status}`]),
      ...(told.message === undefined || error.message.includes(told.message) ? [] : [told.message])
    ].join("; ")
  )
  const demanded = demandedWait((name) => headers?.[name], now)
  const waiting = (after = demanded) => (after === undefined ? { detail } : { detail, retryAfter: after })

  switch (reason._tag) {
    case "RateLimitError":
      // Providers answer with status 429 also when the money is used up.
      return told.reason?._tag === "QuotaExhausted"
        ? new LlmError.QuotaExhausted({ detail })
        : new LlmError.RateLimited(waiting(reason.retryAfter ?? demanded))
    case "QuotaExhaustedError":
      return new LlmError.QuotaExhausted({ detail })
    case "AuthenticationError":
      return new LlmError.Unauthenticated({ detail })
    case "ContentPolicyError":
      return new LlmError.ContentRefused({ detail })
    case "InvalidRequestError":
      if (told.reason?._tag === "ContextLengthExceeded")
        return new LlmError.ContextLengthExceeded({ ...told.reason, detail })
      return tooLong.test(error.message)
        ? new LlmError.ContextLengthExceeded({ detail })
        : new LlmError.InvalidRequest({ detail })
    case "InternalProviderError":
      return new LlmError.ProviderUnavailable(waiting())
    case "NetworkError":
      return reason.isRetryable ? new LlmError.NetworkFailure({ detail }) : new LlmError.InvalidRequest({ detail })
    case "InvalidResponseError":
      return new LlmError.InvalidResponse({ detail, permanent: true })
    case "InvalidOutputError":
    case "StructuredOutputError":
      return new LlmError.InvalidResponse({ detail, usage: usageOf(reason.usage) })
    case "UnsupportedSchemaError":
      return new LlmError.InvalidRequest({ detail: `${detail}; change it, or set structuredOutput to "instructions"` })
    case "ToolNotFoundError":
    case "ToolParameterValidationError":
    case "InvalidToolResultError":
      return new LlmError.InvalidResponse({ detail, permanent: true })
    case "ToolResultEncodingError":
    case "ToolConfigurationError":
    case "ToolkitRequiredError":
    case "InvalidUserInputError":
      return new LlmError.InvalidRequest({ detail })
    case "UnknownError":
      if (status === undefined) return new LlmError.InvalidResponse({ detail, permanent: true })
      if (status === 402) return new LlmError.QuotaExhausted({ detail })
      return status === 408 || status === 409 || status >= 500
        ? new LlmError.ProviderUnavailable(waiting())
        : new LlmError.InvalidRequest({ detail })
  }
}

/** Why a reply that had begun failed, by the `error` of the part that came in its place. */
export const reasonOfPart = (error: unknown, now: number): LlmError.LlmErrorReason => {
  if (AiError.isAiError(error)) return reasonOf(error, now)
  if (AiError.isAiErrorReason(error)) {
    return reasonOf(AiError.make({ module: "LanguageModel", method: "streamText", reason: error }), now)
  }
  const { message = shown(error), reason } = told(error)
  return reason ?? new LlmError.ProviderUnavailable({ detail: quote(message) })
}

/** What a provider says in the usual shape of an error: a message with a code or a type, often below `error`. */
interface Told {
  readonly message?: string
  readonly reason?: LlmError.LlmErrorReason
}

const told = (error: unknown): Told => {
  const problem = problemIn(error)
  if (problem === undefined) return {}
  // Which key is to be set, only the provider knows.
  return { message: problem.message, reason: reasonOfProblem(problem, { quote }) }
}

const toldBy = (body: string | undefined): Told => {
  if (body === undefined) return {}
  const json = parseJson(body)
  return Option.isSome(json) ? told(json.value) : { message: body }
}

const tooLong = /context[ _-](?:length|window)|maximum context|prompt is too long/iu

/** A count of tokens; below 0, it is none. */
export const tokens = (count: number | undefined) => (count !== undefined && count >= 0 ? count : undefined)

const usageOf = (info: typeof AiError.UsageInfo.Type | undefined) =>
  known({
    input: tokens(info?.promptTokens),
    output: tokens(info?.completionTokens)
  })

const shown = (error: unknown): string => {
  if (error instanceof Error) return error.message
  return typeof error === "string" ? error : Formatter.format(error)
}

const quote = (text: string) => shorten(text, 300)
