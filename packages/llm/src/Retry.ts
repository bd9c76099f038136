import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, ProviderUnavailable, RateLimited } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as limit from "./internal/around/checkLimit.ts"

/**
 * How often and how long to try. A response that is not what the protocol promises is asked for twice at most.
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
}

/**
 * A middleware that asks again where that can help: the one owner of retries. In a stream, `Discarded` tells that the
 * text so far is void; it comes before the failure too, when there is no other request.
 *
 * **Fails with** the last error; at once when a retry cannot succeed or the wait for it would take too long. Throws a
 * RangeError, when `maxRequests` is less than 1 or NaN.
 */
export const make = (options: Options = {}): ((client: LlmClient.Service) => LlmClient.Service) => {
  const maxRequests = limit.of("maxRequests", options.maxRequests, 3, 1)
  const baseDelay = Duration.toMillis(options.baseDelay ?? 500)
  const maxDelay = Duration.toMillis(options.maxDelay ?? 8000)
  const maxTotalTime = Duration.toMillis(options.maxTotalTime ?? "10 minutes")

  /** Waits until the request after `error`, the outcome of request number `count`, may be made. */
  const untilNext = Effect.fnUntraced(function* (error: LlmError, count: number, began: number) {
    const most = error.reason._tag === "InvalidResponse" ? Math.min(2, maxRequests) : maxRequests
    if (!error.isRetryable || count >= most) return yield* error
    const backoff = Math.min(maxDelay, baseDelay * 2 ** (count - 1)) * (0.5 + (yield* Random.next) / 2)
    const wait = demanded(error) + backoff
    const spent = (yield* Clock.currentTimeMillis) - began
    if (spent + wait > maxTotalTime) return yield* tooLong(error, wait, spent, maxTotalTime)
    yield* Effect.sleep(wait)
  })

  return (client) => {
    const generate = (request: LlmRequest, count: number, began: number): Effect.Effect<LlmReply, LlmError> =>
      Effect.catch(client.generate(request), (error) =>
        Effect.flatMap(untilNext(error, count, began), () => generate(request, count + 1, began))
      )

    const stream = (request: LlmRequest, count: number, began: number): Stream.Stream<LlmClient.StreamPart, LlmError> =>
      Stream.suspend(() => {
        let shown = false
        return client.stream(request).pipe(
          Stream.mapArray((parts) => {
            shown ||= parts.some((part) => part._tag === "Delta")
            return parts
          }),
          Stream.catch((error) => {
            const next = Stream.unwrap(Effect.as(untilNext(error, count, began), stream(request, count + 1, began)))
            return shown ? Stream.concat(Stream.succeed(discarded), next) : next
          })
        )
      })

    return LlmClient.make(
      (request) => Effect.flatMap(Clock.currentTimeMillis, (now) => generate(request, 1, now)),
      (request) => Stream.unwrap(Effect.map(Clock.currentTimeMillis, (now) => stream(request, 1, now)))
    )
  }
}

/** `make` around the client below. */
export const layer = (options?: Options): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(Effect.sync(() => make(options)))

const discarded: LlmClient.StreamPart = { _tag: "Discarded" }

const demanded = ({ reason }: LlmError): number =>
  "retryAfter" in reason && reason.retryAfter !== undefined ? Duration.toMillis(reason.retryAfter) : 0

const tooLong = (error: LlmError, wait: number, spent: number, total: number): LlmError => {
  const { reason } = error
  const left = Duration.format(Duration.millis(Math.max(0, Math.floor(total - spent))))
  const detail = `${reason.detail} (no retry: it needs a wait of ${Duration.format(Duration.millis(Math.ceil(wait)))}, and ${left} are left of the ${Duration.format(Duration.millis(total))} for a call)`
  if (reason._tag === "RateLimited") return new LlmError({ reason: new RateLimited({ ...reason, detail }) })
  if (reason._tag === "ProviderUnavailable") {
    return new LlmError({ reason: new ProviderUnavailable({ ...reason, detail }) })
  }
  return error
}
