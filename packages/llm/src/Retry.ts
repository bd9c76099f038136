import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, ProviderUnavailable, RateLimited } from "@stepwright/core/LlmError"
import { catchStream } from "./internal/around/catchStream.ts"
import { checkLimit } from "./internal/around/checkLimit.ts"
import type { Middleware } from "./Middleware.ts"

/**
 * How often and how long to try. A response that is not what the protocol promises is asked for twice at most, as is a
 * stream that stalls or ends too early.
 *
 * The wait before request n + 1 is what the server demands, if it does, and half to all of `baseDelay` · 2ⁿ⁻¹.
 */
export interface Options {
  /** Requests in all, the first included: 3 unless given. */
  readonly maxRequests?: number
  /** Half a second unless given. */
  readonly baseDelay?: Duration.Input
  /** No wait of our own is longer: 8 seconds unless given. What the server demands is obeyed in full all the same. */
  readonly maxDelay?: Duration.Input
  /** From the first request on; a wait that would end later is not begun: 10 minutes unless given. */
  readonly maxTotalTime?: Duration.Input
  /** Told of each wait before it begins, with the error that it comes of. */
  readonly onWait?: (error: LlmError, wait: Duration.Duration) => Effect.Effect<void>
}

/**
 * A middleware that asks again where that can help: the one owner of retries. In a stream, `Discarded` tells that the
 * text so far is void; it comes before the failure too, when there is no other request.
 *
 * **Fails with** the last error; at once when a retry cannot succeed or the wait for it would take too long. Throws a
 * a thrown DefinitionError, when `maxRequests` is less than 1 or NaN.
 */
export const make = (options: Options = {}): Middleware => {
  const policy = policyOf(options)
  return (client) =>
    LlmClient.make(
      (request) => Effect.retry(client.generate(request), policy),
      (request) =>
        // `Stream.retry` would begin to count anew with each first part.
        Stream.unwrap(
          Effect.map(Schedule.toStepWithSleep(policy), (step) => {
            const attempt: ReturnType<LlmClient.Service["stream"]> = catchStream(
              Stream.suspend(() => client.stream(request)),
              (error, shown) => {
                const waited = Pull.catchDone(step(error), () => Effect.fail(error))
                const next = Stream.unwrap(Effect.as(waited, attempt))
                return shown ? Stream.concat(Stream.succeed(discarded), next) : next
              }
            )
            return attempt
          })
        )
    )
}

export const layer = (options?: Options): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(Effect.sync(() => make(options)))

const discarded: LlmClient.StreamPart = { _tag: "Discarded" }

/** How long to wait after each error of a call; it is over where a retry cannot help, and fails where none fits. */
const policyOf = (options: Options): Schedule.Schedule<number, LlmError, LlmError> => {
  const maxRequests = checkLimit("maxRequests", options.maxRequests, 3, 1)
  const baseDelay = Duration.toMillis(options.baseDelay ?? 500)
  const maxDelay = Duration.toMillis(options.maxDelay ?? 8000)
  const maxTotalTime = Duration.toMillis(options.maxTotalTime ?? "10 minutes")

  return Schedule.fromStep(
    Effect.map(Clock.currentTimeMillis, (began) => {
      let count = 0
      return Effect.fnUntraced(function* (now: number, error: LlmError) {
        count++
        if (!(count < Math.min(error.mostRequests, maxRequests))) return yield* Cause.done(count)
        const backoff = Math.min(maxDelay, baseDelay * 2 ** (count - 1)) * (0.5 + (yield* Random.next) / 2)
        const wait = demanded(error) + backoff
        const spent = now - began
        if (spent + wait > maxTotalTime) return yield* tooLong(error, wait, spent, maxTotalTime)
        const duration = Duration.millis(wait)
        if (options.onWait !== undefined) yield* options.onWait(error, duration)
        return [count, duration] as [number, Duration.Duration]
      })
    })
  )
}

const demanded = ({ reason }: LlmError): number =>
  "retryAfter" in reason && reason.retryAfter !== undefined ? Duration.toMillis(reason.retryAfter) : 0

const tooLong = (error: LlmError, wait: number, spent: number, total: number): LlmError => {
  const { reason } = error
  const inWords = (millis: number) => Duration.format(Duration.millis(millis))
  const detail =
    `${reason.detail} (no retry: it needs a wait of ${inWords(Math.ceil(wait))}, ` +
    `and ${inWords(Math.max(0, Math.floor(total - spent)))} are left of the ${inWords(total)} for a call)`
  if (reason._tag === "RateLimited") return new LlmError({ reason: new RateLimited({ ...reason, detail }) })
  if (reason._tag === "ProviderUnavailable") {
    return new LlmError({ reason: new ProviderUnavailable({ ...reason, detail }) })
  }
  return error
}
