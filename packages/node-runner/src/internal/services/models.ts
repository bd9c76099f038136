import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmErrorReason } from "@stepwright/core/LlmError"
import * as Fallback from "@stepwright/llm/Fallback"
import * as LlmRegistry from "@stepwright/llm/LlmRegistry"
import type { Middleware } from "@stepwright/llm/Middleware"
import type { Price } from "@stepwright/llm/Prices"
import * as Providers from "@stepwright/llm/Providers"
import * as Telemetry from "@stepwright/llm/Telemetry"

export const providers = Struct.keys(Providers.table)

export const StructuredOutput = Schema.Literals(["strict", "json", "instructions"])

/** A model under a name of its own. */
export interface Named extends Omit<Providers.Options, "provider" | "apiKey"> {
  /** OpenAI, or a server that speaks its protocol, unless given. */
  readonly provider?: Providers.Name
  /** What it costs, whatever a table of prices says. */
  readonly price?: Price
  /** The models that are asked in turn where it cannot be reached. */
  readonly fallback?: ReadonlyArray<string>
}

/** Which model `default` is: of OpenAI, or of a server that speaks its protocol, unless a provider is given. */
export interface Standard {
  readonly provider?: Providers.Name
  /** Its name there, or one of `models`. */
  readonly model?: string
  readonly structuredOutput?: typeof StructuredOutput.Type
  /** The models that have names of their own. Of `default` what is told here otherwise counts first. */
  readonly models?: Readonly<Record<string, Named>>
}

/** The provider and the model of `anthropic/NAME`; `undefined` for a name that begins with no provider's. */
export const split = (name: string): { readonly provider: Providers.Name; readonly model: string } | undefined => {
  const slash = name.indexOf("/")
  const provider = name.slice(0, Math.max(0, slash))
  return Providers.isName(provider) ? { provider, model: name.slice(slash + 1) } : undefined
}

/** What an alias stands for. */
interface Meaning extends Providers.Options, Pick<Named, "price" | "fallback"> {}

const namedIn = ({ models = {} }: Standard, name: string): Named | undefined =>
  Object.hasOwn(models, name) ? models[name] : undefined

/** The model `default`, as far as it is told; a variable says another name of it where it is asked at the usual address. */
const standardOf = (standard: Standard) => {
  const { model, provider, structuredOutput } = standard
  const named = provider === undefined ? namedIn(standard, model ?? "default") : undefined
  const told: Meaning =
    named === undefined
      ? { provider: provider ?? "openai", ...(model !== undefined && { model }) }
      : { ...named, provider: named.provider ?? "openai" }
  const asked = { ...told, ...(structuredOutput !== undefined && { structuredOutput }) }
  if (named === undefined || model !== undefined || named.baseUrl !== undefined) return Effect.succeed(asked)
  return Effect.map(variableOf(told.provider, "MODEL"), (name) => (name === "" ? asked : { ...asked, model: name }))
}

const variableOf = (provider: Providers.Name, name: "MODEL" | "BASE_URL") =>
  Effect.map(Config.withDefault(Config.String(`${Providers.table[provider].variables}_${name}`), ""), (value) =>
    value.trim()
  )

/**
 * What an alias that a step names means. `anthropic/NAME` is a model of that provider, but a name with a slash is one of
 * the server's own where an address is set for the provider at hand, as OpenRouter's are.
 */
const meaningOf = Effect.fnUntraced(function* (standard: Standard) {
  const own = yield* standardOf(standard)
  const address = own.baseUrl ?? (yield* variableOf(own.provider, "BASE_URL"))
  const { structuredOutput } = standard
  const told = structuredOutput === undefined ? {} : { structuredOutput }
  return (alias: string): Meaning => {
    if (alias === "default") return own
    const named = namedIn(standard, alias)
    if (named !== undefined) return { provider: "openai", ...named, ...told }
    const other = address === "" ? split(alias) : undefined
    return other === undefined || other.model.trim() === ""
      ? { ...accountOf(own), model: alias }
      : { ...other, ...told }
  }
})

/** What `default` and other aliases stand for. */
export const meanings = Effect.fnUntraced(function* (standard: Standard, aliases: ReadonlyArray<string>) {
  const meaning = yield* meaningOf(standard)
  return Object.fromEntries(["default", ...aliases].map((alias) => [alias, meaning(alias)]))
})

/** What one model has in common with others that are asked in the same place. */
const accountOf = (meaning: Meaning): Providers.Options =>
  Struct.omit(meaning, ["model", "reasoning", "parameters", "price", "fallback"])

/** The provider's name of the model `default`. */
export const modelName = (standard: Standard) => Effect.flatMap(standardOf(standard), Providers.modelName)

/** What to say of the model `default` where nobody named one: `gpt-5.1 (the default; set OPENAI_MODEL or --model)`. */
export const unnamed = Effect.fnUntraced(function* (standard: Standard) {
  const { model, provider } = yield* standardOf(standard)
  const { defaultModel, variables } = Providers.table[provider]
  const named = model ?? (yield* variableOf(provider, "MODEL"))
  return named.trim() === "" ? `${defaultModel} (the default; set ${variables}_MODEL or --model)` : undefined
})

/**
 * What the providers call the models that are not called by their aliases: `default` is `gpt-5.1`. Of one that others may
 * answer for, all names.
 */
export const renamed = Effect.fnUntraced(function* (standard: Standard, aliases: ReadonlyArray<string>) {
  const meaning = yield* meaningOf(standard)
  const names: Record<string, string | ReadonlyArray<string>> = {}
  for (const alias of new Set(["default", ...aliases])) {
    const { fallback = [] } = meaning(alias)
    const all = yield* Effect.forEach([alias, ...fallback], (one) => Providers.modelName(meaning(one)))
    if (all.length > 1) names[alias] = all
    else if (all[0] !== alias) names[alias] = all[0]!
  }
  return names
})

/** What the models with names of their own cost that say so, by their providers' names of them. */
export const prices = Effect.fnUntraced(function* (standard: Standard) {
  const meaning = yield* meaningOf(standard)
  const known: Record<string, Price> = {}
  for (const alias of Object.keys(standard.models ?? {})) {
    const { price, ...model } = meaning(alias)
    if (price !== undefined) known[yield* Providers.modelName(model)] = price
  }
  return known
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

/** The keys that the environment has, of whatever provider and of every model with a variable of its own. */
export const keys = ({ models = {} }: Standard = {}) => {
  const own = Object.values(models).flatMap(({ keyVariable }) => (keyVariable === undefined ? [] : [keyVariable]))
  const variables = [...providers.map((provider) => `${Providers.table[provider].variables}_API_KEY`), ...own]
  return Config.all(variables.map((name) => Config.withDefault(Config.Redacted(name), Redacted.make(""))))
}

/**
 * What gives the requests of a provider spans and counts them. Prompts and replies are in the spans where the variable says
 * so that OpenTelemetry has for that, less every key.
 */
const telemetry = Effect.fnUntraced(function* (standard: Standard) {
  const captured = yield* Config.withDefault(Config.String("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"), "")
  const content = /^(?:true|span_only|span_and_event)$/iu.test(captured)
  const values = yield* keys(standard)
  return (provider: Providers.Name, model?: string) =>
    Telemetry.layer({ provider, ...(model !== undefined && { model }), content, redact: { values } })
})

/**
 * A client for `default`, for the models with names of their own, and for every model that a step may name, of whatever
 * provider; `aliases` are those it knows of. `each` goes around the client of each model.
 */
export const layer = (
  standard: Standard,
  aliases: ReadonlyArray<string>,
  each: Middleware = (client) => client
): Layer.Layer<LlmClient.LlmClient, Config.ConfigError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const meaning = yield* meaningOf(standard)
      const observing = yield* telemetry(standard)
      const clientOf = Effect.fnUntraced(function* (options: Providers.Options, model?: string) {
        const built = yield* Layer.build(Layer.provide(observing(options.provider, model), Providers.layer(options)))
        const client = Context.get(built, LlmClient.LlmClient)
        return LlmClient.over(client, each(client))
      })
      const clients = new Map<string, LlmClient.Service>()
      for (const alias of ["default", ...Object.keys(standard.models ?? {})]) {
        const options = meaning(alias)
        const model = yield* Providers.modelName(options)
        const client = yield* clientOf(options, model)
        // what counts what was asked knows one alias only
        const named = LlmClient.mapRequest(client, (request) => ({ ...request, model }))
        clients.set(alias, alias === "default" ? client : named)
      }
      const own = meaning("default")
      const { structuredOutput } = standard
      const ofProviders = new Map<Providers.Name, LlmClient.Service>()
      for (const provider of providers) {
        const other = { provider, ...(structuredOutput !== undefined && { structuredOutput }) }
        ofProviders.set(provider, yield* clientOf(provider === own.provider ? accountOf(own) : other))
      }
      // every provider has a client
      const otherwise = (alias: string) => ofProviders.get(meaning(alias).provider)!
      const others = LlmClient.unwrap(({ model: alias }) => {
        const { model = alias } = meaning(alias)
        return Effect.succeed(LlmClient.mapRequest(otherwise(alias), (request) => ({ ...request, model })))
      })
      const identify = (alias: string) => {
        const { model = alias } = meaning(alias)
        return LlmClient.identityOf(otherwise(alias), model)
      }
      const of = (name: string): LlmClient.Service => ({
        ...LlmClient.mapRequest(others, (request) => ({ ...request, model: name })),
        identify: () => identify(name)
      })
      const named = Array.from(clients, ([alias, client]) => {
        const next = (meaning(alias).fallback ?? []).map((name) => clients.get(name) ?? of(name))
        const asked = next.length === 0 ? client : LlmClient.over(client, Fallback.make(next)(client))
        return [alias, Layer.succeed(LlmClient.LlmClient, asked)] as const
      })
      const parameters = Object.fromEntries(
        aliases.map((alias) => [alias, otherwise(alias).parameters?.["default"] ?? {}])
      )
      return LlmRegistry.layer(Object.fromEntries(named), { others: { ...others, parameters, identify } })
    })
  )

/** Whether it is the set-up, not the request, that a client refused. */
export const isMisconfigured = (reason: LlmErrorReason | undefined): boolean =>
  reason?._tag === "Unauthenticated" || reason?._tag === "Misconfigured"
