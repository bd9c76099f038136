import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import type { Usage } from "@stepwright/core/Usage"

/** How a call ended: with a reply, with an error, or with neither when it was interrupted or its reader left. */
export interface Ended {
  readonly reply?: LlmReply
  readonly error?: LlmError
}

/** What is said of the usage of a call that has ended, also by its error. */
export const usageOf = ({ error, reply }: Ended): Usage => reply?.usage ?? error?.knownUsage ?? {}

/** One call on its way through a middleware. */
export interface Passage {
  /** Who is asked. */
  readonly client: LlmClient.Service
  /** What happens before; it may wait, fail and be interrupted. */
  readonly enter: Effect.Effect<void, LlmError>
  /** What happens after, exactly once, also when `enter` did not succeed; in a stream, before its end is seen. */
  readonly leave: (ended: Ended) => Effect.Effect<void>
}

/** The passage of a call that a middleware has nothing to do with. */
export const through = (client: LlmClient.Service): Passage => ({
  client,
  enter: Effect.void,
  leave: () => Effect.void
})

/** Lets an effect be interrupted. */
type Restore = <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>

/**
 * A client whose calls, whole or streamed, each have a passage. What `open` has done is sure to be followed by `leave`;
 * where it waits for others, it is to be restored.
 */
export const make = (open: (request: LlmRequest, restore: Restore) => Effect.Effect<Passage>): LlmClient.Service =>
  LlmClient.make(
    (request) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(open(request, restore), ({ client, enter, leave }) =>
          Effect.onExit(restore(Effect.andThen(enter, client.generate(request))), (exit) =>
            leave(Exit.isSuccess(exit) ? { reply: exit.value } : failed(exit))
          )
        )
      ),
    (request) =>
      Stream.unwrap(
        Effect.uninterruptibleMask(
          Effect.fnUntraced(function* (restore) {
            const { client, enter, leave } = yield* open(request, restore)
            let left = false
            const once = (ended: Ended) =>
              Effect.suspend(() => {
                if (left) return Effect.void
                left = true
                return leave(ended)
              }).pipe(Effect.uninterruptible)
            yield* Effect.addFinalizer((exit) => once(failed(exit)))
            yield* restore(enter)
            return client.stream(request).pipe(
              Stream.mapArrayEffect((parts) => {
                const last = parts.at(-1)
                return last?._tag === "Finished" ? Effect.as(once({ reply: last.reply }), parts) : Effect.succeed(parts)
              }),
              Stream.tapError((error) => once({ error }))
            )
          })
        )
      )
  )

const failed = (exit: Exit.Exit<unknown, unknown>): Ended => {
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  return error instanceof LlmError ? { error } : {}
}
