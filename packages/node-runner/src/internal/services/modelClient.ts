import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import { InvalidRequest, LlmError, type LlmErrorReason, Unauthenticated } from "@stepwright/core/LlmError"
import * as Budget from "@stepwright/llm/Budget"
import type { CassetteError } from "@stepwright/llm/Cassette"
import * as Prices from "@stepwright/llm/Prices"
import * as Retry from "@stepwright/llm/Retry"

/** Who answers for the model, and how much it may be asked. */
export interface Options {
  /** What the alias `default` stands for; `OPENAI_MODEL`, or `gpt-5.1`, unless given. */
  readonly model?: string
  /** A cassette that answers. The same file under `record` too: what it lacks is asked for and added. */
  readonly replay?: string
  /** A cassette to which every reply is written. */
  readonly record?: string
  /** A folder in which a person or another program answers for the model. */
  readonly relay?: string
  /** A cap on the calls of a run, whatever answers. */
  readonly maxCalls?: number
  /** A cap on the tokens of a run, input and output together. */
  readonly maxTokens?: number
  /** A cap on what the calls of a run cost. The price of every model that is asked must be known. **Units** USD. */
  readonly maxUsd?: number
  /** A file of prices, in place of `Prices.snapshot`. */
  readonly prices?: string
  /** What of the caps is used up already. */
  readonly spent?: Budget.Spent
}

/** What has to be set before OpenAI, or a server that speaks its protocol, can be asked. */
export const missingKey =
  "no API key: set OPENAI_API_KEY (and OPENAI_BASE_URL for another server than OpenAI's), or use --replay or --relay"

const baseUrl = Config.withDefault(Config.String("OPENAI_BASE_URL"), "")

/** What is wrong with the server's address, if anything is. */
export const badBaseUrl = Effect.map(baseUrl, (url) => {
  const parsed = URL.parse(url)
  if (url !== "" && !/^https?:$/.test(parsed?.protocol ?? "")) return `${badUrl}, such as https://host/v1`
  const hasLogin = parsed !== null && `${parsed.username}${parsed.password}` !== ""
  return hasLogin ? `${badUrl} without a user name and a password in it` : undefined
})

const badUrl = "OPENAI_BASE_URL is no http or https address"

/** Whether it is the set-up, not the request, that a client refused. */
export const isConfiguration = (reason: LlmErrorReason | undefined): boolean =>
  reason?._tag === "Unauthenticated" || (reason?._tag === "InvalidRequest" && reason.detail.startsWith(badUrl))

const defaultModel = "gpt-5.1"

/** What is wrong with the set-up. */
export type Problem = CassetteError | Config.ConfigError | Prices.PricesError | Prices.UnknownPrice

/** The client that options and environment describe. */
export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient, Problem, FileSystem.FileSystem | Path.Path> =>
  Layer.provide(around(options), provider(options))

/** The model that the environment describes. Outermost first: retry, attempts, provider. */
export const provider = ({ model }: Options) => Layer.provide(retrying, openAi(model))

/** What the options put around a client, or in its place. Outermost first: cassette, budget, relay. */
export const around = (
  options: Options
): Layer.Layer<LlmClient.LlmClient, Problem, LlmClient.LlmClient | FileSystem.FileSystem | Path.Path> => {
  const { record, relay, replay } = options
  if (replay !== undefined && record === undefined) {
    return cassette(({ layerReplay }) => layerReplay({ file: replay }))
  }
  const recording = (file: string) =>
    cassette(({ layerAuto, layerRecord }) => (replay === file ? layerAuto : layerRecord)({ file }))
  const asked = record === undefined ? capped(options) : Layer.provide(recording(record), capped(options))
  return relay === undefined ? asked : Layer.provide(asked, relayed(relay))
}

const retrying = Retry.layer()

const capped = ({ maxCalls, maxTokens, maxUsd, model, prices, spent }: Options) =>
  Layer.unwrap(
    Effect.gen(function* () {
      return Budget.layer({
        ...(maxCalls !== undefined && { maxCalls }),
        ...(maxTokens !== undefined && { maxTokens }),
        ...(maxUsd !== undefined && { maxUsd, models: { default: yield* modelName(model) } }),
        ...(prices !== undefined && { prices: yield* Prices.fromFile(prices) }),
        ...(spent !== undefined && { spent })
      })
    })
  )

/** The provider's name of the model `default`. */
export const modelName = (model: string | undefined) =>
  model === undefined ? Config.withDefault(Config.NonEmptyString("OPENAI_MODEL"), defaultModel) : Effect.succeed(model)

/** Modules that not every command needs are loaded when they are needed. */
const cassette = <E, R>(
  make: (module: typeof import("@stepwright/llm/Cassette")) => Layer.Layer<LlmClient.LlmClient, E, R>
) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("@stepwright/llm/Cassette")),
      make
    )
  )

const relayed = (directory: string) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("@stepwright/llm/Relay")),
      ({ layer }) => layer({ directory, interval: "250 millis" })
    )
  )

/** OpenAI's SDK is loaded, and the key missed, when the first request is made: a run with nothing to ask needs neither. */
const openAi = (model: string | undefined): Layer.Layer<LlmClient.LlmClient, Config.ConfigError> =>
  Layer.effect(
    LlmClient.LlmClient,
    Effect.gen(function* () {
      const apiKey = yield* Config.withDefault(Config.Redacted("OPENAI_API_KEY"), Redacted.make(""))
      const name = yield* modelName(model)
      if (Redacted.value(apiKey) === "") {
        const reason = new Unauthenticated({ detail: missingKey })
        return LlmClient.make(() => Effect.fail(new LlmError({ reason })))
      }
      const url = yield* baseUrl
      const problem = yield* badBaseUrl
      if (problem !== undefined) {
        const reason = new InvalidRequest({ detail: problem })
        return LlmClient.make(() => Effect.fail(new LlmError({ reason })))
      }
      const scope = yield* Effect.scope
      const client = yield* Effect.promise(() => import("@stepwright/llm/OpenAiLlm")).pipe(
        Effect.flatMap(({ layer }) =>
          Layer.buildWithScope(layer({ apiKey, model: name, ...(url !== "" && { baseUrl: url }) }), scope)
        ),
        Effect.map(Context.get(LlmClient.LlmClient)),
        Effect.cached
      )
      return LlmClient.make(
        (request) => Effect.flatMap(client, ({ generate }) => generate(request)),
        (request) => Stream.unwrap(Effect.map(client, ({ stream }) => stream(request)))
      )
    })
  )
