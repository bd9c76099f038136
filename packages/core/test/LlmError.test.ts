import { Effect, Schema } from "effect"
import { LlmError } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

const detail = "…"
const unauthenticated = new LlmError.Unauthenticated({ detail })
const stalled = new LlmError.NetworkFailure({ detail, permanent: true })
const cut = new LlmError.NetworkFailure({ detail, once: true })

describe("LlmError", () => {
  describe("isLlmError", () => {
    it.effect("knows an error that went through JSON, which is retried, suspends and costs as before", () =>
      Effect.gen(function* () {
        const codec = Schema.toCodecJson(LlmError.LlmError)
        for (const reason of [
          unauthenticated,
          stalled,
          cut,
          new LlmError.NetworkFailure({ detail }),
          new LlmError.QuotaExhausted({ detail }),
          new LlmError.Misconfigured({ detail })
        ]) {
          const error = new LlmError.LlmError({ reason, usage: { input: 3 } })
          const json: unknown = JSON.parse(JSON.stringify(yield* Schema.encodeEffect(codec)(error)))
          const read = yield* Schema.decodeUnknownEffect(codec)(json)
          assert.isTrue(LlmError.isLlmError(read))
          const facts = ({ isRetryable, isSuspending, knownUsage, message, mostRequests }: LlmError.LlmError) =>
            [isRetryable, isSuspending, knownUsage, message, mostRequests] as const
          assert.deepStrictEqual(facts(read), facts(error))
        }
      })
    )

    it("knows one of another copy of the module by its tag, and no other value", () => {
      const foreign = Object.assign(new Error("busy"), { _tag: "LlmError", reason: { _tag: "RateLimited" } })
      assert.isTrue(LlmError.isLlmError(foreign))
      for (const other of [
        undefined,
        new Error("busy"),
        { _tag: "LlmError", reason: unauthenticated },
        unauthenticated
      ]) {
        assert.isFalse(LlmError.isLlmError(other))
      }
    })
  })

  describe("isLlmErrorReason", () => {
    it("knows a reason by its tag, and takes no plain object for one, which may be what a model answers", () => {
      const foreign = Object.assign(new Error("busy"), { _tag: "RateLimited", detail })
      assert.isTrue(LlmError.isLlmErrorReason(unauthenticated) && LlmError.isLlmErrorReason(foreign))
      assert.isFalse(LlmError.isLlmErrorReason({ _tag: "RateLimited", detail }))
      assert.isFalse(LlmError.isLlmErrorReason(new LlmError.LlmError({ reason: unauthenticated })))
    })
  })

  describe("isRetryable", () => {
    it("is true where asking again can help, unless the same would come", () => {
      const retryable = [stalled, new LlmError.NetworkFailure({ detail }), unauthenticated].map((reason) => [
        reason.isRetryable,
        new LlmError.LlmError({ reason }).isRetryable
      ])
      assert.deepStrictEqual(retryable, [
        [false, false],
        [true, true],
        [false, false]
      ])
    })
  })

  describe("unbilled", () => {
    it("has what is known to cost nothing", () => {
      assert.deepStrictEqual([...LlmError.unbilled].toSorted(), [
        "ContextLengthExceeded",
        "InvalidRequest",
        "Misconfigured",
        "ProviderUnavailable",
        "QuotaExhausted",
        "RateLimited",
        "Unauthenticated"
      ])
    })
  })
})
