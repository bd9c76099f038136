import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmErrorReason } from "@stepwright/core/LlmError"
import * as LlmRegistry from "@stepwright/llm/LlmRegistry"
import * as Providers from "@stepwright/llm/Providers"

/**
 * The model that a name means: `anthropic/NAME` is one of that provider, `anthropic` its own choice, and any other name
 * one of the provider at hand: OpenAI, or a server that speaks its protocol, unless given.
 */
export const parse = (name: string | undefined, provider: Providers.Name = "openai"): Providers.Options => {
  if (name === undefined) return { provider }
  const [first = "", ...others] = name.split("/")
  if (!Providers.isName(first)) return { provider, model: name }
  return others.length === 0 ? { provider: first } : { provider: first, model: others.join("/") }
}

/** The model that an alias stands for, where `default` is `model`. */
const optionsOf = (model: string | undefined, alias: string): Providers.Options => {
  const standard = parse(model)
  return alias === "default" ? standard : parse(alias, standard.provider)
}

/** The providers' names of the models, by alias: `default` is what the settings name, other aliases name themselves. */
const namesOf = Effect.fnUntraced(function* (
  model: string | undefined,
  aliases: ReadonlyArray<string>
): Effect.fn.Return<Readonly<Record<string, LlmRegistry.Model>>, Config.ConfigError> {
  const names: Record<string, LlmRegistry.Model> = {}
  for (const alias of new Set(["default", ...aliases])) {
    const options = optionsOf(model, alias)
    names[alias] = { provider: options.provider, model: yield* Providers.modelName(options) }
  }
  return names
})

/** The provider's name of the model `default`. */
export const modelName = (model: string | undefined) => Providers.modelName(parse(model))

/** What the providers call the models that are not called by their aliases: `default` is `gpt-5.1`. */
export const renamed = (model: string | undefined, aliases: ReadonlyArray<string>) =>
  Effect.map(namesOf(model, aliases), (names) =>
    Object.fromEntries(
      Object.entries(names).flatMap(([alias, { model }]) => (alias === model ? [] : [[alias, model] as const]))
    )
  )

/** A client for the models of these aliases; without any for `default`, whose provider is asked for all others too. */
export const layer = (
  model: string | undefined,
  aliases: ReadonlyArray<string> | undefined
): Layer.Layer<LlmClient.LlmClient, Config.ConfigError | LlmRegistry.LlmRegistryError> =>
  aliases === undefined
    ? Providers.layer(parse(model))
    : Layer.unwrap(
        Effect.map(namesOf(model, aliases), (config) => LlmRegistry.layerConfig({ ...config }, Providers.all))
      )

/** What is missing before models can be asked: a key, or an address that is one, of the first that lacks it. */
export const missing = Effect.fnUntraced(function* (
  model: string | undefined,
  aliases: ReadonlyArray<string>
): Effect.fn.Return<LlmErrorReason | undefined, Config.ConfigError> {
  for (const alias of aliases) {
    const reason = yield* Providers.check(optionsOf(model, alias))
    if (reason !== undefined) return reason
  }
  return undefined
})

/** Whether it is the set-up, not the request, that a client refused. */
export const isMisconfigured = (reason: LlmErrorReason | undefined): boolean =>
  reason?._tag === "Unauthenticated" || reason?._tag === "Misconfigured"
