import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmErrorReason } from "@stepwright/core/LlmError"
import * as LlmRegistry from "@stepwright/llm/LlmRegistry"
import * as Providers from "@stepwright/llm/Providers"
import * as Telemetry from "@stepwright/llm/Telemetry"

export const providers = Struct.keys(Providers.table)

export const StructuredOutput = Schema.Literals(["strict", "json", "instructions"])

/** Which model `default` is: of OpenAI, or of a server that speaks its protocol, unless a provider is given. */
export interface Standard {
  readonly provider?: Providers.Name
  readonly model?: string
  readonly structuredOutput?: typeof StructuredOutput.Type
}

/** The provider and the model of `anthropic/NAME`; `undefined` for a name that begins with no provider's. */
export const split = (name: string): { readonly provider: Providers.Name; readonly model: string } | undefined => {
  const slash = name.indexOf("/")
  const provider = name.slice(0, Math.max(0, slash))
  return Providers.isName(provider) ? { provider, model: name.slice(slash + 1) } : undefined
}

const standardOf = ({ model, provider = "openai", structuredOutput }: Standard): Providers.Options => ({
  provider,
  ...(model !== undefined && { model }),
  ...(structuredOutput !== undefined && { structuredOutput })
})

/**
 * What an alias that a step names means. `anthropic/NAME` is a model of that provider, but a name with a slash is one of
 * the server's own where an address is set for the provider at hand, as OpenRouter's are.
 */
const meaningOf = (standard: Standard) =>
  Effect.map(
    Config.withDefault(Config.String(`${Providers.table[standardOf(standard).provider].variables}_BASE_URL`), ""),
    (address) =>
      (alias: string): Providers.Options => {
        if (alias === "default") return standardOf(standard)
        const named = address === "" ? split(alias) : undefined
        return named === undefined || named.model.trim() === "" ? { ...standardOf(standard), model: alias } : named
      }
  )

/** The provider's name of the model `default`. */
export const modelName = (standard: Standard) => Providers.modelName(standardOf(standard))

/** What to say of the model `default` where nobody named one: `gpt-5.1 (the default; set OPENAI_MODEL or --model)`. */
export const unnamed = Effect.fnUntraced(function* (standard: Standard) {
  const { model, provider } = standardOf(standard)
  const { defaultModel, variables } = Providers.table[provider]
  const variable = `${variables}_MODEL`
  const named = model ?? (yield* Config.withDefault(Config.String(variable), ""))
  return named.trim() === "" ? `${defaultModel} (the default; set ${variable} or --model)` : undefined
})

/** What the providers call the models that are not called by their aliases: `default` is `gpt-5.1`. */
export const renamed = Effect.fnUntraced(function* (standard: Standard, aliases: ReadonlyArray<string>) {
  const meaning = yield* meaningOf(standard)
  const names: Record<string, string> = {}
  for (const alias of new Set(["default", ...aliases])) {
    const name = yield* Providers.modelName(meaning(alias))
    if (name !== alias) names[alias] = name
  }
  return names
})

/** What is missing before models can be asked: a key, or an address that is one, of the first that lacks it. */
export const missing = Effect.fnUntraced(function* (
  standard: Standard,
  aliases: ReadonlyArray<string>
): Effect.fn.Return<LlmErrorReason | undefined, Config.ConfigError> {
  const meaning = yield* meaningOf(standard)
  for (const alias of aliases) {
    const reason = yield* Providers.check(meaning(alias))
    if (reason !== undefined) return reason
  }
  return undefined
})

/** The keys that the environment has, of whatever provider. */
export const keys = Config.all(
  providers.map((provider) =>
    Config.withDefault(Config.Redacted(`${Providers.table[provider].variables}_API_KEY`), Redacted.make(""))
  )
)

/**
 * What gives the requests of a provider spans and counts them. Prompts and replies are in the spans where the variable says
 * so that OpenTelemetry has for that, less every key.
 */
const telemetry = Effect.gen(function* () {
  const captured = yield* Config.withDefault(Config.String("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"), "")
  const content = /^(?:true|span_only|span_and_event)$/iu.test(captured)
  const values = yield* keys
  return (provider: Providers.Name, model?: string) =>
    Telemetry.layer({ provider, ...(model !== undefined && { model }), content, redact: { values } })
})

/** A client for `default` and for every model that a step may name, of whatever provider; `aliases` are those it knows of. */
export const layer = (
  standard: Standard,
  aliases: ReadonlyArray<string>
): Layer.Layer<LlmClient.LlmClient, Config.ConfigError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const meaning = yield* meaningOf(standard)
      const observing = yield* telemetry
      const observed = (options: Providers.Options, model?: string) =>
        Layer.provide(observing(options.provider, model), Providers.layer(options))
      const clients = new Map<Providers.Name, LlmClient.Service>()
      for (const provider of providers) {
        const layer = observed({ ...standardOf(standard), provider })
        clients.set(provider, Context.get(yield* Layer.build(layer), LlmClient.LlmClient))
      }
      const others = LlmClient.unwrap(({ model: alias }) => {
        const { model = alias, provider } = meaning(alias)
        // every provider has a client
        return Effect.succeed(LlmClient.mapRequest(clients.get(provider)!, (request) => ({ ...request, model })))
      })
      const parameters = Object.fromEntries(
        aliases.map((alias) => [alias, clients.get(meaning(alias).provider)?.parameters?.["default"] ?? {}])
      )
      const identify = (alias: string) => {
        const { model = alias, provider } = meaning(alias)
        // every provider has a client
        return LlmClient.identityOf(clients.get(provider)!, model)
      }
      return LlmRegistry.layer(
        { default: observed(standardOf(standard), yield* modelName(standard)) },
        { others: { ...others, parameters, identify } }
      )
    })
  )

/** Whether it is the set-up, not the request, that a client refused. */
export const isMisconfigured = (reason: LlmErrorReason | undefined): boolean =>
  reason?._tag === "Unauthenticated" || reason?._tag === "Misconfigured"
