import * as Stream from "effect/Stream"
import type { StreamPart } from "@stepwright/core/LlmClient"
import type { LlmError } from "@stepwright/core/LlmError"

type Parts = Stream.Stream<StreamPart, LlmError>

/** A stream of a reply that goes on, when it fails, with what `next` gives; `shown`: whether its reader has seen text. */
export const catchStream = (parts: Parts, next: (error: LlmError, shown: boolean) => Parts): Parts =>
  Stream.suspend(() => {
    let shown = false
    return parts.pipe(
      Stream.mapArray((parts) => {
        shown ||= parts.some((part) => part._tag === "Delta")
        return parts
      }),
      Stream.catch((error) => next(error, shown))
    )
  })
