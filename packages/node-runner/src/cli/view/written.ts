import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import type { Service } from "@stepwright/core/LlmClient"
import { InvalidResponse, LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { type CliError, failed } from "../base/cliError.ts"

/**
 * The reply to a request, whose text is written as it comes. What is written cannot be taken back: when a reply breaks
 * off after that, there is no other, and the error says that it is not whole.
 */
export const written = Effect.fnUntraced(function* (
  client: Service,
  request: LlmRequest,
  write: (text: string) => void
): Effect.fn.Return<LlmReply, LlmError | CliError> {
  let text = ""
  let reply: LlmReply | undefined
  /** Why the last request failed, which a client that would ask again does not say. */
  let failure: LlmError | undefined
  const sink = {
    started: () => Effect.succeed(({ error }: Outcome) => Effect.sync(() => void (failure = error)))
  }
  const say = (piece: string) => {
    text += piece
    write(piece)
  }
  yield* Stream.runForEach(Stream.provideService(client.stream(request), AttemptSink, sink), (part) => {
    if (part._tag === "Discarded") return text === "" ? Effect.void : Effect.fail(brokenOff(failure))
    if (part._tag === "Delta") say(part.text)
    else reply = part.reply
    return Effect.void
  }).pipe(
    Effect.mapError((error) => (text === "" || error._tag === "CliError" ? error : brokenOff(error))),
    Effect.onError(() => Effect.sync(() => text !== "" && write("\n")))
  )
  if (reply === undefined) {
    return yield* new LlmError({ reason: new InvalidResponse({ detail: "the stream ended without the whole reply" }) })
  }
  // a reply may come at once, without its pieces
  if (reply.text.startsWith(text)) write(reply.text.slice(text.length))
  write("\n")
  return reply
})

const brokenOff = (error: LlmError | undefined) =>
  failed(`the reply broke off, what is printed is not all of it: ${error?.message ?? "ask again"}`, { cause: error })
