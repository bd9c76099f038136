import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"

/**
 * The innermost middleware: reports each request that reaches `client` to the `AttemptSink`, before it leaves and when
 * it ended; that of a stream before its last part is passed on. An interrupted one ends with neither usage nor error.
 */
export const make = (client: LlmClient.Service): LlmClient.Service =>
  LlmClient.make(
    (request) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const ended = yield* (yield* AttemptSink).started(request)
          return yield* Effect.onExit(restore(client.generate(request)), (exit) =>
            ended(Exit.isSuccess(exit) ? replied(exit.value) : outcome(exit))
          )
        })
      ),
    (request) =>
      Stream.unwrap(
        Effect.gen(function* () {
          const sink = yield* AttemptSink
          let reported = false
          const once = (ended: Ended, outcome: Outcome) =>
            Effect.suspend(() => {
              if (reported) return Effect.void
              reported = true
              return ended(outcome)
            }).pipe(Effect.uninterruptible)
          const ended = yield* Effect.acquireRelease(sink.started(request), (ended, exit) => once(ended, outcome(exit)))
          return Stream.mapArrayEffect(client.stream(request), (parts) => {
            const last = parts.at(-1)
            return last?._tag === "Finished"
              ? Effect.as(once(ended, replied(last.reply)), parts)
              : Effect.succeed(parts)
          })
        })
      )
  )

type Ended = (outcome: Outcome) => Effect.Effect<void>

const replied = ({ model, usage }: LlmReply): Outcome => (model === undefined ? { usage } : { model, usage })

const outcome = (exit: Exit.Exit<unknown, unknown>): Outcome => {
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (!(error instanceof LlmError)) return {}
  const usage = error.knownUsage
  return usage === undefined ? { error } : { usage, error }
}
