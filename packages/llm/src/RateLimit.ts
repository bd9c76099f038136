import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as LlmClient from "@stepwright/core/LlmClient"
import { InvalidRequest, LlmError, RateLimited } from "@stepwright/core/LlmError"
import { atMostInputTokens, atMostTokens } from "@stepwright/core/LlmRequest"
import { checkLimit } from "./internal/around/checkLimit.ts"
import * as estimate from "./internal/around/estimate.ts"
import * as pace from "./internal/around/pace.ts"
import { type Granted, Limits, type Rates } from "./Limits.ts"
import * as Middleware from "./Middleware.ts"

/** What a provider allows; what is not given is not limited. */
export interface Options {
  readonly requestsPerMinute?: number
  /** **Units** input and output tokens together. */
  readonly tokensPerMinute?: number
  /** Requests at a time. */
  readonly concurrency?: number
  /**
   * How many output tokens are expected at most of a call where neither it nor the model's configuration has
   * `maxOutputTokens`: 4096 unless given.
   */
  readonly estimatedOutputTokens?: number
  /** Where `Limits` are provided, all limits of this name are one. */
  readonly name?: string
}

/**
 * A middleware that lets requests wait, first come first served, until they fit: in any minute no more begin, and with
 * no more tokens, than allowed. Tokens are estimated generously before a request and settled by its usage after.
 *
 * When the provider says RateLimited all the same, all wait as long as it demands, a day at most; each limit is halved,
 * and concurrency at most half of what was in flight, for those that come after, and doubled again with each minute that
 * this does not happen. Put it inside of `Retry`, so that it sees each request.
 *
 * **Fails with** InvalidRequest, when a call alone may take more than `tokensPerMinute`; RateLimited, without a request,
 * while the provider demands a wait of more than ten minutes. A DefinitionError is a defect, when a number is less than 1 or
 * NaN.
 */
export const make = (options: Options): Effect.Effect<Middleware.Middleware> =>
  Effect.gen(function* () {
    const rates: Rates = {
      requestsPerMinute: checkLimit("requestsPerMinute", options.requestsPerMinute, Infinity, 1),
      tokensPerMinute: checkLimit("tokensPerMinute", options.tokensPerMinute, Infinity, 1),
      concurrency: checkLimit("concurrency", options.concurrency, Infinity, 1)
    }
    const estimatedOutputTokens = checkLimit("estimatedOutputTokens", options.estimatedOutputTokens, 4096, 1)
    const turn = yield* Semaphore.make(1)
    const limits = yield* Limits
    const { name } = options
    const { reserve } =
      name === undefined || limits === undefined ? yield* pace.make(rates) : yield* limits.pace(name, rates)

    return Middleware.make((request, client) =>
      Effect.sync(() => {
        const input = atMostInputTokens(request)
        const output = estimate.outputLimit(request, client) ?? estimatedOutputTokens
        const atMost = { calls: 1, tokens: input + output, usd: 0 }
        let granted: Granted | undefined
        const begin: Effect.Effect<void, LlmError> = reserve(request, atMost).pipe(
          Effect.tap((answer) => Effect.sync(() => answer._tag === "Granted" && (granted = answer))),
          Effect.uninterruptible,
          Effect.flatMap((answer) => {
            if (answer._tag === "Granted") return Effect.void
            return answer.demanded > longestPause ? paused(answer.demanded) : Effect.andThen(answer.wait, begin)
          })
        )
        return {
          enter:
            input + output > rates.tokensPerMinute
              ? tooLarge(input + output, rates.tokensPerMinute)
              : turn.withPermit(begin),
          leave: (ended) =>
            Effect.suspend(() => {
              if (granted === undefined) return Effect.void
              const { error, reply } = ended
              const said = Middleware.usageOf(ended)
              const answered = reply === undefined ? output : atMostTokens(reply.text)
              const tokens = (said.input ?? input) + (said.output ?? answered)
              const isUnclear = said.input === undefined || said.output === undefined
              return granted.settle({ tokens, usd: 0, isUnclear, error })
            })
        }
      })
    )
  })

export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(make(options))

const longestPause = 600_000

const tooLarge = (tokens: number, limit: number) => {
  const detail = `the call may take ${tokens} tokens, and tokensPerMinute is ${limit}: give the step a smaller maxOutputTokens or a shorter input`
  return Effect.fail(new LlmError({ reason: new InvalidRequest({ detail }) }))
}

const paused = (left: number) => {
  const detail = "the provider demanded a wait when it was asked before"
  return Effect.fail(new LlmError({ reason: new RateLimited({ detail, retryAfter: Duration.millis(left) }) }))
}
