import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as LlmClient from "@stepwright/core/LlmClient"
import { InvalidRequest, LlmError } from "@stepwright/core/LlmError"
import { type LlmRequest, Parameters } from "@stepwright/core/LlmRequest"
import * as schemaProblems from "./internal/file/schemaProblems.ts"
import type { Middleware } from "./Middleware.ts"

/** A layer of a client for each alias. */
export type Models = Readonly<Record<string, Layer.Layer<LlmClient.LlmClient, unknown, unknown>>>

/**
 * Named models: a client that passes each request to the model whose alias it names. That model gets it under the
 * alias `default`. With `others` that client is asked, under the alias as it is, for what no model is called.
 *
 * **Fails with** InvalidRequest, when no model has that alias.
 */
export const layer = <M extends Models>(
  models: M,
  options: { readonly others?: LlmClient.Service } = {}
): Layer.Layer<LlmClient.LlmClient, Layer.Error<M[keyof M]>, Layer.Services<M[keyof M]>> => {
  const build = Effect.gen(function* () {
    const clients = new Map<string, LlmClient.Service>()
    const identities = new Map<string, LlmClient.Identity>()
    for (const [alias, model] of Object.entries(models)) {
      const client = Context.get(yield* Layer.build(model), LlmClient.LlmClient)
      identities.set(alias, client.identify?.("default") ?? { model: alias })
      clients.set(alias, LlmClient.mapRequest(client, asDefault))
    }
    const aliases = [...clients.keys()]
    const client = LlmClient.unwrap(({ model }) => {
      const client = clients.get(model) ?? options.others
      return client === undefined ? Effect.fail(unknownAlias(model, aliases)) : Effect.succeed(client)
    })
    const parameters = {
      ...options.others?.parameters,
      ...Object.fromEntries(Array.from(clients, ([alias, { parameters }]) => [alias, parameters?.["default"] ?? {}]))
    }
    const identify = (alias: string) => identities.get(alias) ?? LlmClient.identityOf(options.others ?? client, alias)
    const named = { ...client, parameters, identify }
    return options.others === undefined ? { ...named, models: aliases } : named
  })
  // `Models` hides the errors and needs of each layer; `M` has them.
  return Layer.effect(LlmClient.LlmClient, build) as ReturnType<typeof layer<M>>
}

/** A named model in a configuration: who provides it, its name there, and how it answers where a step does not say. */
export const Model = Schema.Struct({
  provider: Schema.String,
  model: Schema.String,
  parameters: Schema.optionalKey(Parameters)
})
export type Model = typeof Model.Type

/** Named models as data, by alias: part of a configuration file. */
export const Config = Schema.Record(Schema.String, Model)
export type Config = typeof Config.Type

/** What makes the client of a configured model, by the provider's name. */
export type Providers = Readonly<Record<string, (model: Model) => Layer.Layer<LlmClient.LlmClient, unknown, unknown>>>

/** A configuration of models that cannot be used; `detail` says what is wrong at which key. */
export class LlmRegistryError extends Schema.TaggedError<LlmRegistryError>()("LlmRegistryError", {
  detail: Schema.String
}) {
  override get message() {
    return `the models cannot be configured: ${this.detail}`
  }
}

/**
 * `layer` from a `Config`, as it comes from a file. Parameters of a model are those of each request that has none.
 *
 * **Fails with** LlmRegistryError, when it does not fit `Config` or names an unknown provider.
 */
export const layerConfig = <P extends Providers>(
  config: unknown,
  providers: P
): Layer.Layer<
  LlmClient.LlmClient,
  LlmRegistryError | Layer.Error<ReturnType<P[keyof P]>>,
  Layer.Services<ReturnType<P[keyof P]>>
> => {
  const built = Effect.gen(function* () {
    const models = yield* Effect.mapError(
      Schema.decodeUnknownEffect(Config)(config, { errors: "all", onExcessProperty: "error" }),
      ({ issue }) => {
        const found = schemaProblems
          .of(issue)
          .map(({ keys, message }) => `${["models", ...keys].join(".")}: ${message}`)
        return new LlmRegistryError({ detail: found.join("; ") })
      }
    )
    const layers: Record<string, ReturnType<Providers[string]>> = {}
    for (const [alias, model] of Object.entries(models)) {
      const make = Object.hasOwn(providers, model.provider) ? providers[model.provider] : undefined
      if (make === undefined) {
        const known = Object.keys(providers).join(", ") || "none"
        const detail = `models.${alias}: no provider is called ${model.provider}; the providers are ${known}`
        return yield* new LlmRegistryError({ detail })
      }
      layers[alias] = Layer.provide(LlmClient.layerMiddleware(Effect.succeed(withDefaults(model))), make(model))
    }
    return layer(layers)
  })
  // `Providers` hides the errors and needs of each layer; `P` has them.
  return Layer.unwrap(built) as ReturnType<typeof layerConfig<P>>
}

/** A client that sends a model's parameters where a request has none of its own. */
const withDefaults =
  ({ parameters = {} }: Model): Middleware =>
  (client) => ({
    ...LlmClient.mapRequest(client, (request) => ({
      ...request,
      parameters: { ...parameters, ...request.parameters }
    })),
    parameters: { default: { ...client.parameters?.["default"], ...parameters } }
  })

const asDefault = (request: LlmRequest): LlmRequest => ({ ...request, model: "default" })

const unknownAlias = (alias: string, aliases: ReadonlyArray<string>) =>
  new LlmError({
    reason: new InvalidRequest({
      detail: `no model is called ${alias}; the models are ${aliases.join(", ") || "none"}`
    })
  })
