import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import * as LlmClient from "@stepwright/core/LlmClient"
import { BudgetExceeded, InvalidRequest, LlmError, type LlmErrorReason, unbilled } from "@stepwright/core/LlmError"
import { atMostInputTokens, atMostTokens, type LlmRequest } from "@stepwright/core/LlmRequest"
import type { ServiceTier, Usage } from "@stepwright/core/Usage"
import { checkLimit } from "./internal/around/checkLimit.ts"
import * as estimate from "./internal/around/estimate.ts"
import * as Ledger from "./internal/around/ledger.ts"
import * as cacheWrites from "./internal/prices/cacheWrites.ts"
import { type Amount, type Caps, type Cost, type Granted, Limits, type Refusal } from "./Limits.ts"
import * as Middleware from "./Middleware.ts"
import * as Prices from "./Prices.ts"

/** With how many output tokens at most a call is sent under a cap in tokens or USD where nothing says. */
export const assumedOutputTokens = 8192

/** What was spent. **Units** `calls`: calls answered or failed, whatever retries they took; `tokens`: input + output. */
export interface Spent {
  readonly calls: number
  readonly tokens: number
  /** The dearest price of the table for each token unless given. */
  readonly usd?: number
}

export interface Options {
  readonly maxCalls?: number
  readonly maxTokens?: number
  /** A cap in money, which needs the price of every model that is asked. */
  readonly maxUsd?: number
  /** What `maxUsd` counts with: `Prices.snapshot` unless given. */
  readonly prices?: Prices.Prices
  /**
   * The provider's name of the model that an alias stands for, or all names where a fallback or a proxy may choose: the
   * dearest counts. An alias that is not here is the provider's name itself.
   */
  readonly models?: Readonly<Record<string, string | ReadonlyArray<string>>>
  /**
   * With how many output tokens at most a call is sent under a cap in tokens or USD where neither it nor the model's
   * configuration has `maxOutputTokens`: `assumedOutputTokens` unless given.
   */
  readonly assumedOutputTokens?: number
  /** What earlier processes of the run spent: nothing unless given. Where `Limits` keep the counts, they know. */
  readonly spent?: Spent
  /** Where `Limits` are provided, all budgets of this name are one. */
  readonly name?: string
}

/**
 * A middleware that refuses a call when it could go over a cap. Requests in flight count with their upper bound, so
 * that concurrent ones cannot overshoot together; when one ends, what it cost takes the place of the bound. In tokens
 * and USD each request counts, failed ones and retries too. Usage that the provider does not say is estimated from the
 * texts, generously, and never 0. The bound takes the whole input for written to a cache, where that is dearer, and the
 * dearest tier of service that a reply came in so far. A model that answers under a name without a price is counted as
 * the one that was asked, which is said once, as a warning.
 *
 * **Fails with** BudgetExceeded, before the request: which cap, what was spent, and how to go on. Under a cap in USD,
 * UnknownPrice at once when one of `models` has no price, and InvalidRequest before a call of any other that has none,
 * and before any call after a reply in a tier of service that has none. A DefinitionError is a defect, when a number is
 * negative or NaN.
 */
export function make(options: Options & { readonly maxUsd?: never }): Effect.Effect<Middleware.Middleware>
export function make(options: Options): Effect.Effect<Middleware.Middleware, Prices.UnknownPrice>
export function make(options: Options): Effect.Effect<Middleware.Middleware, Prices.UnknownPrice> {
  return Effect.suspend(() => {
    const unknown = hasPrices(options) ? unpriced(options) : []
    return unknown.length === 0
      ? capped(options)
      : Effect.fail(new Prices.UnknownPrice({ models: unknown, date: table(options).date }))
  })
}

export function layer(
  options: Options & { readonly maxUsd?: never }
): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient>
export function layer(options: Options): Layer.Layer<LlmClient.LlmClient, Prices.UnknownPrice, LlmClient.LlmClient>
export function layer(options: Options): Layer.Layer<LlmClient.LlmClient, Prices.UnknownPrice, LlmClient.LlmClient> {
  return LlmClient.layerMiddleware(make(options))
}

const capped = Effect.fnUntraced(function* (options: Options) {
  const caps: Caps = {
    maxCalls: checkLimit("maxCalls", options.maxCalls, Infinity),
    maxTokens: checkLimit("maxTokens", options.maxTokens, Infinity),
    maxUsd: checkLimit("maxUsd", options.maxUsd, Infinity)
  }
  const assumed = checkLimit("assumedOutputTokens", options.assumedOutputTokens, assumedOutputTokens, 1)
  const isLimited = caps.maxTokens < Infinity || caps.maxUsd < Infinity
  const spent = {
    calls: checkLimit("spent.calls", options.spent?.calls, 0),
    tokens: checkLimit("spent.tokens", options.spent?.tokens, 0),
    usd: checkLimit("spent.usd", spentUsd(options), 0)
  }
  const limits = yield* Limits
  const { name } = options
  const counts =
    name === undefined || limits === undefined
      ? Ledger.counts(Ledger.make(caps, spent))
      : yield* limits.spending(name, caps)

  /** The tiers of service that replies came in, and by name those that have no price. */
  const tiers = new Set<ServiceTier>()
  const unknown = new Set<string>()
  /** The names of models that answered, have no price, and were told of. */
  const told = new Set<string>()
  const refused = (refusal: Refusal) =>
    refusal.cap === "maxUsd" && unknown.size > 0 ? unknownTier(options, [...unknown]) : exceeded(refusal)
  const tellOf = (asked: LlmRequest, model: string | undefined) =>
    Effect.suspend(() => {
      if (model === undefined || !hasPrices(options) || told.has(model)) return Effect.void
      if (Prices.find(table(options), model) !== undefined) return Effect.void
      told.add(model)
      return Effect.logWarning(countedOtherwise(namesOf(options, asked.model), model))
    })
  return Middleware.make((asked, client) =>
    Effect.map(AttemptSink, (sink) => {
      const output = estimate.outputLimit(asked, client) ?? assumed
      const request = isLimited ? { ...asked, parameters: { ...asked.parameters, maxOutputTokens: output } } : asked
      const price = priceOf(options, asked.model)
      const costOf = costing(options, price, atMostInputTokens(asked))
      const bound = boundOf(costOf, output, tiers)
      const cost = (usage: Usage, output: number, model?: string): Amount => {
        const spent = costOf(usage, output, model)
        const { serviceTier } = usage
        if (serviceTier !== undefined) tiers.add(serviceTier)
        if (Number.isNaN(spent.usd))
          unknown.add(`${pricedAs(options, asked, model)} in the service tier ${serviceTier}`)
        return spent
      }
      /** Whether there is one price only by which a reply of this model may be billed. */
      const isPriced = (model: string | undefined) =>
        !hasPrices(options) ||
        (model === undefined
          ? namesOf(options, asked.model).length === 1
          : Prices.find(table(options), model) !== undefined)
      /** What keeps the bound free of the request that is next or on its way. */
      let granted: Granted | undefined
      /** What the last request came to whose reply is on its way up: all of it, or until the reply says more. */
      let replied: Cost | undefined

      const reserve = (calls: number, { tokens, usd }: Amount = bound) =>
        Effect.suspend(() => counts.reserve(asked, { calls, tokens, usd: unknown.size > 0 ? Number.NaN : usd })).pipe(
          Effect.flatMap((answer) => {
            if (answer._tag === "Refused") return Effect.fail(refused(answer.refusal))
            granted = answer
            return Effect.void
          }),
          Effect.uninterruptible
        )
      const settle = (spent: Cost) =>
        Effect.suspend(() => {
          const settled = granted
          granted = undefined
          return settled === undefined ? Effect.void : settled.settle(spent)
        })

      const ended = ({ error, model, usage }: Outcome) => {
        if (usage === undefined && error !== undefined && unbilled.has(error.reason._tag)) return settle(nothing)
        const said = whole(usage, error, output)
        const spent = { ...cost(said, output, model), isUnclear: said !== usage || !isWhole(said) || !isPriced(model) }
        if (error === undefined) replied = spent
        return error === undefined && spent.isUnclear ? Effect.void : settle(spent)
      }
      const started = (attempt: LlmRequest) =>
        Effect.gen(function* () {
          if (replied !== undefined) yield* settle(replied)
          replied = undefined
          if (granted === undefined) yield* reserve(0)
          const tell = yield* sink.started(attempt)
          return (outcome: Outcome) =>
            Effect.suspend(() => ended(outcome)).pipe(
              Effect.andThen(tell(outcome)),
              Effect.andThen(tellOf(asked, outcome.model))
            )
        }).pipe(Effect.catch((error) => Effect.die(new Refused(error))))

      return {
        client: reporting(client, request, { started }),
        enter: Effect.suspend(() =>
          price === undefined ? Effect.fail(unknownPrice(options, asked.model)) : reserve(1)
        ),
        // The whole reply says more than the attempt did: where the provider counts nothing, its text is counted.
        leave: ({ reply }) =>
          Effect.gen(function* () {
            if (reply === undefined) return yield* settle(replied ?? nothing)
            const spent = cost(reply.usage, atMostTokens(reply.text), reply.model)
            // after a request that failed, another client may have answered without one
            if (granted === undefined && replied === undefined) yield* Effect.ignore(reserve(0, spent))
            yield* settle({ ...spent, isUnclear: !isWhole(reply.usage) || !isPriced(reply.model) })
            yield* tellOf(asked, reply.model)
          })
      }
    })
  )
})

type Costing = (usage: Usage, output: number, model?: string) => Amount

/**
 * What a usage costs under the caps, where `input`, all of it written to a cache if that is dearer, and `output` stand
 * for what it does not say. In a tier of service without a price, that is no number.
 */
const costing =
  (options: Options, price: Prices.Price | undefined, input: number): Costing =>
  (usage, output, model) => {
    const known = { ...usage, input: usage.input ?? input, output: usage.output ?? output }
    const tokens = known.input + known.output
    if (price === free) return { tokens, usd: 0 }
    const own = (model === undefined ? undefined : Prices.find(table(options), model)) ?? price ?? free
    const usd = Prices.costAt(own, known) ?? Number.NaN
    const written = usage.input === undefined ? (Prices.costAt(own, { ...known, cacheWrite: input }) ?? usd) : usd
    return { tokens, usd: Math.max(usd, written) }
  }

/** What a request may cost at most: that of the dearest of the tiers, where its price is known. */
const boundOf = (cost: Costing, output: number, tiers: Iterable<ServiceTier>): Amount =>
  Array.from(tiers, (serviceTier) => cost({ serviceTier }, output)).reduce(
    (most, bound) => (bound.usd > most.usd ? bound : most),
    cost({}, output)
  )

/** A request that was refused below the budget, where a retry began it: on its way up to where it can be an error. */
class Refused {
  readonly error: LlmError
  constructor(error: LlmError) {
    this.error = error
  }
}

/** The client, asked for `request` whatever it is given, and telling the sink of each request that it makes. */
const reporting = (client: LlmClient.Service, request: LlmRequest, sink: typeof AttemptSink.Service) =>
  LlmClient.make(
    () =>
      Effect.provideService(client.generate(request), AttemptSink, sink).pipe(
        Effect.catchDefect((defect) => (defect instanceof Refused ? Effect.fail(defect.error) : Effect.die(defect)))
      ),
    () =>
      Stream.provideService(client.stream(request), AttemptSink, sink).pipe(
        Stream.catchDefect((defect) => (defect instanceof Refused ? Stream.fail(defect.error) : Stream.die(defect)))
      )
  )

const exceeded = (refusal: Refusal) => {
  const { asked, cap, inFlight, spent } = refusal
  const needed = spent + inFlight + asked
  const detail = `${inWords(refusal)}; resume with a larger cap to go on`
  return new LlmError({ reason: new BudgetExceeded({ detail, cap, ...(Number.isFinite(needed) && { needed }) }) })
}

const inWords = ({ asked, cap, inFlight, limit, spent, unclear = 0 }: Refusal): string => {
  if (cap === "maxCalls") return `maxCalls is ${limit}, and ${spent} ${spent === 1 ? "call was" : "calls were"} made`
  const [show, are] = cap === "maxUsd" ? [Prices.format, "is"] : [String, "are"]
  const perhaps = unclear > 0 ? ` (of which ${show(unclear)} perhaps, as nobody said)` : ""
  const flying = inFlight > 0 ? `, up to ${show(inFlight)} ${are} on their way` : ""
  return (
    `${cap} is ${show(limit)}, ${show(spent)} ${are} spent${perhaps}${flying}, and this call may take ${show(asked)} ` +
    "(a smaller maxOutputTokens of the step makes it less)"
  )
}

// After these, what the provider said of the output by then need not be all.
const broken: ReadonlySet<string> = new Set<LlmErrorReason["_tag"]>([
  "NetworkFailure",
  "TimedOut",
  "ProviderUnavailable"
])

/** What is said of a request's usage, with the bound of the output where it broke off. */
const whole = (usage: Usage = {}, error: LlmError | undefined, output: number): Usage =>
  error !== undefined && broken.has(error.reason._tag)
    ? { ...usage, output: Math.max(usage.output ?? 0, output) }
    : usage

/** Whether a usage says all that is billed. */
const isWhole = ({ input, output }: Usage) => input !== undefined && output !== undefined

const nothing: Cost = { ...Ledger.nothing, isUnclear: false }

const free: Prices.Price = { input: 0, output: 0 }

const hasPrices = ({ maxUsd = Infinity }: Options) => maxUsd < Infinity

const table = ({ prices = Prices.snapshot }: Options) => prices

const namesOf = ({ models = {} }: Options, alias: string): ReadonlyArray<string> =>
  [(Object.hasOwn(models, alias) ? models[alias] : undefined) ?? alias].flat()

/** Where in the table the price of a reply is: under its own model, or under those that may have answered. */
const pricedAs = (options: Options, { model: alias }: LlmRequest, model = alias) =>
  Prices.find(table(options), model) === undefined ? namesOf(options, alias).join(", ") : model

/** The dearest price that an alias can have; `undefined` where one is unknown. */
const priceOf = (options: Options, alias: string): Prices.Price | undefined => {
  if (!hasPrices(options)) return free
  const prices = namesOf(options, alias).map((name) => Prices.find(table(options), name))
  const known = prices.filter((price) => price !== undefined)
  if (known.length < prices.length) return undefined
  return known.length === 1 ? known[0] : dearest(known)
}

const dearest = (prices: ReadonlyArray<Prices.Price>): Prices.Price => {
  const most = (of: (price: Prices.Price) => number) => Math.max(0, ...prices.map(of))
  const long = prices.flatMap(({ longPrompts }) => longPrompts ?? [])
  return {
    input: most(({ input }) => input),
    cacheWrite: most(cacheWrites.write),
    cacheWriteHour: most(cacheWrites.writeHour),
    output: most(({ output }) => output),
    ...(long.length > 0 && {
      longPrompts: {
        above: Math.min(...long.map(({ above }) => above)),
        input: Math.max(...long.map(({ input }) => input)),
        output: Math.max(...long.map(({ output }) => output))
      }
    })
  }
}

const spentUsd = (options: Options): number => {
  const { spent } = options
  if (spent === undefined || !hasPrices(options)) return 0
  const models = Object.values(table(options).models)
  const { cacheWriteHour = 0, longPrompts: long = { input: 1, output: 1 }, output } = dearest(models)
  const factor = Math.max(1, ...models.flatMap(({ tiers = {} }) => Object.values(tiers)))
  return spent.usd ?? (spent.tokens * factor * Math.max(cacheWriteHour * long.input, output * long.output)) / 1e6
}

const unpriced = (options: Options, aliases = Object.keys(options.models ?? {})): ReadonlyArray<string> =>
  aliases.flatMap((alias) => namesOf(options, alias)).filter((name) => Prices.find(table(options), name) === undefined)

const unknownPrice = (options: Options, alias: string) => {
  const { message } = new Prices.UnknownPrice({ models: unpriced(options, [alias]), date: table(options).date })
  return invalid(`${message}, or say in models what ${alias} stands for`)
}

const countedOtherwise = (names: ReadonlyArray<string>, model: string) => {
  const asked = names.length === 1 ? names.join("") : `the dearest of ${names.join(", ")}`
  return `${model} has no price, and answers: it is counted as ${asked}; add it to the table of prices, on the command line with --prices`
}

/** After a reply of unknown cost, nobody can say what is left. */
const unknownTier = (options: Options, models: ReadonlyArray<string>) =>
  invalid(new Prices.UnknownPrice({ models, date: table(options).date }).message)

const invalid = (detail: string) => new LlmError({ reason: new InvalidRequest({ detail }) })
