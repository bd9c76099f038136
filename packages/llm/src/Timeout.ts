import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, TimedOut } from "@stepwright/core/LlmError"
import type { Middleware } from "./Middleware.ts"

export interface Options {
  /** From the call to the end of its reply: no limit unless given. */
  readonly total?: Duration.Input
  /** From a call to the first part of its stream and from each to the next, while its reader waits: no limit unless given. */
  readonly idle?: Duration.Input
}

/**
 * A middleware that gives up, and interrupts what is below it, when a reply takes too long. Inside of `Retry` it limits
 * each request, outside of it the whole call.
 *
 * **Fails with** TimedOut; worth one more request, `once`, when a stream stalls.
 */
export const make = (options: Options): Middleware => {
  const total = Duration.fromInputUnsafe(options.total ?? Duration.infinity)
  const idle = Duration.fromInputUnsafe(options.idle ?? Duration.infinity)
  const late = new TimedOut({ detail: "no whole reply came in time", after: total })
  const stalled = new TimedOut({ detail: "the stream stalls", after: idle, once: true })

  return (client) =>
    LlmClient.make(
      (request) => limited(client.generate(request), total, late),
      (request) =>
        Stream.transformPull(client.stream(request), (pull) =>
          Effect.map(Clock.currentTimeMillis, (began) =>
            Effect.flatMap(Clock.currentTimeMillis, (now) => {
              const left = Duration.millis(Math.max(0, began + Duration.toMillis(total) - now))
              return Duration.isLessThan(idle, left) ? limited(pull, idle, stalled) : limited(pull, left, late)
            })
          )
        )
    )
}

export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(Effect.sync(() => make(options)))

const limited = <A, E, R>(self: Effect.Effect<A, E, R>, duration: Duration.Duration, reason: TimedOut) =>
  Duration.isFinite(duration)
    ? Effect.timeoutOrElse(self, { duration, orElse: () => Effect.fail(new LlmError({ reason })) })
    : self
