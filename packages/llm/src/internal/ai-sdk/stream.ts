import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { StreamPart } from "@stepwright/core/LlmClient"
import type { LlmError } from "@stepwright/core/LlmError"
import type { Part, Warning } from "./model.ts"
import { collect, tooEarly } from "./reply.ts"

interface Told {
  readonly warn: (warnings: ReadonlyArray<Warning>) => Effect.Effect<void>
  /** The error that a part tells of. */
  readonly failedPart: (error: unknown) => LlmError
}

/** The parts of a reply. **Fails with** NetworkFailure where they end too early, and by the error that is among them. */
export const partsOf = (parts: Stream.Stream<Part, LlmError>, told: Told): Stream.Stream<StreamPart, LlmError> =>
  Stream.transformPull(parts, (pull) => Effect.sync(() => reader(pull, told)))

type Parts = Pull.Pull<Arr.NonEmptyReadonlyArray<StreamPart>, LlmError>

const reader = (pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Part>, LlmError>, { failedPart, warn }: Told): Parts => {
  const collector = collect()
  let begun = false
  let over = false

  const read = Effect.fnUntraced(function* (
    parts: ReadonlyArray<Part>
  ): Effect.fn.Return<Arr.NonEmptyReadonlyArray<StreamPart>, LlmError | Cause.Done> {
    const deltas: Array<StreamPart> = []
    for (const part of parts) {
      if (part.type === "error") return yield* failedPart(part.error)
      if (part.type === "stream-start") yield* warn(part.warnings)
      const text = collector.add(part)
      begun ||= text !== ""
      if (text !== "") deltas.push({ _tag: "Delta", text })
    }
    return Arr.isArrayNonEmpty(deltas) ? deltas : yield* next
  })

  /** A stream that ends, in whatever way, after the whole reply has lost nothing of it. */
  const ended = (failure: Effect.Effect<never, LlmError>) =>
    collector.isFinished()
      ? Effect.map(collector.reply, (reply) => {
          over = true
          return Arr.of<StreamPart>({ _tag: "Finished", reply })
        })
      : failure

  const next: Parts = Effect.suspend(() =>
    over
      ? Cause.done()
      : Pull.matchEffect(pull, {
          onSuccess: read,
          onFailure: (cause) => ended(Effect.failCause(cause)),
          onDone: () => ended(Effect.suspend(() => Effect.fail(tooEarly(begun))))
        })
  )
  return next
}
