import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as LlmClient from "@stepwright/core/LlmClient"
import { InvalidRequest, LlmError, RateLimited } from "@stepwright/core/LlmError"
import { atMostInputTokens, atMostTokens } from "@stepwright/core/LlmRequest"
import { checkLimit } from "./internal/around/checkLimit.ts"
import * as estimate from "./internal/around/estimate.ts"
import * as SlidingMinute from "./internal/around/slidingMinute.ts"
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
  Effect.map(Semaphore.make(1), (turn) => {
    const requestsPerMinute = checkLimit("requestsPerMinute", options.requestsPerMinute, Infinity, 1)
    const tokensPerMinute = checkLimit("tokensPerMinute", options.tokensPerMinute, Infinity, 1)
    const concurrency = checkLimit("concurrency", options.concurrency, Infinity, 1)
    const estimatedOutputTokens = checkLimit("estimatedOutputTokens", options.estimatedOutputTokens, 4096, 1)
    const recent = SlidingMinute.make()
    let active = 0
    let changed = Deferred.makeUnsafe<void>()

    // The share of the limits that is in force, and since when.
    let share = 1
    let loweredAt = 0
    let pausedUntil = 0
    let lowerings = 0
    let busiest = concurrency

    const recover = (now: number) => {
      for (; share < 1 && now >= loweredAt + recovery; loweredAt += recovery) share *= 2
    }

    const lower = (now: number, admission: Admission, { retryAfter }: RateLimited) => {
      const demanded = retryAfter === undefined ? 0 : Math.min(longestDemand, Duration.toMillis(retryAfter))
      pausedUntil = Math.max(pausedUntil, now + demanded)
      // Requests that were in flight together tell of one overload.
      if (admission.lowerings < lowerings) return
      if (share === 1) busiest = Math.min(concurrency, active)
      share = Math.max(leastShare, share / 2)
      loweredAt = now
      lowerings++
    }

    /** When the next request may begin, as far as time alone decides. */
    const beginsAt = (now: number, tokens: number): number => {
      recover(now)
      if (now < pausedUntil) return pausedUntil
      const recovered = share < 1 ? loweredAt + recovery : Infinity
      const slots = share === 1 ? concurrency : Math.max(1, Math.floor(busiest * share))
      if (active >= slots) return recovered
      const requests = Math.max(1, Math.floor(requestsPerMinute * share))
      const fits = recent.fits(now, tokens, requests, tokensPerMinute * share)
      return fits <= now ? now : Math.min(fits, recovered)
    }

    const begin = (tokens: number, admitted: (admission: Admission) => void): Effect.Effect<void, LlmError> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (pausedUntil - now > longestPause) return paused(pausedUntil - now)
        const at = beginsAt(now, tokens)
        if (at <= now) {
          active++
          admitted({ entry: recent.add(now, tokens), lowerings })
          return Effect.void
        }
        const change = Deferred.await(changed)
        const wait = at === Infinity ? change : Effect.timeoutOption(change, at - now)
        return Effect.andThen(wait, begin(tokens, admitted))
      })

    return Middleware.make((request, client) =>
      Effect.sync(() => {
        const input = atMostInputTokens(request)
        const output = estimate.outputLimit(request, client) ?? estimatedOutputTokens
        let admission: Admission | undefined
        return {
          enter:
            input + output > tokensPerMinute
              ? tooLarge(input + output, tokensPerMinute)
              : turn.withPermit(begin(input + output, (admitted) => void (admission = admitted))),
          leave: (ended) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              if (admission === undefined) return
              recover(now)
              const { error, reply } = ended
              const said = Middleware.usageOf(ended)
              const answered = reply === undefined ? output : atMostTokens(reply.text)
              recent.settle(admission.entry, (said.input ?? input) + (said.output ?? answered))
              if (error?.reason._tag === "RateLimited") lower(now, admission, error.reason)
              active--
              const change = changed
              changed = Deferred.makeUnsafe()
              Deferred.doneUnsafe(change, Exit.void)
            })
        }
      })
    )
  })

export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(make(options))

interface Admission {
  readonly entry: SlidingMinute.Entry
  /** How often the limits were lowered before. */
  readonly lowerings: number
}

const recovery = 60_000
const longestPause = 600_000
// A day, as quotas of a day are the longest.
const longestDemand = 86_400_000
const leastShare = 1 / 64

const tooLarge = (tokens: number, limit: number) => {
  const detail = `the call may take ${tokens} tokens, and tokensPerMinute is ${limit}: give the step a smaller maxOutputTokens or a shorter input`
  return Effect.fail(new LlmError({ reason: new InvalidRequest({ detail }) }))
}

const paused = (left: number) => {
  const detail = "the provider demanded a wait when it was asked before"
  return Effect.fail(new LlmError({ reason: new RateLimited({ detail, retryAfter: Duration.millis(left) }) }))
}
