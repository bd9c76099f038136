import * as Formatter from "effect/Formatter"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import {
  InvalidRequest,
  InvalidResponse,
  type LlmErrorReason,
  Misconfigured,
  NetworkFailure,
  ProviderUnavailable,
  Unauthenticated
} from "@stepwright/core/LlmError"
import { shorten } from "../around/shownRequest.ts"
import * as providerFault from "../provider/fault.ts"
import { Refused } from "../provider/fetch.ts"
import { parseJson } from "../structured/lenient.ts"
import { problemIn } from "../provider/problem.ts"

const quote = (text: string, limit = 300) => shorten(text, limit)

const isTimeout = (failure: unknown) => Predicate.isError(failure) && failure.name === "TimeoutError"

/** Why a request to a model of the AI SDK, begun and failed at these times (milliseconds since 1970), got no reply. */
export const reasonOf = (failure: unknown, began: number, now: number): LlmErrorReason => {
  const detail = quote(Predicate.isError(failure) ? failure.message : shown(failure))
  const byName = reasons[nameOf(failure)]
  if (byName !== undefined) return byName(detail, failure)
  if (isStumble(failure)) return new InvalidResponse({ detail: `its provider stumbles over the response: ${detail}` })
  if (!isCallError(failure)) return providerFault.reasonOf(failure, isTimeout, { quote }, began, now)
  const { responseBody, responseHeaders, statusCode } = failure
  if (statusCode !== undefined && (statusCode < 200 || statusCode > 299)) {
    const headers = new Headers(Predicate.isReadonlyObject(responseHeaders) ? entriesOf(responseHeaders) : [])
    const refused = new Refused({ headers, status: statusCode }, responseBody ?? detail)
    return providerFault.reasonOf(refused, isTimeout, { quote }, began, now)
  }
  if (responseBody !== undefined) return reasonOfBody(responseBody, failure, now)
  const { cause } = failure
  // what its provider made of a response that came
  return statusCode !== undefined && nameOf(cause) in reasons
    ? reasonOf(cause, began, now)
    : providerFault.reasonOf(statusCode === undefined ? failure : (cause ?? failure), isTimeout, { quote }, began, now)
}

/** Why a reply that had begun failed, by the `error` of the part that came in its place. */
export const reasonOfPart = (error: unknown, began: number, now: number): LlmErrorReason => {
  if (Predicate.isError(error)) return reasonOf(error, began, now)
  const problem = problemIn(typeof error === "string" ? jsonIn(error) : error, true)
  return problem === undefined
    ? new ProviderUnavailable({ detail: quote(shown(error)) })
    : providerFault.reasonOfProblem(problem, { quote })
}

interface CallError extends Error {
  readonly statusCode?: number
  readonly responseBody?: string
  readonly responseHeaders?: unknown
}

/** Errors are told by their names: they may come from another copy of the AI SDK. */
const nameOf = (failure: unknown): string => (Predicate.isError(failure) ? failure.name : "")

const isCallError = (failure: unknown): failure is CallError => nameOf(failure) === "AI_APICallError"

/** An error of a provider's own code, which nothing outside explains: what a connection throws has a cause or a code. */
const isStumble = (failure: unknown): boolean =>
  Predicate.isError(failure) &&
  failure.cause === undefined &&
  !("code" in failure) &&
  (failure.name === "Error" || (failure instanceof TypeError && !/terminated|fetch|network/iu.test(failure.message)))

const reasons: Readonly<Record<string, (detail: string, failure: unknown) => LlmErrorReason>> = {
  AI_LoadAPIKeyError: (detail) => new Unauthenticated({ detail }),
  AI_LoadSettingError: (detail) => new Misconfigured({ detail }),
  AI_NoSuchModelError: (detail) => new InvalidRequest({ detail }),
  AI_NoSuchProviderReferenceError: (detail) => new InvalidRequest({ detail }),
  AI_InvalidArgumentError: (detail) => new InvalidRequest({ detail }),
  AI_InvalidPromptError: (detail) => new InvalidRequest({ detail }),
  AI_UnsupportedFunctionalityError: (detail) => new InvalidRequest({ detail }),
  AI_EmptyResponseBodyError: (detail) => new NetworkFailure({ detail, once: true }),
  AI_NoContentGeneratedError: (detail) => new InvalidResponse({ detail }),
  AI_InvalidResponseDataError: (detail, failure) => misfit(detail, failure, "data"),
  AI_JSONParseError: (detail, failure) => misfit(detail, failure, "text"),
  AI_TypeValidationError: (detail, failure) => misfit(detail, failure, "value")
}

/** What was no reply may be an error. */
const misfit = (detail: string, failure: unknown, field: string): LlmErrorReason => {
  const said = Predicate.hasProperty(failure, field) ? failure[field] : undefined
  const problem = problemIn(typeof said === "string" ? jsonIn(said) : said)
  return problem === undefined ? new InvalidResponse({ detail }) : providerFault.reasonOfProblem(problem, { quote })
}

/** What a body of success says that its provider could not read. */
const reasonOfBody = (body: string, { message, responseHeaders }: CallError, now: number): LlmErrorReason => {
  const headers = Predicate.isReadonlyObject(responseHeaders) ? responseHeaders : {}
  const problem = problemIn(jsonIn(body))
  if (problem !== undefined) {
    return providerFault.reasonOfProblem(problem, {
      quote,
      wait: providerFault.demandedWait((name) => headers[name], now)
    })
  }
  return /^\s*</u.test(body)
    ? new InvalidResponse({
        detail: `the response is not what the API sends, check the base URL: ${quote(body, 200)}`,
        permanent: true
      })
    : new InvalidResponse({ detail: `${quote(message)}: ${quote(body, 200)}` })
}

const jsonIn = (text: string): unknown => Option.getOrElse(parseJson(text), () => text)

const entriesOf = (headers: Readonly<Record<string, unknown>>) =>
  Object.entries(headers).flatMap(([name, value]): ReadonlyArray<[string, string]> =>
    typeof value === "string" ? [[name, value]] : []
  )

const shown = (error: unknown): string => (typeof error === "string" ? error : Formatter.format(error))
