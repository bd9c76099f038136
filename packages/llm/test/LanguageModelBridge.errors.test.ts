import { describe, expect, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Stream } from "effect"
import { AiError } from "effect/ai"
import { ask, streamed, failing, reasonOf } from "./support/languageModel.ts"

describe("LanguageModelBridge", () => {
  describe("errors", () => {
    const http = (status: number, body?: unknown, headers: Record<string, string> = {}) => ({
      response: { status, headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) })
    })
    const fault = (code: string, message = `the fault ${code}`) => ({ error: { message, code } })
    const at = DateTime.makeUnsafe("2030-01-01T00:00:00Z")
    const network = (reason: AiError.NetworkError["reason"]) =>
      new AiError.NetworkError({ reason, method: "POST", url: "http://localhost/v1", description: "reset" })

    const table: ReadonlyArray<readonly [AiError.AiErrorReason, reason: object, isRetryable: boolean, says?: RegExp]> =
      [
        [
          new AiError.RateLimitError({ retryAfter: Duration.seconds(7), http: http(429) }),
          { _tag: "RateLimited", retryAfter: Duration.seconds(7) },
          true,
          /Provider\.ask.*status 429/u
        ],
        [
          new AiError.RateLimitError({ http: http(429, "slow down", { "retry-after": "120" }) }),
          { _tag: "RateLimited", retryAfter: Duration.minutes(2) },
          true,
          /slow down/u
        ],
        [
          new AiError.RateLimitError({
            http: http(429, undefined, { "retry-after": "Thu, 01 Jan 1970 00:01:00 GMT" })
          }),
          { _tag: "RateLimited", retryAfter: Duration.minutes(1) },
          true
        ],
        [new AiError.RateLimitError({}), { _tag: "RateLimited" }, true, /^Provider\.ask: Rate limit exceeded$/u],
        [
          new AiError.RateLimitError({ http: http(429, fault("insufficient_quota")) }),
          { _tag: "QuotaExhausted" },
          false
        ],
        [new AiError.QuotaExhaustedError({ resetAt: at }), { _tag: "QuotaExhausted" }, false, /2030-01-01/u],
        [
          new AiError.AuthenticationError({ kind: "ExpiredKey", description: "of May" }),
          { _tag: "Unauthenticated" },
          false,
          /expired.*of May/u
        ],
        [new AiError.ContentPolicyError({ description: "violence" }), { _tag: "ContentRefused" }, false, /violence/u],
        [
          new AiError.InvalidRequestError({ parameter: "top_k", constraint: "is unknown", http: http(400) }),
          { _tag: "InvalidRequest" },
          false,
          /'top_k' is unknown.*status 400/u
        ],
        [
          new AiError.InvalidRequestError({
            http: http(
              400,
              fault("context_length_exceeded", "maximum context length is 8 tokens, your messages resulted in 9 tokens")
            )
          }),
          { _tag: "ContextLengthExceeded", limit: 8, requested: 9 },
          false
        ],
        [
          new AiError.InvalidRequestError({ description: "prompt is too long: 9 tokens > 8 maximum" }),
          { _tag: "ContextLengthExceeded" },
          false
        ],
        [
          new AiError.InternalProviderError({
            description: "busy",
            http: http(503, undefined, { "retry-after": "3" })
          }),
          { _tag: "ProviderUnavailable", retryAfter: Duration.seconds(3) },
          true,
          /busy.*status 503/u
        ],
        [network("TransportError"), { _tag: "NetworkFailure" }, true, /reset/u],
        [network("EncodeError"), { _tag: "InvalidRequest" }, false],
        [network("InvalidUrlError"), { _tag: "InvalidRequest" }, false],
        [
          new AiError.InvalidResponseError({ description: "no choices", http: http(200, "<html>") }),
          { _tag: "InvalidResponse" },
          false,
          /no choices.*<html>/u
        ],
        [
          new AiError.InvalidOutputError({ description: "odd", usage: { promptTokens: 3, completionTokens: 2 } }),
          { _tag: "InvalidResponse", usage: { input: 3, output: 2 } },
          true
        ],
        [
          new AiError.StructuredOutputError({ description: "odd", responseText: "{", usage: { promptTokens: -3 } }),
          { _tag: "InvalidResponse", usage: {} },
          true
        ],
        [
          new AiError.UnsupportedSchemaError({ description: "a root array" }),
          { _tag: "InvalidRequest" },
          false,
          /a root array.*"instructions"/u
        ],
        [new AiError.ToolNotFoundError({ toolName: "t", availableTools: [] }), { _tag: "InvalidResponse" }, false],
        [
          new AiError.ToolParameterValidationError({ toolName: "t", description: "odd" }),
          { _tag: "InvalidResponse" },
          false
        ],
        [new AiError.InvalidToolResultError({ toolName: "t", description: "odd" }), { _tag: "InvalidResponse" }, false],
        [
          new AiError.ToolResultEncodingError({ toolName: "t", toolResult: 1, description: "odd" }),
          { _tag: "InvalidRequest" },
          false
        ],
        [new AiError.ToolConfigurationError({ toolName: "t", description: "odd" }), { _tag: "InvalidRequest" }, false],
        [new AiError.ToolkitRequiredError({ pendingApprovals: ["t"] }), { _tag: "InvalidRequest" }, false],
        [new AiError.InvalidUserInputError({ description: "no images" }), { _tag: "InvalidRequest" }, false, /images/u],
        [new AiError.UnknownError({ http: http(402) }), { _tag: "QuotaExhausted" }, false],
        [new AiError.UnknownError({ http: http(404, fault("model_not_found")) }), { _tag: "InvalidRequest" }, false],
        [new AiError.UnknownError({ http: http(408) }), { _tag: "ProviderUnavailable" }, true],
        [new AiError.UnknownError({ http: http(409) }), { _tag: "ProviderUnavailable" }, true],
        [new AiError.UnknownError({ description: "hm" }), { _tag: "InvalidResponse" }, false, /hm/u]
      ]

    for (const [index, [reason, expected, isRetryable, says = /Provider\.ask: /u]] of table.entries()) {
      it.effect(`${index + 1}: gives ${reason._tag} its reason, whole and streamed`, () =>
        Effect.gen(function* () {
          const error = failing(reason)
          const whole = yield* reasonOf(ask({ before: Effect.fail(error) }))
          expect(whole).toMatchObject({ ...expected, isRetryable })
          expect(whole.detail).toMatch(says)
          const { result } = yield* streamed(Stream.fail(error))
          expect(result).toMatchObject({ failure: { reason: expected } })
        })
      )
    }

    it("has every reason of an AiError in the table", () => {
      const known = AiError.AiErrorReason.members.map(({ fields }) => fields._tag.schema.literal)
      expect(new Set(table.map(([{ _tag }]) => _tag))).toEqual(new Set(known))
    })
  })
})
