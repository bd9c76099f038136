import { describe } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { LlmClient, LlmError } from "@stepwright/core"
import { Fixtures, LlmClientConformance } from "@stepwright/core/testing"
import { conforms, refuses } from "../../../../test/support/conformance.ts"

type Service = LlmClient.Service

const reasons = {
  RateLimited: new LlmError.RateLimited({ detail: "429" }),
  Unauthenticated: new LlmError.Unauthenticated({ detail: "401" }),
  InvalidRequest: new LlmError.InvalidRequest({ detail: "400" }),
  ProviderUnavailable: new LlmError.ProviderUnavailable({ detail: "503" })
}

/** A client that has its provider in the same process. */
const clientOf = (provider: LlmClientConformance.Provider): Service =>
  LlmClient.make(({ messages }) =>
    Effect.suspend(() => {
      const answer = provider(messages)
      if (answer._tag === "Silence") return Effect.never
      if (answer._tag === "Text") return Effect.succeed(Fixtures.reply(answer.text, answer))
      const reason = reasons[answer.reason as keyof typeof reasons]
      return Effect.fail(new LlmError.LlmError({ reason }))
    })
  )

/** The suite of such a client with something else in place of what it does. */
const changed = (change: (client: Service) => Partial<Service>) =>
  LlmClientConformance.suite({
    client: (provider) => {
      const client = clientOf(provider)
      return Effect.succeed(Layer.succeed(LlmClient.LlmClient, { ...client, ...change(client) }))
    }
  })

/** One whose `generate` is another, and whose stream follows it. */
const generating = (change: (generate: Service["generate"]) => Service["generate"]) =>
  changed(({ generate }) => LlmClient.make(change(generate)))

describe("LlmClientConformance", () => {
  describe("takes one whose provider is a function", () => {
    conforms(changed(() => ({})))
  })

  refuses({
    "sends the last message only": [
      generating((generate) => (request) => generate({ ...request, messages: request.messages.slice(-1) })),
      /sends each message once, in order/
    ],
    "trims replies": [
      generating(
        (generate) => (request) => Effect.map(generate(request), (reply) => ({ ...reply, text: reply.text.trim() }))
      ),
      /any text as it is/
    ],
    "mixes replies that come at once": [
      changed(({ generate }) => {
        let last = Fixtures.reply("")
        return {
          generate: (request) =>
            generate(request).pipe(
              Effect.tap((reply) => Effect.sync(() => void (last = reply))),
              Effect.andThen(Effect.yieldNow),
              Effect.map(() => last)
            )
        }
      }),
      /each of many requests at once its own reply/
    ],
    "answers an equal request from memory": [
      changed(({ generate }) => {
        const known = new Map<string, ReturnType<Service["generate"]>>()
        return {
          generate: (request) => {
            const key = JSON.stringify(request.messages)
            return Effect.tap(known.get(key) ?? generate(request), (reply) =>
              Effect.sync(() => void known.set(key, Effect.succeed(reply)))
            )
          }
        }
      }),
      /each of two equal requests/
    ],
    "takes a cut reply for whole": [
      generating(
        (generate) => (request) =>
          Effect.map(generate(request), (reply) => ({ ...reply, finishReason: "stop" as const }))
      ),
      /says that a reply was cut off/
    ],
    "counts what it does not know as 0": [
      generating(
        (generate) => (request) =>
          Effect.map(generate(request), (reply) => ({ ...reply, usage: { input: 0, output: 0, ...reply.usage } }))
      ),
      /leaves the usage unknown/
    ],
    "drops the last piece of a stream": [
      changed(({ stream }) => ({
        stream: (request) =>
          Stream.map(stream(request), (part) =>
            part._tag === "Delta" ? { ...part, text: part.text.slice(0, -1) } : part
          )
      })),
      /streams the text in pieces/
    ],
    "gives the whole reply twice": [
      changed(({ stream }) => ({
        stream: (request) =>
          Stream.flatMap(stream(request), (part) => Stream.make(...(part._tag === "Finished" ? [part, part] : [part])))
      })),
      /streams the text in pieces/
    ],
    "swallows a failure": [
      generating((generate) => (request) => Effect.orElseSucceed(generate(request), () => Fixtures.reply(""))),
      /fails with Unauthenticated/
    ],
    "retries by itself": [
      generating((generate) => (request) => Effect.retry(generate(request), { times: 2 })),
      /fails with RateLimited, at once/
    ],
    "says the same of every fault": [
      generating(
        (generate) => (request) =>
          Effect.mapError(generate(request), () => new LlmError.LlmError({ reason: reasons.InvalidRequest }))
      ),
      /fails with ProviderUnavailable/
    ],
    "asks one after the other, and waits for what was interrupted": [
      changed(({ generate }) => {
        let isBusy = false
        return {
          generate: (request) =>
            Effect.suspend(() => {
              if (isBusy) return Effect.die(new Error("the connection is in use"))
              isBusy = request.messages[0]?.content === "wait"
              return generate(request)
            })
        }
      }),
      /can be interrupted while it waits/
    ]
  })
})
