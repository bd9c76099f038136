import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StreamPart } from "@stepwright/core/LlmClient"
import { InvalidResponse, LlmError } from "@stepwright/core/LlmError"
import type { OwnPart, Warning } from "./model.ts"
import { endOf, headOf } from "./provided.ts"

const id = "text"

/** The parts of a reply as the AI SDK has them; an error is the last of them. */
export const partsOf = (parts: Stream.Stream<StreamPart, LlmError>, warnings: Array<Warning>): Stream.Stream<OwnPart> =>
  Stream.suspend(() => {
    let isOpen = false
    const read = (part: StreamPart): Effect.Effect<ReadonlyArray<OwnPart>, LlmError> => {
      switch (part._tag) {
        case "Delta": {
          const delta: OwnPart = { type: "text-delta", id, delta: part.text }
          if (isOpen) return Effect.succeed([delta])
          isOpen = true
          return Effect.succeed([{ type: "text-start", id }, delta])
        }
        case "Discarded":
          // nobody here can take back what was shown
          return isOpen ? Effect.fail(anew) : Effect.succeed([])
        case "Finished":
          return Effect.succeed([
            ...(isOpen ? [{ type: "text-end" as const, id }] : []),
            { type: "response-metadata", ...headOf(part.reply) },
            { type: "finish", ...endOf(part.reply) }
          ])
      }
    }
    const start: OwnPart = { type: "stream-start", warnings }
    return Stream.concat(
      Stream.succeed(start),
      Stream.flatMap(parts, (part) => Stream.fromIterableEffect(read(part)))
    ).pipe(Stream.catchCause((cause) => Stream.succeed<OwnPart>({ type: "error", error: Cause.squash(cause) })))
  })

const anew = new LlmError({
  reason: new InvalidResponse({
    detail: "the reply broke off and would begin anew, after text that was shown: ask again, or ask without a stream",
    permanent: true
  })
})
