import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Account } from "./options.ts"

/** The variables of the environment that describe a provider, by what their names begin with: `OPENAI_API_KEY` and so on. */
export const named = (prefix: string) => ({
  apiKey: `${prefix}_API_KEY`,
  baseUrl: `${prefix}_BASE_URL`,
  model: `${prefix}_MODEL`,
  reasoning: `${prefix}_REASONING`,
  streamUsage: `${prefix}_STREAM_USAGE`,
  promptCaching: `${prefix}_PROMPT_CACHING`
})

/** `given`, with what is left out from the environment. **Fails with** ConfigError, when key or model is nowhere. */
export const configured = Effect.fnUntraced(function* (prefix: string, given: Partial<Account>) {
  const names = named(prefix)
  const apiKey = given.apiKey ?? Redacted.make(yield* Config.NonEmptyString(names.apiKey))
  const baseUrl = given.baseUrl ?? (yield* address(prefix))
  const model = given.model ?? (yield* Config.NonEmptyString(names.model)).trim()
  return { apiKey, model, ...(baseUrl !== "" && { baseUrl }) }
})

/** What the environment says of a server that is not what it seems: its names of models, its streams and its cache. */
export const quirks = Effect.fnUntraced(function* (prefix: string) {
  const names = named(prefix)
  const reasoning = yield* Config.withDefault(Config.Boolean(names.reasoning), undefined)
  const streamUsage = yield* Config.withDefault(Config.Boolean(names.streamUsage), undefined)
  const promptCaching = yield* Config.withDefault(Config.Boolean(names.promptCaching), undefined)
  return {
    ...(reasoning !== undefined && { reasoning }),
    ...(streamUsage !== undefined && { streamUsage }),
    ...(promptCaching !== undefined && { promptCaching })
  }
})

/** What a header can carry of a key. **Source** RFC 9110, section 5.5, less what is no ASCII, of which no key is. */
const Key = Schema.String.check(
  Schema.makeFilter((key) => {
    const [, wrong] = /^[ -~]*([^ -~])/u.exec(key) ?? []
    return wrong === undefined || wordsFor(wrong)
  })
)

const wordsFor = (char: string): string => {
  if (/[\r\n]/u.test(char)) return "a line break"
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")
  return `${/[\p{Pi}\p{Pf}\u201A\u201E]/u.test(char) ? "a quotation mark" : "a character"} that no key has (U+${code})`
}

const decodeKey = Schema.decodeResult(Key)

/** What is wrong with a key, if anything is, in a sentence about `name` that has nothing of the key. */
export const problemOfKey = (key: string, name: string): string | undefined => {
  const decoded = decodeKey(key)
  return Result.isSuccess(decoded)
    ? undefined
    : `${name} has ${decoded.failure.message} in it: give the key alone, on one line, as it was issued`
}

/** The base URL that the environment says, without the blanks around it; empty when it says none. */
export const address = (prefix: string): Effect.Effect<string, Config.ConfigError> =>
  Effect.map(Config.withDefault(Config.String(named(prefix).baseUrl), ""), (url) => url.trim())

/** What is wrong with a server's address, if anything is, in a sentence about `name`. */
export const problemOf = (url: string, name: string): string | undefined => {
  const { password, protocol, username } = URL.parse(url) ?? { protocol: "" }
  if (protocol !== "http:" && protocol !== "https:") {
    return `${name} is no http or https address, such as https://host/v1`
  }
  return username || password
    ? `${name} has a user name or a password in it: give it without a user name and a password, the API key is sent by itself`
    : undefined
}

/** What to check where nobody answers: where requests go, without what may be secret of it, and what sets that. */
export const shownAddress = (prefix: string, baseUrl: string, path: string): string => {
  const { origin, pathname } = URL.parse(baseUrl) ?? { origin: baseUrl, pathname: "" }
  return `${named(prefix).baseUrl} or baseUrl, for it is ${origin}${pathname.replace(/\/$/u, "")}${path} that was asked`
}
