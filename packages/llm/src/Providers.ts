import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as Struct from "effect/Struct"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, type LlmErrorReason, Misconfigured, Unauthenticated } from "@stepwright/core/LlmError"
import type { Parameters } from "@stepwright/core/LlmRequest"
import * as limit from "./internal/anthropic/limit.ts"
import { type Account, identify } from "./internal/provider/options.ts"
import * as variables from "./internal/provider/variables.ts"

export type { Account, ClientOptions } from "./internal/provider/options.ts"

/** A provider, as configurations and command lines know it. */
export interface Provider {
  /** What its variables of the environment begin with: `OPENAI` for `OPENAI_API_KEY`, `_BASE_URL` and `_MODEL`. */
  readonly variables: string
  /** Where its own API is. */
  readonly origin: string
  /** Its name of the model that is meant where none is named. */
  readonly defaultModel: string
  /** What it asks with where a request does not say. */
  readonly parameters?: Parameters
  /** Its module, which is loaded with the first request. */
  readonly load: () => Promise<{ readonly layer: (settings: Settings) => Layer.Layer<LlmClient.LlmClient> }>
}

const named = <N extends string>(providers: Readonly<Record<N, Provider>>) => providers

/** Every provider of this library, by its name. */
export const table = named({
  openai: {
    variables: "OPENAI",
    origin: "https://api.openai.com",
    defaultModel: "gpt-5.1",
    load: () => import("./OpenAiLlm.ts")
  },
  anthropic: {
    variables: "ANTHROPIC",
    origin: "https://api.anthropic.com",
    defaultModel: "claude-sonnet-5",
    parameters: { maxOutputTokens: limit.maxOutputTokens },
    load: () => import("./AnthropicLlm.ts")
  }
})

export type Name = keyof typeof table

export const isName = (name: string): name is Name => Object.hasOwn(table, name)

/** Which model of which provider; what is left out is read from the provider's variables. */
export interface Options {
  readonly provider: Name
  /** Its variable, or the provider's default, unless given. */
  readonly model?: string
  readonly apiKey?: Redacted.Redacted
  /** The variable that its key is read from: the provider's own unless given. */
  readonly keyVariable?: string
  /** Its variable, or the provider's own address, unless given. */
  readonly baseUrl?: string
  /** How a schema is sent; `"json"` is `"instructions"` where the provider has no such mode. */
  readonly structuredOutput?: "strict" | "json" | "instructions"
  /** Whether the model reasons, a stream is asked for its usage, and prompts for what they have in common: a variable of each unless given. */
  readonly reasoning?: boolean
  readonly streamUsage?: boolean
  readonly promptCaching?: boolean
  /** How it is asked where a request does not say. */
  readonly parameters?: Parameters
}

/** What every provider takes. */
interface Settings extends Account, Pick<Options, (typeof quirks)[number]> {}

/** In what a server may differ from the provider's own. */
const quirks = ["structuredOutput", "reasoning", "streamUsage", "promptCaching"] as const

/** The provider's name of the model that is meant. */
export const modelName = ({ model, provider }: Options): Effect.Effect<string, Config.ConfigError> => {
  const { defaultModel, variables: prefix } = table[provider]
  const variable = variables.named(prefix).model
  if (model !== undefined) return Effect.succeed(model)
  return Effect.map(Config.withDefault(Config.String(variable), ""), (name) => name.trim() || defaultModel)
}

/** What is wrong with the set-up, if anything is: a key that is missing or cannot be one, an address that is none. Nobody is asked. */
export const check = (options: Options): Effect.Effect<LlmErrorReason | undefined, Config.ConfigError> =>
  Effect.map(settingsOf(options), (settings) => problemOf(options.provider, settings))

/**
 * The client of a provider. Its module and SDK are loaded, and a key missed, when the first request is made: what asks
 * nothing needs neither.
 *
 * **Fails with** ConfigError, when a variable is not what it is to be; a call with Unauthenticated, when there is no key,
 * and Misconfigured, when the key or the address cannot be one or the SDK is not installed.
 */
export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient, Config.ConfigError> =>
  Layer.effect(
    LlmClient.LlmClient,
    Effect.gen(function* () {
      const settings = yield* settingsOf(options)
      const reason = problemOf(options.provider, settings)
      const known = { identify: identify(table[options.provider].variables, settings) }
      if (reason !== undefined) return { ...LlmClient.make(() => Effect.fail(new LlmError({ reason }))), ...known }
      const scope = yield* Effect.scope
      const { load, parameters }: Provider = table[options.provider]
      const client = yield* Effect.promise(load).pipe(
        Effect.flatMap(({ layer }) => Layer.buildWithScope(layer(settings), scope)),
        Effect.map(Context.get(LlmClient.LlmClient)),
        // It would stay interrupted for the requests after.
        Effect.uninterruptible,
        Effect.cached
      )
      const { parameters: own } = options
      const service = { ...LlmClient.unwrap(() => client), ...known }
      if (parameters === undefined && own === undefined) return service
      const asked = LlmClient.mapRequest(service, (request) => ({
        ...request,
        parameters: { ...own, ...request.parameters }
      }))
      const identifyAsked = (alias: string) => {
        const identity = known.identify(alias)
        return own === undefined ? identity : { ...identity, settings: { ...identity.settings, ...own } }
      }
      return { ...asked, identify: identifyAsked, parameters: { default: { ...parameters, ...own } } }
    })
  )

/** What makes the client of a configured model, by the provider's name: for `LlmRegistry.layerConfig`. */
export const all = Record.map(
  table,
  (_, provider) =>
    ({ model }: { readonly model: string }) =>
      layer({ provider, model })
)

const settingsOf = Effect.fnUntraced(function* (options: Options): Effect.fn.Return<Settings, Config.ConfigError> {
  const prefix = table[options.provider].variables
  const names = variables.named(prefix)
  const { keyVariable = names.apiKey } = options
  const apiKey = options.apiKey ?? (yield* Config.withDefault(Config.Redacted(keyVariable), Redacted.make("")))
  const baseUrl = options.baseUrl ?? (yield* variables.address(prefix))
  const model = yield* modelName(options)
  return {
    apiKey,
    model,
    keyVariable,
    ...(baseUrl !== "" && { baseUrl }),
    ...(yield* variables.quirks(prefix)),
    ...Struct.pick(options, quirks)
  }
})

const problemOf = (provider: Name, { apiKey, baseUrl, keyVariable }: Account): LlmErrorReason | undefined => {
  const names = variables.named(table[provider].variables)
  const key = Redacted.value(apiKey).trim()
  const variable = keyVariable ?? names.apiKey
  if (key === "") {
    return new Unauthenticated({
      detail: `no API key: set ${variable} (and ${names.baseUrl} for another server than the provider's own)`
    })
  }
  const detail =
    variables.problemOfKey(key, variable) ??
    (baseUrl === undefined ? undefined : variables.problemOf(baseUrl.trim(), names.baseUrl))
  return detail === undefined ? undefined : new Misconfigured({ detail })
}
