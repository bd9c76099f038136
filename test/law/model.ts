import { Effect, Schema } from "effect"
import { LlmClient, PromptTemplate, Step } from "@stepwright/core"
import type { Library, Texts } from "./oracle.ts"
import { answer, type Asked, mix, show } from "./program/words.ts"

/** A request that a model received, and from where. */
export interface Received {
  readonly path: string
  readonly turn: number
  readonly request: Asked
}

/** A model that keeps what it is asked. With `samples` its k-th answer to a request is its k-th, else equal requests are answered alike. */
export const make = (samples: boolean) => {
  const asked: Array<string> = []
  const received: Array<Received> = []
  const times = new Map<string, number>()
  const client = LlmClient.make(({ metadata: { path, turn }, ...request }) => {
    const text = show(request)
    asked.push(text)
    received.push({ path, turn, request })
    const time = (times.get(text) ?? 0) + 1
    times.set(text, time)
    const reply = { text: answer(request, samples ? ` #${time}` : ""), finishReason: "stop", usage: {} } as const
    // those who ask at the same time are answered in another order
    return Effect.as(Effect.repeat(Effect.yieldNow, { times: mix(text) % 4 }), reply)
  })
  return { asked, client, received }
}

const probe = async (output: Schema.Codec<unknown>): Promise<Texts> => {
  const step = Step.make("probe", {
    input: Schema.String,
    output,
    prompt: PromptTemplate.make("{{given}}"),
    variables: (given) => ({ given }),
    repair: 1
  })
  const requests: Array<Parameters<LlmClient.Service["generate"]>[0]> = []
  const client = LlmClient.make((request) => {
    requests.push(request)
    return Effect.succeed({ text: "I would rather not", finishReason: "stop", usage: {} })
  })
  await Effect.runPromiseExit(Effect.provideService(Step.run(step, "?"), LlmClient.LlmClient, client))
  const [first, second] = requests
  return {
    instructions: first!.messages.at(-1)!.content.replace("?\n\n", ""),
    schema: first!.format.type === "json" ? first!.format.schema : undefined,
    repair: second!.messages.at(-1)!.content
  }
}

/** The texts of the library that requests have in them, as a step by itself sends them. */
export const library = async (schemas: Readonly<Record<"one" | "two", Schema.Codec<unknown>>>): Promise<Library> => ({
  one: await probe(schemas.one),
  two: await probe(schemas.two)
})
