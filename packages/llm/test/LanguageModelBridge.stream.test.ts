import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { AiError } from "effect/ai"
import type { LlmErrorReason } from "@stepwright/core/LlmError"
import { LanguageModelBridge } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { provide, saying, finish, usage, deltas, streamed, failing, formatOf, Title } from "./support/languageModel.ts"

describe("LanguageModelBridge", () => {
  describe("stream", () => {
    it.effect("gives text as it comes, then the whole reply", () =>
      Effect.gen(function* () {
        const { seen } = yield* streamed(Stream.fromIterable([...deltas("po", "", "ng"), finish()]))
        expect(seen).toEqual([
          { _tag: "Delta", text: "po" },
          { _tag: "Delta", text: "ng" },
          {
            _tag: "Finished",
            reply: { text: "pong", finishReason: "stop", model: "model-2025", id: "resp-1", usage }
          }
        ])
      })
    )

    it.effect("does not wait for the end to give text", () =>
      Effect.gen(function* () {
        const parts = Stream.concat(Stream.fromIterable(deltas("po")), Stream.never)
        const client = LanguageModelBridge.fromLanguageModel(provide({ streamed: parts }).model)
        const first = yield* Stream.runCollect(Stream.take(client.stream(request("ping")), 1))
        expect(first).toEqual([{ _tag: "Delta", text: "po" }])
      })
    )

    it.effect("fails when it ends before the model said why it stopped", () =>
      Effect.gen(function* () {
        for (const parts of [[], deltas("po")]) {
          const { result } = yield* streamed(Stream.fromIterable(parts))
          expect(result).toMatchObject({ failure: { reason: { _tag: "NetworkFailure", once: true } } })
        }
      })
    )

    it.effect("fails on a refusal, with the usage that it cost", () =>
      Effect.gen(function* () {
        const refusal = { type: "text-end", id: "1", metadata: { openai: { refusal: "Never." } } } as const
        const { result } = yield* streamed(Stream.fromIterable([{ type: "text-start", id: "1" }, refusal, finish()]))
        expect(result).toMatchObject({ failure: { reason: { _tag: "ContentRefused", usage } } })
      })
    )

    it.effect("fails as the provider does, but not once the reply is whole", () =>
      Effect.gen(function* () {
        const broken = Stream.fail(failing(new AiError.InternalProviderError({ description: "overloaded" })))
        const half = yield* streamed(Stream.concat(Stream.fromIterable(deltas("po")), broken))
        expect(half.seen).toEqual([{ _tag: "Delta", text: "po" }])
        expect(half.result).toMatchObject({ failure: { reason: { _tag: "ProviderUnavailable" } } })
        const whole = yield* streamed(Stream.concat(Stream.fromIterable([...deltas("pong"), finish()]), broken))
        expect(whole.seen.at(-1)).toMatchObject({ _tag: "Finished", reply: { text: "pong" } })
        expect(whole.result._tag).toBe("Success")
      })
    )

    const faults: ReadonlyArray<[error: unknown, reason: Partial<LlmErrorReason>]> = [
      [failing(new AiError.RateLimitError({})), { _tag: "RateLimited" }],
      [new AiError.QuotaExhaustedError({}), { _tag: "QuotaExhausted" }],
      [
        { type: "error", code: "rate_limit_exceeded", message: "slow" },
        { _tag: "RateLimited", detail: "slow" }
      ],
      [{ error: { type: "overloaded_error", message: "busy" } }, { _tag: "ProviderUnavailable", detail: "busy" }],
      [
        { type: "authentication_error", message: "no key" },
        { _tag: "Unauthenticated", detail: "no key" }
      ],
      [new Error("boom"), { _tag: "ProviderUnavailable", detail: "boom" }],
      ["boom", { _tag: "ProviderUnavailable", detail: "boom" }],
      [{ odd: 1n }, { _tag: "ProviderUnavailable", detail: '{"odd":1n}' }]
    ]
    for (const [index, [error, reason]] of faults.entries()) {
      it.effect(`fails by the error among its parts: ${reason._tag}, ${index + 1}`, () =>
        Effect.gen(function* () {
          const { result } = yield* streamed(Stream.fromIterable([...deltas("po"), { type: "error", error }, finish()]))
          expect(result).toMatchObject({ failure: { reason } })
        })
      )
    }

    it.effect("gives an object at once", () =>
      Effect.gen(function* () {
        const { model } = provide({ parts: [saying('{"title":"A"}'), finish()] })
        const asked = request("ping", "Hi", { format: formatOf(Title) })
        const parts = yield* Stream.runCollect(LanguageModelBridge.fromLanguageModel(model).stream(asked))
        const text = '{"title":"A"}'
        expect(parts).toEqual([
          { _tag: "Delta", text },
          { _tag: "Finished", reply: { text, finishReason: "stop", usage } }
        ])
      })
    )
  })
})
