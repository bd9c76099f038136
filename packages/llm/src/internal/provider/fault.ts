import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import {
  ContentRefused,
  ContextLengthExceeded,
  InvalidRequest,
  InvalidResponse,
  Misconfigured,
  NetworkFailure,
  ProviderUnavailable,
  QuotaExhausted,
  RateLimited,
  TimedOut,
  Unauthenticated,
  type LlmErrorReason
} from "@stepwright/core/LlmError"
import { type Class, type Rule, rules } from "./classification.ts"
import { Refused, TooLarge } from "./fetch.ts"
import { parseJson } from "../structured/lenient.ts"
import { type Problem, problemIn } from "./problem.ts"
import type { Quote } from "./quote.ts"

/** Whether an SDK gave up waiting for a response. */
export type IsTimeout = (failure: unknown) => boolean

/** What to set when a server's words fit. */
export interface Hint {
  readonly words: RegExp
  readonly hint: string
}

/** What to do when a server has no such model, which `variable` names. */
export const modelHint = (variable: string): Hint => ({
  words:
    /(?:model|deployment)_?not_?(?:found|available|exist)|(?:unknown|invalid)_model|model_decommissioned|\b(?:models?|deployment)\b.{0,80}(?:not exist|not found|not available|decommissioned)|(?:unknown|invalid|unable to access|not a valid|no such) model\b|no endpoints found for|^model: \S+/isu,
  hint: `check the name of the model: ${variable}, or --model on the command line`
})

/** What a provider's faults are told with. */
export interface Faults {
  readonly quote: Quote
  /** The variable that holds the key, where it is known. */
  readonly keyVariable?: string
  /** What sets where requests go, and where that is, for whoever finds nobody there. */
  readonly address?: string | undefined
  readonly hints?: ReadonlyArray<Hint>
  /** What the headers of the response demand. */
  readonly wait?: Duration.Duration | undefined
}

type Header = (name: string) => unknown

/** Why a request, begun at `began` and failed at `now` (milliseconds since 1970), got no reply. */
export const reasonOf = (
  failure: unknown,
  isTimeout: IsTimeout,
  faults: Faults,
  began: number,
  now: number
): LlmErrorReason => {
  const causes = chain(failure)
  const refused = causes.find((cause) => cause instanceof Refused)
  if (refused !== undefined) return reasonOfRefusal(refused, faults, now)
  const words = [...new Set(causes.map((cause) => cause.message || codeOf(cause)))].filter(Boolean)
  const detail = faults.quote(words.join(": "))
  const codes = causes.map(codeOf)
  if (causes.some((cause) => cause instanceof TooLarge)) return new InvalidResponse({ detail, permanent: true })
  if (words.some(isHeaderProblem)) {
    const prefix = faults.keyVariable?.replace(/_API_KEY$/u, "") ?? ""
    return new Misconfigured({
      detail: `no header can carry what is set for one: check the variables that begin with ${prefix}_, such as ${prefix}_ORG_ID or ${prefix}_CUSTOM_HEADERS`
    })
  }
  if (codes.includes("ERR_INVALID_URL")) return new Misconfigured({ detail: `check the base URL: ${detail}` })
  if (isTimeout(failure) || codes.some((code) => /TIMEOUT|ETIMEDOUT/u.test(code))) {
    return new TimedOut({ detail: at(detail, faults), after: Duration.millis(Math.max(0, now - began)) })
  }
  const isPlain = words.some((said) => /wrong version number|packet length too long/iu.test(said))
  if (isPlain) {
    return new NetworkFailure({ detail: at("the server speaks http, not https", faults), permanent: true })
  }
  // What is wrong with a certificate, or speaks no TLS, stays so.
  const permanent = codes.some((code) => /CERT|UNABLE_TO_|_TLS_|_SSL_|EPROTO/u.test(code))
  const isUnknown = codes.some((code) => /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)/u.test(code))
  const fix = isUnknown ? ": if you trust who signed it, name a file with their certificate in NODE_EXTRA_CA_CERTS" : ""
  return new NetworkFailure({ detail: `${at(detail, faults)}${fix}`, ...(permanent && { permanent }) })
}

/** Whether a message is about what no header can carry, which it quotes, and which may be a secret. */
export const isHeaderProblem = (message: string): boolean => /ByteString|invalid header value/iu.test(message)

const at = (detail: string, { address }: Faults): string =>
  address === undefined ? detail : `${detail} (check ${address})`

const reasonOfRefusal = ({ headers, status, text }: Refused, faults: Faults, now: number): LlmErrorReason => {
  const header: Header = (name) => headers.get(name)
  const id = headers.get("request-id") ?? headers.get("x-request-id")
  const problem = problemIn(Option.getOrUndefined(parseJson(text)), true)
  const said = problem?.message ?? `${status} ${titleOf(text) ?? (text.trim() || "without a body")}`
  const message = `${said}${unusableWait(header, now)}`
  return reasonOfProblem(
    { codes: [], ...problem, status, message: id === null ? message : `${message} (request ${id})` },
    // Nobody may be at the path.
    /^40[45]$/u.test(String(status)) ? faults : { ...faults, address: undefined },
    demandedWait(header, now)
  )
}

/** The title of a page, such as proxies send. */
const titleOf = (text: string): string | undefined =>
  /^\s*</u.test(text) ? /<title[^>]*>\s*([^<]*[^<\s])/iu.exec(text.slice(0, mostWords))?.[1] : undefined

/** Why there is no reply, where an error is in its place. */
export const reasonOfProblem = (problem: Problem, faults: Faults, wait = faults.wait): LlmErrorReason => {
  const { is, sizes } = classOf(problem)
  const detail = faults.quote(problem.message)
  const said = [problem.message.slice(0, mostWords), ...problem.codes].join(" ")
  const hint = is === "InvalidRequest" ? faults.hints?.find(({ words }) => words.test(said))?.hint : undefined
  const demanded = wait ?? within(problem.wait)
  return reasons[is]({
    detail: hint === undefined ? detail : `${detail}: ${hint}`,
    sizes,
    wait: demanded === undefined ? {} : { retryAfter: demanded },
    // what is wrong is known, so it is not the address
    faults: hint === undefined ? faults : { ...faults, address: undefined }
  })
}

interface Told {
  readonly detail: string
  readonly sizes: Sizes
  readonly wait: { readonly retryAfter?: Duration.Duration }
  readonly faults: Faults
}

const reasons: { readonly [C in Class]: (told: Told) => LlmErrorReason } = {
  QuotaExhausted: ({ detail }) => new QuotaExhausted({ detail }),
  ContentRefused: ({ detail }) => new ContentRefused({ detail }),
  ContextLengthExceeded: ({ detail, sizes }) => new ContextLengthExceeded({ detail, ...sizes }),
  InvalidResponse: ({ detail }) => new InvalidResponse({ detail }),
  Unauthenticated: ({ detail, faults: { keyVariable } }) =>
    new Unauthenticated({
      detail: keyVariable === undefined ? detail : `set ${keyVariable} to a key that may use this model: ${detail}`
    }),
  RateLimited: ({ detail, wait }) => new RateLimited({ detail, ...wait }),
  ProviderUnavailable: ({ detail, wait }) => new ProviderUnavailable({ detail, ...wait }),
  InvalidRequest: ({ detail, faults }) => new InvalidRequest({ detail: at(detail, faults) })
}

interface Sizes {
  readonly requested?: number
  readonly limit?: number
}

/** No server needs more to say what is wrong; a page of HTML may be of any size. **Units** characters */
const mostWords = 4000

/** The class of a problem, and how many tokens were asked of how many there may be. */
const classOf = (problem: Problem): { readonly is: Class; readonly sizes: Sizes } => {
  for (const rule of rules) {
    const found = fits(rule, problem)
    if (found !== undefined) return { is: rule.is, sizes: { ...found, ...sizesOf(problem) } }
  }
  return { is: "ProviderUnavailable", sizes: {} }
}

const fits = ({ code, status, words = [] }: Rule, problem: Problem): Sizes | undefined => {
  const message = problem.message.slice(0, mostWords)
  const match = words.map((pattern) => pattern.exec(message)).find((match) => match !== null)
  const isMet =
    match !== undefined ||
    (problem.status !== undefined && status?.test(String(problem.status)) === true) ||
    problem.codes.some((name) => code?.test(name) === true)
  if (!isMet) return undefined
  const groups = match?.groups ?? {}
  const [requested = Number.NaN, more = 0, limit] = ["requested", "more", "limit"].map((name) =>
    groups[name] === undefined ? undefined : Number(groups[name].replaceAll(",", ""))
  )
  return sizesOf({ requested: requested + more, limit })
}

/** The sizes that are numbers of tokens. */
const sizesOf = ({ limit, requested }: { readonly [K in keyof Sizes]?: number | undefined }): Sizes => ({
  ...(Number.isSafeInteger(requested) && { requested: Number(requested) }),
  ...(Number.isSafeInteger(limit) && { limit: Number(limit) })
})

/** What a response's headers demand, at `now`; undefined when they demand no wait, or nonsense. */
export const demandedWait = (header: Header, now: number): Duration.Duration | undefined => {
  const after = String(header("retry-after") ?? "").trim()
  return within(Number.parseFloat(String(header("retry-after-ms")))) ?? within(millisOf(after, now))
}

/** What is told of a wait that is too long to be obeyed. */
const unusableWait = (header: Header, now: number): string => {
  const millis = millisOf(String(header("retry-after") ?? "").trim(), now)
  return millis > longestWait && Number.isFinite(millis)
    ? ` (it asks to wait ${Duration.format(Duration.millis(Math.ceil(millis)))})`
    : ""
}

const within = (millis = Number.NaN): Duration.Duration | undefined =>
  millis >= 0 && millis <= longestWait ? Duration.millis(Math.ceil(millis)) : undefined

/** A longer wait is a mistake: no limit that is worth waiting for takes more than a day to be met again. */
const longestWait = Duration.toMillis("1 day")

/** The seconds or the date of a `retry-after` in milliseconds from `now`; NaN when it has neither. */
const millisOf = (after: string, now: number): number => {
  // A date has letters; `Date` takes numbers such as -5 for one too.
  if (!/[a-z]/iu.test(after)) return /^\d+(?:\.\d+)?$/u.test(after) ? Number(after) * 1000 : Number.NaN
  const until = Option.map(DateTime.make(after), DateTime.toEpochMillis)
  return Option.isSome(until) ? Math.max(0, until.value - now) : Number.NaN
}

const chain = (failure: unknown): ReadonlyArray<Error> => {
  const causes: Array<Error> = []
  for (let next = failure; next instanceof Error && causes.length < 8; next = next.cause) causes.push(next)
  return causes.length > 0 ? causes : [new Error(String(failure))]
}

const codeOf = (cause: Error): string => ("code" in cause && typeof cause.code === "string" ? cause.code : "")
