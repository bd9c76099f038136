import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import * as LlmClient from "@stepwright/core/LlmClient"
import { BudgetExceeded, InvalidRequest, LlmError, type LlmErrorReason, unbilled } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import type { Usage } from "@stepwright/core/Usage"
import * as estimate from "./internal/around/estimate.ts"
import * as limit from "./internal/around/checkLimit.ts"
import * as passage from "./internal/around/around.ts"
import * as Prices from "./Prices.ts"

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
   * configuration has `maxOutputTokens`: 8192.
   */
  readonly assumedOutputTokens?: number
  /** What earlier processes of the run spent: nothing unless given. */
  readonly spent?: Spent
}

/**
 * A middleware that refuses a call when it could go over a cap. Requests in flight count with their upper bound, so
 * that concurrent ones cannot overshoot together; when one ends, what it cost takes the place of the bound. In tokens
 * and USD each request counts, failed ones and retries too. Usage that the provider does not say is estimated from the texts,
 * generously, and never 0.
 *
 * **Fails with** BudgetExceeded, before the request: which cap, what was spent, and how to go on. Under a cap in USD,
 * UnknownPrice at once when one of `models` has no price, and InvalidRequest before a call of any other that has none.
 * A RangeError is a defect, when a number is negative or NaN.
 */
export const make: {
  (options: Options & { readonly maxUsd?: never }): Effect.Effect<Middleware>
  (options: Options): Effect.Effect<Middleware, Prices.UnknownPrice>
} = (options: Options) =>
  Effect.suspend(() => {
    const unknown = hasPrices(options) ? unpriced(options) : []
    return unknown.length === 0
      ? Effect.succeed(capped(options))
      : // Never without `maxUsd`, as the first signature says.
        (Effect.fail(new Prices.UnknownPrice({ models: unknown, date: table(options).date })) as Effect.Effect<never>)
  })

/** `make` around the client below. */
export const layer: {
  (options: Options & { readonly maxUsd?: never }): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient>
  (options: Options): Layer.Layer<LlmClient.LlmClient, Prices.UnknownPrice, LlmClient.LlmClient>
  // The failure of `make` is in the second signature only.
} = (options: Options) => LlmClient.layerMiddleware(make(options) as Effect.Effect<Middleware>)

type Middleware = (client: LlmClient.Service) => LlmClient.Service

/** What requests take of the caps. */
interface Amount {
  readonly tokens: number
  readonly usd: number
}

/** A request that was refused below the budget, where a retry began it: on its way up to where it can be an error. */
class Refused {
  readonly error: LlmError
  constructor(error: LlmError) {
    this.error = error
  }
}

const capped = (options: Options): Middleware => {
  const maxCalls = limit.of("maxCalls", options.maxCalls, Infinity)
  const maxTokens = limit.of("maxTokens", options.maxTokens, Infinity)
  const maxUsd = limit.of("maxUsd", options.maxUsd, Infinity)
  const assumedOutputTokens = limit.of("assumedOutputTokens", options.assumedOutputTokens, 8192, 1)
  const isLimited = maxTokens < Infinity || maxUsd < Infinity
  let calls = limit.of("spent.calls", options.spent?.calls, 0)
  let tokens = limit.of("spent.tokens", options.spent?.tokens, 0)
  let usd = limit.of("spent.usd", spentUsd(options), 0)
  const inFlight = { tokens: 0, usd: 0 }

  const spend = (cost: Amount) => {
    tokens += cost.tokens
    usd += cost.usd
  }

  const refusal = (bound: Amount): LlmError | undefined => {
    const refuse = (cap: Cap, needed: number, is: string, spent: string, flying: string, call: string) =>
      exceeded(
        cap,
        needed,
        `${cap} is ${is}, ${spent} spent${inFlight.tokens > 0 ? `, up to ${flying} on their way` : ""}, and this call may take ${call} (a smaller maxOutputTokens of the step makes it less)`
      )
    // What is no number fits in no cap.
    if (!(bound.tokens <= maxTokens - tokens - inFlight.tokens)) {
      const needed = tokens + inFlight.tokens + bound.tokens
      return refuse("maxTokens", needed, `${maxTokens}`, `${tokens} are`, `${inFlight.tokens} are`, `${bound.tokens}`)
    }
    if (!(bound.usd <= maxUsd - usd - inFlight.usd)) {
      const needed = usd + inFlight.usd + bound.usd
      const [is, spent, flying, call] = [maxUsd, usd, inFlight.usd, bound.usd].map(Prices.format)
      return refuse("maxUsd", needed, `${is}`, `${spent} is`, `${flying} is`, `${call}`)
    }
    return undefined
  }

  return (client) =>
    passage.make((asked) =>
      Effect.map(AttemptSink, (sink) => {
        const input = estimate.atMostInputTokens(asked)
        const output = estimate.outputLimit(asked, client) ?? assumedOutputTokens
        const request = isLimited ? { ...asked, parameters: { ...asked.parameters, maxOutputTokens: output } } : asked
        const price = priceOf(options, asked.model)
        const amount = (usage: Usage, output: number, model: string | undefined): Amount => {
          const known = { ...usage, input: usage.input ?? input, output: usage.output ?? output }
          const own = price === free || model === undefined ? undefined : Prices.find(table(options), model)
          return { tokens: known.input + known.output, usd: Prices.at(own ?? price ?? free, known) }
        }
        const bound = amount({}, output, undefined)

        let isHeld = false
        const hold = () => {
          isHeld = true
          inFlight.tokens += bound.tokens
          inFlight.usd += bound.usd
        }
        const release = () => {
          if (!isHeld) return
          isHeld = false
          inFlight.tokens -= bound.tokens
          inFlight.usd -= bound.usd
        }

        // What the request cost whose reply is on its way up, where its text is known.
        let replied: Amount = nothing
        const ended = ({ error, model, usage }: Outcome) => {
          const isFree = usage === undefined && error !== undefined && unbilled.has(error.reason._tag)
          const cost = isFree ? nothing : amount(whole(usage, error, output), output, model)
          spend(cost)
          replied = error === undefined && usage !== undefined ? cost : nothing
          release()
        }
        const started = (attempt: LlmRequest) =>
          Effect.suspend(() => {
            const refused = isHeld ? undefined : refusal(bound)
            if (refused !== undefined) return Effect.die(new Refused(refused))
            if (!isHeld) hold()
            return Effect.map(sink.started(attempt), (tell) => (outcome: Outcome) => {
              ended(outcome)
              return tell(outcome)
            })
          })

        return {
          client: reporting(client, request, { started }),
          enter: Effect.suspend(() => {
            if (price === undefined) return Effect.fail(unknownPrice(options, asked.model))
            if (calls >= maxCalls) {
              const detail = `maxCalls is ${maxCalls}, and ${calls} calls were made`
              return Effect.fail(exceeded("maxCalls", calls + 1, detail))
            }
            const refused = refusal(bound)
            if (refused !== undefined) return Effect.fail(refused)
            calls++
            hold()
            return Effect.void
          }),
          leave: ({ reply }) =>
            Effect.sync(() => {
              release()
              if (reply === undefined) return
              spend({ tokens: -replied.tokens, usd: -replied.usd })
              spend(costOf(reply, amount))
            })
        }
      })
    )
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

const nothing: Amount = { tokens: 0, usd: 0 }

const costOf = (
  { model, text, usage }: LlmReply,
  amount: (usage: Usage, output: number, model: string | undefined) => Amount
) => amount(usage, estimate.atMostTokens(text), model)

type Cap = NonNullable<BudgetExceeded["cap"]>

const exceeded = (cap: Cap, needed: number, detail: string) =>
  new LlmError({
    reason: new BudgetExceeded({
      detail: `${detail}; resume with a larger cap to go on`,
      cap,
      ...(Number.isFinite(needed) && { needed })
    })
  })

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

const free: Prices.Price = { input: 0, output: 0 }

const hasPrices = ({ maxUsd = Infinity }: Options) => maxUsd < Infinity

const table = ({ prices = Prices.snapshot }: Options) => prices

const namesOf = ({ models = {} }: Options, alias: string): ReadonlyArray<string> =>
  [(Object.hasOwn(models, alias) ? models[alias] : undefined) ?? alias].flat()

/** The dearest price that an alias can have; `undefined` where one is unknown. */
const priceOf = (options: Options, alias: string): Prices.Price | undefined => {
  if (!hasPrices(options)) return free
  const prices = namesOf(options, alias).map((name) => Prices.find(table(options), name))
  const known = prices.filter((price) => price !== undefined)
  if (known.length < prices.length) return undefined
  return known.length === 1 ? known[0] : dearest(known)
}

const dearest = (prices: ReadonlyArray<Prices.Price>): Prices.Price => ({
  input: Math.max(0, ...prices.map(({ input }) => input)),
  output: Math.max(0, ...prices.map(({ output }) => output))
})

const spentUsd = (options: Options): number => {
  const { spent } = options
  if (spent === undefined || !hasPrices(options)) return 0
  const { input, output } = dearest(Object.values(table(options).models))
  return spent.usd ?? (spent.tokens * Math.max(input, output)) / 1e6
}

const unpriced = (options: Options, aliases = Object.keys(options.models ?? {})): ReadonlyArray<string> =>
  aliases.flatMap((alias) => namesOf(options, alias)).filter((name) => Prices.find(table(options), name) === undefined)

const unknownPrice = (options: Options, alias: string) => {
  const { message } = new Prices.UnknownPrice({ models: unpriced(options, [alias]), date: table(options).date })
  return new LlmError({
    reason: new InvalidRequest({ detail: `${message}, or say in models what ${alias} stands for` })
  })
}
