import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"

/** What is said of a file; none where it is not there, which is not what any other failure means. */
export const ifThere = <A, R>(
  asked: Effect.Effect<A, PlatformError, R>
): Effect.Effect<Option.Option<A>, PlatformError, R> =>
  Effect.catchIf(
    Effect.asSome(asked),
    ({ reason }) => reason._tag === "NotFound",
    () => Effect.succeedNone
  )
