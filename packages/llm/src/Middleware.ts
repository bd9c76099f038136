import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import { isLlmError, type LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import type { Usage } from "@stepwright/core/Usage"

/** What goes around a client. `LlmClient.layerMiddleware` makes a layer of one. */
export type Middleware = (client: LlmClient.Service) => LlmClient.Service

/** How a call ended: with a reply, with an error, or with neither when it was interrupted or its reader left. */
export interface Ended {
  readonly reply?: LlmReply
  readonly error?: LlmError
}

/** What a middleware does with one call; what is left out changes nothing. */
export interface Call {
  /** Who is asked: the client below unless given. */
  readonly client?: LlmClient.Service
  /** Runs before the client is asked; it may wait, fail and be interrupted. */
  readonly enter?: Effect.Effect<void, LlmError>
  /** Runs after, exactly once, also when `enter` did not succeed; in a stream, before the reader sees its end. */
  readonly leave?: (ended: Ended) => Effect.Effect<void>
}

/**
 * A middleware for whole and streamed calls alike. `open` runs at the start of each call and cannot be interrupted; what
 * it did, `leave` is sure to undo.
 *
 * ```ts
 * const timed = Middleware.make((request) =>
 *   Effect.map(Clock.currentTimeMillis, (began) => ({
 *     leave: () => Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.log(`${request.model}: ${now - began} ms`))
 *   }))
 * )
 * ```
 */
export const make =
  (open: (request: LlmRequest, client: LlmClient.Service) => Effect.Effect<Call>): Middleware =>
  (below) =>
    LlmClient.make(
      (request) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(open(request, below), ({ client = below, enter, leave }) => {
            const asked = client.generate(request)
            const called = restore(enter === undefined ? asked : Effect.andThen(enter, asked))
            if (leave === undefined) return called
            return Effect.onExit(called, (exit) => leave(Exit.isSuccess(exit) ? { reply: exit.value } : failed(exit)))
          })
        ),
      (request) =>
        Stream.unwrap(
          Effect.uninterruptibleMask(
            Effect.fnUntraced(function* (restore) {
              const { client = below, enter, leave } = yield* open(request, below)
              if (leave === undefined) {
                if (enter !== undefined) yield* restore(enter)
                return client.stream(request)
              }
              let left = false
              const once = (ended: Ended) =>
                Effect.suspend(() => {
                  if (left) return Effect.void
                  left = true
                  return leave(ended)
                }).pipe(Effect.uninterruptible)
              yield* Effect.addFinalizer((exit) => once(failed(exit)))
              if (enter !== undefined) yield* restore(enter)
              return client.stream(request).pipe(
                Stream.mapArrayEffect((parts) => {
                  const last = parts.at(-1)
                  return last?._tag === "Finished"
                    ? Effect.as(once({ reply: last.reply }), parts)
                    : Effect.succeed(parts)
                }),
                Stream.tapError((error) => once({ error }))
              )
            })
          )
        )
    )

/** What is said of the usage of a call that has ended, also by its error. */
export const usageOf = ({ error, reply }: Ended): Usage => reply?.usage ?? error?.knownUsage ?? {}

const failed = (exit: Exit.Exit<unknown, unknown>): Ended => {
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  return isLlmError(error) ? { error } : {}
}
