import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import type { LlmClient } from "@stepwright/core/LlmClient"
import { Budget, MockLlm, RateLimit, Retry } from "@stepwright/llm"

const nothing = Number("")
const none = Number("none")

describe("checkLimit", () => {
  const wrong: Readonly<Record<string, () => Layer.Layer<LlmClient, never, LlmClient>>> = {
    "maxCalls: must be a number, 0 or more, and is NaN": () => Budget.layer({ maxCalls: none }),
    "maxTokens: must be a number, 0 or more, and is -1": () => Budget.layer({ maxTokens: -1 }),
    "requestsPerMinute: must be a number, 1 or more, and is NaN": () => RateLimit.layer({ requestsPerMinute: none }),
    "concurrency: must be a number, 1 or more, and is 0": () => RateLimit.layer({ concurrency: nothing }),
    "maxRequests: must be a number, 1 or more, and is NaN": () => Retry.layer({ maxRequests: none })
  }
  for (const [message, layer] of Object.entries(wrong)) {
    it.effect(`is refused where a middleware is made: ${message}`, () =>
      Effect.gen(function* () {
        const built = Effect.scoped(Layer.build(Layer.provide(layer(), MockLlm.layer([]))))
        const exit = yield* Effect.exit(built)
        expect(Exit.isFailure(exit) && String(Cause.squash(exit.cause))).toBe(`DefinitionError: ${message}`)
      })
    )
  }

  it.effect("is refused in USD too, and may be infinite", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Budget.make({ maxUsd: none, models: {} }))
      expect(Exit.isFailure(exit) && String(Cause.squash(exit.cause))).toContain("maxUsd: must be a number")
      yield* Budget.make({ maxTokens: Infinity })
    })
  )
})
