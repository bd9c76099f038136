import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Account } from "./options.ts"

/** The variables of the environment that describe a provider, by what their names begin with: `OPENAI_API_KEY` and so on. */
export const named = (prefix: string) => ({
  apiKey: `${prefix}_API_KEY`,
  baseUrl: `${prefix}_BASE_URL`,
  model: `${prefix}_MODEL`
})

/** `given`, with what is left out from the environment. **Fails with** ConfigError, when key or model is nowhere. */
export const configured = Effect.fnUntraced(function* (prefix: string, given: Partial<Account>) {
  const names = named(prefix)
  const apiKey = given.apiKey ?? Redacted.make(yield* Config.NonEmptyString(names.apiKey))
  const baseUrl = given.baseUrl ?? (yield* Config.withDefault(Config.String(names.baseUrl), ""))
  const model = given.model ?? (yield* Config.NonEmptyString(names.model))
  return { apiKey, model, ...(baseUrl !== "" && { baseUrl }) }
})
