import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { LlmClient, type Service } from "../LlmClient.ts"
import type { LlmError, LlmErrorReason } from "../LlmError.ts"
import { type FinishReason, LlmReply } from "../LlmReply.ts"
import type { Message } from "../LlmRequest.ts"
import type { Usage } from "../Usage.ts"
import * as Fixtures from "./Fixtures.ts"
import { holds, Otherwise, refused, same, testCase } from "./internal/check.ts"
import type { TestCase } from "./TestCase.ts"

/** What a provider answers. `Silence`: nothing comes, and the connection stays. */
export type Answer =
  | {
      readonly _tag: "Text"
      readonly text: string
      readonly finishReason: Extract<FinishReason, "stop" | "length">
      /** Input and output, or nothing where the provider does not say. */
      readonly usage: Pick<Usage, "input" | "output">
    }
  | { readonly _tag: "Fault"; readonly reason: Fault }
  | { readonly _tag: "Silence" }

/** A reason of an `LlmError`. */
export type Fault = LlmErrorReason["_tag"]

/** A provider as the client meets it: call it once for each request that arrives, with the messages as they arrived. */
export type Provider = (messages: ReadonlyArray<Message>) => Answer

export interface Options {
  /** A client of a provider that answers so: a server on loopback in front of the function, say. */
  readonly client: (provider: Provider) => Effect.Effect<Layer.Layer<LlmClient, unknown>, unknown, Scope.Scope>
  /** What of a fault your provider can have; by default what every API with HTTP statuses has. */
  readonly faults?: ReadonlyArray<Fault>
}

const usual: ReadonlyArray<Fault> = ["RateLimited", "Unauthenticated", "InvalidRequest", "ProviderUnavailable"]

/**
 * What every `LlmClient` of a provider does, as tests: neither retries nor caches, which are middlewares' business.
 *
 * ```ts
 * // a client that has its provider in the same process
 * const client = (provider: LlmClientConformance.Provider) => Effect.succeed(layerOf(provider))
 * for (const { name, run } of LlmClientConformance.suite({ client })) test(name, () => Effect.runPromise(run))
 * ```
 */
export const suite = ({ client, faults = usual }: Options): ReadonlyArray<TestCase> => {
  const asked = (
    name: string,
    provider: Provider,
    use: (client: Service, heard: Heard) => Effect.Effect<void, unknown>
  ) =>
    testCase(
      name,
      Effect.gen(function* () {
        const heard: Array<ReadonlyArray<Message>> = []
        const layer = yield* client((messages) => {
          heard.push(messages)
          return provider(messages)
        })
        yield* Effect.provide(
          Effect.flatMap(LlmClient, (client) => use(client, heard)),
          layer
        )
      })
    )

  return [
    asked("gives the text of the reply, how it ended and what it cost", always(said("pong")), ({ generate }) =>
      Effect.gen(function* () {
        const reply = yield* generate(ping)
        yield* same("the text", reply.text, "pong")
        yield* same("the finish reason", reply.finishReason, "stop")
        yield* same("the usage", [reply.usage.input, reply.usage.output], [11, 7])
        yield* holds(Schema.is(LlmReply)(reply), "a reply that fits its Schema", reply)
      })
    ),
    asked("sends each message once, in order, with its role", always(said("pong")), ({ generate }, heard) =>
      Effect.gen(function* () {
        yield* generate(Fixtures.request("", { messages: talk }))
        yield* same("what arrived", heard, [talk])
      })
    ),
    asked("takes and gives any text as it is", echo, ({ generate, stream }) =>
      Effect.forEach(
        texts,
        (text) =>
          Effect.gen(function* () {
            const request = Fixtures.request(text)
            yield* same("the text", (yield* generate(request)).text, text)
            yield* same("the streamed text", (yield* whole(stream(request))).reply.text, text)
          }),
        { discard: true }
      )
    ),
    asked("gives each of many requests at once its own reply", echo, ({ generate }) =>
      Effect.gen(function* () {
        const prompts = Array.from({ length: 20 }, (_, i) => `prompt ${i}`)
        const ask = (prompt: string) => generate(Fixtures.request(prompt))
        const replies = yield* Effect.forEach(prompts, ask, { concurrency: "unbounded" })
        yield* same(
          "the texts",
          replies.map(({ text }) => text),
          prompts
        )
      })
    ),
    asked("asks for each of two equal requests", counting(), ({ generate }, heard) =>
      Effect.gen(function* () {
        const texts = [(yield* generate(ping)).text, (yield* generate(ping)).text]
        yield* same("the texts", texts, ["1", "2"])
        yield* same("how many requests arrived", heard.length, 2)
      })
    ),
    asked("says that a reply was cut off", always(said("po", "length")), ({ generate, stream }) =>
      Effect.gen(function* () {
        yield* same("the finish reason", (yield* generate(ping)).finishReason, "length")
        yield* same("the finish reason of a stream", (yield* whole(stream(ping))).reply.finishReason, "length")
      })
    ),
    asked(
      "leaves the usage unknown where the provider does not say",
      always(said("pong", "stop", {})),
      ({ generate }) =>
        Effect.gen(function* () {
          const { usage } = yield* generate(ping)
          yield* same("the usage", [usage.input, usage.output], [undefined, undefined])
        })
    ),
    asked("streams the text in pieces, then the whole reply, once", always(said("pong, at length")), ({ stream }) =>
      Effect.gen(function* () {
        const { parts, reply, text } = yield* whole(stream(ping))
        const finished = parts.filter(({ _tag }) => _tag === "Finished").length
        yield* same("how often it finished", finished, 1)
        yield* same("the pieces together", text, "pong, at length")
        yield* same("the usage", [reply.usage.input, reply.usage.output], [11, 7])
      })
    ),
    ...faults.map((reason) =>
      asked(`fails with ${reason}, at once, where that is so`, always({ _tag: "Fault", reason }), (client, heard) =>
        Effect.gen(function* () {
          const isRight = (error: LlmError) => error._tag === "LlmError" && error.reason._tag === reason
          yield* refused(`an LlmError, ${reason}`, client.generate(ping), isRight)
          yield* refused(`an LlmError, ${reason}`, Stream.runCollect(client.stream(ping)), isRight)
          yield* same("how many requests arrived for two calls", heard.length, 2)
        })
      )
    ),
    testCase(
      "can be interrupted while it waits, and asked again",
      Effect.gen(function* () {
        const arrived = yield* Deferred.make<void>()
        const layer = yield* client(([message]) => {
          if (message?.content !== "wait") return said("pong")
          Deferred.doneUnsafe(arrived, Effect.void)
          return { _tag: "Silence" }
        })
        yield* Effect.gen(function* () {
          const { generate } = yield* LlmClient
          const fiber = yield* Effect.forkChild(generate(Fixtures.request("wait")))
          // one that ends has not waited
          yield* Effect.raceFirst(Deferred.await(arrived), Effect.andThen(Fiber.join(fiber), Effect.never))
          yield* Fiber.interrupt(fiber)
          yield* same("the text", (yield* generate(ping)).text, "pong")
        }).pipe(Effect.provide(layer))
      })
    )
  ]
}

type Heard = ReadonlyArray<ReadonlyArray<Message>>

const said = (
  text: string,
  finishReason: "stop" | "length" = "stop",
  usage: Usage = { input: 11, output: 7 }
): Answer => ({
  _tag: "Text",
  text,
  finishReason,
  usage
})

const always =
  (answer: Answer): Provider =>
  () =>
    answer

const echo: Provider = (messages) => said(messages.at(-1)?.content ?? "")

const counting = (): Provider => {
  let count = 0
  return () => said(`${++count}`)
}

const ping = Fixtures.request("ping")

const talk: ReadonlyArray<Message> = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "one" },
  { role: "assistant", content: "1" },
  { role: "user", content: "two" }
]

const texts = [
  "ping",
  " one\n\ntwo\r\n\tthree ",
  "\u00e9e\u0301 \u{1f600} \u2028 \ufeff",
  '"\\" {"a": [1]} </s> <|end|> data: [DONE]',
  "a long one\n".repeat(5_000)
]

/** The parts of a stream, its text without what was discarded, and the reply that it ended with. */
const whole = Effect.fnUntraced(function* (stream: ReturnType<Service["stream"]>) {
  const parts = yield* Stream.runCollect(stream)
  const last = parts.at(-1)
  if (last?._tag !== "Finished") {
    return yield* new Otherwise({ expected: "a stream whose last part is the reply", found: last?._tag ?? "nothing" })
  }
  const kept = parts.slice(parts.findLastIndex(({ _tag }) => _tag === "Discarded") + 1)
  const text = kept.map((part) => (part._tag === "Delta" ? part.text : "")).join("")
  return { parts, reply: last.reply, text }
})
