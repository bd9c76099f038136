import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import * as LlmClient from "@stepwright/core/LlmClient"
import * as LlmError from "@stepwright/core/LlmError"
import { Attempts, Budget, Fallback, MockLlm, Retry } from "@stepwright/llm"
import { request } from "./support/request.ts"

/** The module a second time, as when two versions of a dependency are installed. */
const path: string = "../../core/src/LlmError.ts?copy"
const copy = (await import(path)) as typeof LlmError

const codec = Schema.toCodecJson(LlmError.LlmError)
const throughJson = (error: LlmError.LlmError) =>
  Schema.decodeUnknownSync(codec)(JSON.parse(JSON.stringify(Schema.encodeSync(codec)(error))))

const origins: Readonly<Record<string, (module: typeof LlmError) => LlmError.LlmError>> = {
  "of this copy": ({ LlmError, RateLimited }) => new LlmError({ reason: new RateLimited({ detail: "busy" }) }),
  "of another copy of core": () => new copy.LlmError({ reason: new copy.RateLimited({ detail: "busy" }) }),
  "that went through JSON": ({ LlmError, RateLimited }) =>
    throughJson(new LlmError({ reason: new RateLimited({ detail: "busy" }) }))
}

describe("Middleware, with errors", () => {
  it("of two copies, which are not of one class", () => {
    expect(new copy.RateLimited({ detail: "" })).not.toBeInstanceOf(LlmError.RateLimited)
  })

  for (const [origin, make] of Object.entries(origins)) {
    const error = make(LlmError)
    const ask = Effect.flatMap(LlmClient.LlmClient, ({ generate }) => generate(request("ping")))
    const busy = MockLlm.layer(() => error)

    it.live(`${origin}: Retry asks again, MockLlm plays it`, () =>
      Effect.gen(function* () {
        expect((yield* Effect.flip(ask)).reason._tag).toBe("RateLimited")
        expect(yield* MockLlm.calls).toHaveLength(3)
      }).pipe(Effect.provide(Layer.provideMerge(Retry.layer({ baseDelay: "1 millis" }), busy)))
    )

    it.effect(`${origin}: MockLlm plays its reason too`, () =>
      Effect.gen(function* () {
        expect((yield* Effect.flip(ask)).reason._tag).toBe("RateLimited")
      }).pipe(Effect.provide(MockLlm.layer(() => error.reason)))
    )

    it.effect(`${origin}: Fallback asks the next`, () =>
      Effect.gen(function* () {
        expect((yield* ask).text).toBe("pong")
      }).pipe(Effect.provide(Layer.provide(Fallback.layer(MockLlm.layer(() => "pong")), busy)))
    )

    it.effect(`${origin}: Attempts reports it, and Budget counts nothing for it`, () => {
      const outcomes: Array<Outcome> = []
      const sink = {
        started: () => Effect.succeed((outcome: Outcome) => Effect.sync(() => void outcomes.push(outcome)))
      }
      const answers = [error, error, "pong"]
      const model = LlmClient.layerMiddleware(Effect.succeed(Attempts.make)).pipe(
        Layer.provide(MockLlm.layer([{ reply: answers }]))
      )
      const tokens = 40
      return Effect.gen(function* () {
        yield* Effect.flip(ask)
        yield* Effect.flip(ask)
        expect((yield* ask).text).toBe("pong")
        expect(outcomes.map(({ error }) => error?.reason._tag)).toEqual(["RateLimited", "RateLimited", undefined])
      }).pipe(
        Effect.provide(Layer.provide(Budget.layer({ maxTokens: tokens, assumedOutputTokens: 10 }), model)),
        Effect.provideService(AttemptSink, sink)
      )
    })
  }
})
