import { LlmClient, type LlmError, type Step } from "@stepwright/core"
import { Effect } from "effect"

type Ask<A> = Effect.Effect<A, Step.StepOutputError | LlmError.LlmError, LlmClient.LlmClient>

/** What a step asks a model that gives one reply again and again, and what is said against that reply. */
export const asking = <A>(ask: Ask<A>, reply: string) => {
  let prompt = ""
  return ask.pipe(
    Effect.match({ onSuccess: () => "accepted", onFailure: ({ message }) => message }),
    Effect.map((said) => ({ prompt, said })),
    Effect.provide(
      LlmClient.layer(({ messages }) => {
        prompt ||= messages[0]!.content
        return Effect.succeed({ text: reply, finishReason: "stop", usage: {} })
      })
    )
  )
}
