import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Result, Stream } from "effect"
import * as LlmClient from "@stepwright/core/LlmClient"
import {
  BudgetExceeded,
  ContentRefused,
  ContextLengthExceeded,
  InvalidRequest,
  InvalidResponse,
  LlmError,
  NetworkFailure,
  ProviderUnavailable,
  QuotaExhausted,
  RateLimited,
  TimedOut,
  Unauthenticated,
  type LlmErrorReason
} from "@stepwright/core/LlmError"
import { Fallback, MockLlm, Telemetry } from "@stepwright/llm"
import { request } from "./support/request.ts"

const detail = "…"
const network = new NetworkFailure({ detail })

const failing = (reason: LlmErrorReason) => LlmClient.make(() => Effect.fail(new LlmError({ reason })))
const saying = (text: string) => LlmClient.make(() => Effect.succeed({ text, finishReason: "stop", usage: {} }))

/** A client whose stream gives these parts and then fails. */
const breaking = (parts: ReadonlyArray<LlmClient.StreamPart>) => {
  const error = new LlmError({ reason: network })
  return LlmClient.make(
    () => Effect.fail(error),
    () => Stream.concat(Stream.fromIterable(parts), Stream.fail(error))
  )
}

const generated = (client: LlmClient.Service) => Effect.map(client.generate(request("a")), ({ text }) => text)
const streamed = (client: LlmClient.Service) =>
  Stream.runFold(
    client.stream(request("a")),
    () => "",
    (text, part) => (part._tag === "Delta" ? text + part.text : text)
  )

describe("Fallback", () => {
  describe("make", () => {
    const rows: ReadonlyArray<[reason: LlmErrorReason, fallsBack: boolean]> = [
      [network, true],
      [new NetworkFailure({ detail, permanent: true }), true],
      [new TimedOut({ detail, after: Duration.seconds(1) }), true],
      [new ProviderUnavailable({ detail }), true],
      [new RateLimited({ detail }), true],
      [new ContentRefused({ detail }), false],
      [new InvalidRequest({ detail }), false],
      [new ContextLengthExceeded({ detail }), false],
      [new Unauthenticated({ detail }), false],
      [new QuotaExhausted({ detail }), false],
      [new InvalidResponse({ detail }), false],
      [new BudgetExceeded({ detail }), false]
    ]
    for (const [reason, fallsBack] of rows) {
      const permanent = "permanent" in reason && reason.permanent ? " that is permanent" : ""
      it.effect(`${fallsBack ? "asks the next client" : "fails"} on ${reason._tag}${permanent}`, () =>
        Effect.gen(function* () {
          const client = Fallback.make([saying("second")])(failing(reason))
          for (const ask of [generated, streamed]) {
            const result = yield* Effect.result(ask(client))
            expect(Result.getOrElse(result, (error) => error.reason)).toBe(fallsBack ? "second" : reason)
          }
        })
      )
    }

    it.effect("goes on to the last one, whose error it fails with", () =>
      Effect.gen(function* () {
        const last = new ProviderUnavailable({ detail: "down" })
        expect(yield* generated(Fallback.make([failing(network), saying("third")])(failing(network)))).toBe("third")
        const error = yield* Effect.flip(generated(Fallback.make([failing(network), failing(last)])(failing(network))))
        expect(error.reason).toBe(last)
      })
    )

    it.effect("stays with a stream that gave text, even when it was voided", () =>
      Effect.gen(function* () {
        for (const parts of [
          [{ _tag: "Delta", text: "fi" }],
          [{ _tag: "Delta", text: "fi" }, { _tag: "Discarded" }]
        ] as const) {
          const error = yield* Effect.flip(streamed(Fallback.make([saying("second")])(breaking(parts))))
          expect(error.reason).toBe(network)
        }
      })
    )
  })

  describe("layer", () => {
    it.effect("makes the other clients from layers", () =>
      Effect.gen(function* () {
        const client = yield* LlmClient.LlmClient
        expect(yield* generated(client)).toBe("second")
      }).pipe(
        Effect.provide(
          Layer.provide(
            Fallback.layer(
              MockLlm.layer([{ reply: "second" }]),
              LlmClient.layer(() => Effect.die("not asked"))
            ),
            MockLlm.layer([{ reply: network }])
          )
        )
      )
    )

    it.effect("asks the other client also where one and the same middleware is around both", () => {
      const observed = Telemetry.layer({ provider: "mock" })
      const first = Layer.provide(observed, MockLlm.layer([{ reply: network }]))
      const second = Layer.provide(observed, MockLlm.layer([{ reply: "second" }]))
      return Effect.gen(function* () {
        expect(yield* generated(yield* LlmClient.LlmClient)).toBe("second")
      }).pipe(Effect.provide(Layer.provide(Fallback.layer(second), first)))
    })
  })
})
