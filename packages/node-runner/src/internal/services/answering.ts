import type * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Record from "effect/Record"
import type * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import { escape } from "effect/RegExp"
import * as Schema from "effect/Schema"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmError } from "@stepwright/core/LlmError"
import { type LlmRequest, Parameters } from "@stepwright/core/LlmRequest"
import * as Budget from "@stepwright/llm/Budget"
import type { CassetteError } from "@stepwright/llm/Cassette"
import * as Prices from "@stepwright/llm/Prices"
import * as Redact from "@stepwright/llm/Redact"
import * as Retry from "@stepwright/llm/Retry"
import * as models from "./models.ts"
import { Sandbox } from "./testRunners.ts"

/** Who answers for the model: fields that are replaced together. */
export const Answerer = Schema.Struct({
  /** Whose model is asked: OpenAI's, or a server's that speaks its protocol, unless given. */
  provider: Schema.optionalKey(Schema.Literals(models.providers)),
  /** What the alias `default` stands for: `OPENAI_MODEL`, or `gpt-5.1`, unless given. */
  model: Schema.optionalKey(Schema.String),
  /** A cassette that answers: a folder. The same one under `record` too: what it lacks is asked for and added. */
  replay: Schema.optionalKey(Schema.String),
  /** A cassette to which every reply is written: a folder, made where it is missing. */
  record: Schema.optionalKey(Schema.String),
  /** A folder in which a person or another program answers for the model. */
  relay: Schema.optionalKey(Schema.String)
})

/** How every request is asked, whatever a step says of it; what is not there is left to the step. */
export const Asked = Schema.Struct({
  temperature: Parameters.fields.temperature,
  maxOutputTokens: Parameters.fields.maxOutputTokens,
  reasoningEffort: Parameters.fields.reasoningEffort,
  /** How a provider is told what the reply must be, where its own way does not do. */
  structuredOutput: Schema.optionalKey(models.StructuredOutput)
})
export type Asked = typeof Asked.Type

/** Who answers for what a run asks, a model or a sandbox, how, and how much it may be asked. */
export const Answering = Schema.Struct({
  ...Answerer.fields,
  ...Asked.fields,
  /** A cap on the calls of a run, whatever answers. */
  maxCalls: Schema.optionalKey(Schema.Int),
  /** A cap on the tokens of a run, input and output together. */
  maxTokens: Schema.optionalKey(Schema.Int),
  /** A cap on what the calls of a run cost. The price of every model that is asked must be known. **Units** USD. */
  maxUsd: Schema.optionalKey(Schema.Finite),
  /** How many requests are on their way at most, of all models together. */
  concurrency: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** A file of prices, in place of `Prices.snapshot`. */
  prices: Schema.optionalKey(Schema.String),
  /** Whether what was answered before, in other runs, is asked again. */
  cache: Schema.optionalKey(Schema.Boolean),
  /** The sandbox that runs tests; the strongest that works here, unless given. */
  sandbox: Schema.optionalKey(Sandbox),
  /** The Python that runs them, where it is not the sandbox's own: a file, or a name in `PATH`. */
  python: Schema.optionalKey(Schema.String),
  /** Whether packages that they need and that Python lacks are installed for them, as wheels. */
  install: Schema.optionalKey(Schema.Boolean)
})
export type Answering = typeof Answering.Type

export interface Options extends Answering {
  /** The models that have names of their own, for steps to ask them by. */
  readonly models?: Readonly<Record<string, models.Named>>
  /** What of the caps is used up already. */
  readonly spent?: Budget.Spent
  /** The models that may never be asked: where one of them has no price, that is told when it is. */
  readonly perhaps?: ReadonlyArray<string>
  /** Whether a request was asked before this process: what a cassette has of it is in use. */
  readonly asked?: (request: LlmRequest) => boolean
}

/** What can be wrong with a cassette, the environment or prices. */
export type Problem = CassetteError | Config.ConfigError | Prices.PricesError | Prices.UnknownPrice

/** The client that options and environment describe. */
export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient, Problem, FileSystem.FileSystem | Path.Path> =>
  Layer.provide(around(options, []), provider(options, []))

/** The models that options and environment describe. Outermost first: registry, fallback, retry, attempts, provider. */
export const provider = (options: Options, aliases: ReadonlyArray<string>) =>
  models.layer(options, aliases, Retry.make({ onWait: tellOfWait }))

/** What the options put around a client, or in its place. Outermost first: cassette, parameters, turns, budget, relay. */
export const around = (
  options: Options,
  aliases: ReadonlyArray<string>
): Layer.Layer<LlmClient.LlmClient, Problem, LlmClient.LlmClient | FileSystem.FileSystem | Path.Path> =>
  Layer.unwrap(
    Effect.map(
      Effect.all([budgetOf(options, aliases), secretsOf(options)]),
      ([budget, secrets]): ReturnType<typeof around> => {
        const { asked: before, record, relay, replay } = options
        const shared = before === undefined ? {} : { asked: before }
        if (replay !== undefined && record === undefined) {
          return cassette(({ layerReplay }) => layerReplay({ file: replay, ...shared }))
        }
        const capped = Layer.provide(asking(options), Layer.provide(inTurn(options), Budget.layer(budget)))
        const recording = (file: string) =>
          cassette(({ layerAuto, layerRecord }) =>
            (replay === file ? layerAuto : layerRecord)({ file, secrets, ...shared })
          )
        const asked = record === undefined ? capped : Layer.provide(recording(record), capped)
        return relay === undefined ? asked : Layer.provide(asked, relayed(relay))
      }
    )
  )

/**
 * Whether it is a provider that answers: a recording is to be whole and a replay to be used, and what a person says in a
 * relay was said once.
 */
export const isOfProvider = ({ record, relay, replay }: Answering): boolean =>
  record === undefined && relay === undefined && replay === undefined

/** Who would be asked, for who asks nobody. */
export const named = (options: Answering, aliases: ReadonlyArray<string>) =>
  Layer.provide(asking(options), models.layer(options, aliases))

/** Servers that ask for no key are given some word, which is in many a text. **Units** characters */
const leastOfKey = 16

/** What is not recorded: what looks like a secret, and the keys of the environment, however they look. */
const secretsOf = (options: Options) =>
  Effect.map(models.keys(options), (keys) => [
    ...Redact.patterns,
    ...keys.map(Redacted.value).flatMap((key) => (key.length < leastOfKey ? [] : [new RegExp(escape(key))]))
  ])

/** A shorter wait nobody wonders about. */
const unnoticed = Duration.seconds(2)

/** Says why nothing seems to happen: that a server makes one wait, or did not answer in time. */
const tellOfWait = (error: LlmError, wait: Duration.Duration) => {
  const isNoticed = Duration.isGreaterThanOrEqualTo(wait, unnoticed)
  if (!isNoticed && error.reason._tag !== "TimedOut") return Effect.void
  const span = isNoticed ? ` in ${Duration.format(Duration.seconds(Math.round(Duration.toSeconds(wait))))}` : ""
  return Effect.logWarning(`${error.message}; asks again${span}`)
}

/** Asks as it is told, whatever a request says. */
const asking = ({ maxOutputTokens, reasoningEffort, temperature }: Asked) => {
  const told: Parameters = {
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(reasoningEffort !== undefined && { reasoningEffort })
  }
  return LlmClient.layerMiddleware(
    Effect.succeed((client: LlmClient.Service) => ({
      ...LlmClient.mapRequest(client, (request) => ({ ...request, parameters: { ...request.parameters, ...told } })),
      identify: (alias: string) => {
        const known = LlmClient.identityOf(client, alias)
        return Object.keys(told).length === 0 ? known : { ...known, settings: { ...known.settings, ...told } }
      }
    }))
  )
}

/** Lets requests wait until there are few enough on their way. */
const inTurn = ({ concurrency }: Options) =>
  concurrency === undefined
    ? LlmClient.layerMiddleware(Effect.succeed(identity))
    : Layer.unwrap(
        Effect.map(
          Effect.promise(() => import("@stepwright/llm/RateLimit")),
          ({ layer }) => layer({ concurrency })
        )
      )

/** The table of prices that is told, or the usual one, with what models of their own cost. */
export const pricesOf = Effect.fnUntraced(function* (options: Options) {
  const table = options.prices === undefined ? Prices.snapshot : yield* Prices.fromFile(options.prices)
  return { ...table, models: { ...table.models, ...(yield* models.prices(options)) } }
})

/** The caps, with what they count by: told apart from asking, so that a cap that cannot be counted is always refused. */
const budgetOf = Effect.fnUntraced(function* (options: Options, aliases: ReadonlyArray<string>) {
  const { maxCalls, maxTokens, maxUsd, perhaps = [], spent } = options
  const prices = yield* pricesOf(options)
  const isPriced = (name: string) => Prices.find(prices, name) !== undefined
  const renamed = maxUsd === undefined ? {} : yield* models.renamed(options, aliases)
  const budget: Budget.Options = {
    ...(maxCalls !== undefined && { maxCalls }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(maxUsd !== undefined && {
      maxUsd,
      models: Record.filter(
        renamed,
        (name, alias) => !perhaps.includes(alias) || (typeof name === "string" ? [name] : name).every(isPriced)
      )
    }),
    prices,
    ...(spent !== undefined && { spent })
  }
  yield* Budget.make(budget)
  return budget
})

/** Modules that not every command needs are loaded when they are needed. */
export const cassettes = Effect.promise(() => import("@stepwright/llm/Cassette"))

const cassette = <E, R>(
  make: (module: typeof import("@stepwright/llm/Cassette")) => Layer.Layer<LlmClient.LlmClient, E, R>
) => Layer.unwrap(Effect.map(cassettes, make))

const relayed = (directory: string) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("@stepwright/llm/Relay")),
      ({ layer }) => layer({ directory, interval: "250 millis" })
    )
  )
