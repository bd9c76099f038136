import * as Effect from "effect/Effect"
import { LlmError, Misconfigured } from "@stepwright/core/LlmError"
import * as providerFault from "./fault.ts"
import * as providerFetch from "./fetch.ts"

/** The part of an SDK that is used. */
export interface Sdk {
  /** Where it sends requests, unless told. */
  readonly baseUrl: string
  /** Fails, in whatever way, with what its `fetch` failed with as a cause. */
  readonly post: (
    path: string,
    options: { readonly body: Readonly<Record<string, unknown>>; readonly signal: AbortSignal }
  ) => Promise<Response>
  readonly isTimeout: providerFault.IsTimeout
}

/** What every SDK is made with: its own time-out is put off as far as a timer goes, and it retries nothing. */
export interface Settings {
  readonly apiKey: string
  readonly baseURL: string | null
  readonly maxRetries: number
  readonly timeout: number
  readonly fetch: typeof providerFetch.fetch
}

/** A provider's SDK: a package that is installed by whoever uses the provider, and loaded with the first request. */
export interface Package {
  readonly name: string
  readonly load: (settings: Settings) => Promise<Sdk>
}

/**
 * The SDK of a package, for a key that is not empty.
 *
 * **Fails with** Misconfigured, when the package is not installed.
 */
export const load = (
  { load, name }: Package,
  apiKey: string,
  baseUrl: string | undefined
): Effect.Effect<Sdk, LlmError> =>
  Effect.tryPromise({
    try: () =>
      load({ apiKey, baseURL: baseUrl ?? null, maxRetries: 0, timeout: 2 ** 31 - 1, fetch: providerFetch.fetch }),
    catch: (failure) => new LlmError({ reason: new Misconfigured({ detail: problemOf(name, failure) }) })
  })

const problemOf = (name: string, failure: unknown): string => {
  const message = failure instanceof Error ? failure.message : String(failure)
  if (providerFault.isHeaderProblem(message)) {
    return `no header can carry what is set for one: check the variables that the package ${name} reads, such as the one that ends in _CUSTOM_HEADERS`
  }
  return /not found|cannot find|failed to (?:load|resolve)/iu.test(message) && message.includes(name)
    ? `the package ${name} is not installed: npm install ${name}`
    : `the package ${name} cannot be loaded: ${message}`
}
