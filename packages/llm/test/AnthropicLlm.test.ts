import { assert, describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Logger, Redacted, Schema } from "effect"
import { AttemptSink } from "@stepwright/core/AttemptSink"
import { LlmClient } from "@stepwright/core/LlmClient"
import type { LlmRequest, ResponseFormat } from "@stepwright/core/LlmRequest"
import { AnthropicLlm } from "@stepwright/llm"
import { error, message, wires } from "./support/anthropicWire.ts"
import { conformsOver } from "./support/conformance.ts"
import { providerContract } from "./support/providerContract.ts"
import { request } from "./support/request.ts"
import { send, serve, type Behaviour } from "./support/server.ts"

const key = "sk-ant-sentinel-0123456789"

const client = (url: string, options: Partial<AnthropicLlm.Options> = {}) =>
  AnthropicLlm.layer({ apiKey: Redacted.make(key), baseUrl: new URL(url).origin, model: "model-1", ...options })

const ask = (request: LlmRequest) => Effect.flatMap(LlmClient, (client) => client.generate(request))

/** One request to a server that behaves so. */
const askOnce = (behave: Behaviour, asked = request("ping"), options?: Partial<AnthropicLlm.Options>) =>
  Effect.gen(function* () {
    const { url, received } = yield* serve(behave)
    const reply = yield* Effect.provide(ask(asked), client(url, options))
    return { reply, received }
  })

/** The body of one request. */
const sent = (asked: LlmRequest, options?: Partial<AnthropicLlm.Options>) =>
  Effect.map(askOnce(send(200, message()), asked, options), ({ received }) => received[0]?.body)

describe("AnthropicLlm", () => {
  describe("as every client", () => {
    const [whole, streamed] = wires
    conformsOver([whole!, streamed!])
  })

  describe("layer", () => {
    it.live("asks the Messages API with the key, the configured model and nothing that was left open", () =>
      Effect.gen(function* () {
        const { reply, received } = yield* askOnce(send(200, message()))
        expect(received[0]?.url).toBe("/v1/messages")
        expect(received[0]?.headers).toMatchObject({
          authorization: `Bearer ${key}`,
          "anthropic-version": expect.stringMatching(/^2026/u)
        })
        expect(received[0]?.body).toEqual({
          model: "model-1",
          max_tokens: 16_000,
          messages: [{ role: "user", content: "Please do ping." }]
        })
        expect(reply).toEqual({
          text: "pong",
          finishReason: "stop",
          model: "model-2025",
          id: "msg_1",
          usage: { input: 11, cachedInput: 4, cacheWrite: 2, output: 7, reasoning: 2 }
        })
      }).pipe(Effect.scoped)
    )

    it.live("sends system messages apart, and parameters under the API's names", () =>
      Effect.gen(function* () {
        const messages = [
          { role: "system", content: "Be brief." },
          { role: "user", content: "Hi" },
          { role: "assistant", content: "Ho" },
          { role: "system", content: "Be kind." },
          { role: "user", content: "Hu" }
        ] as const
        const parameters = { maxOutputTokens: 90, stop: ["END"], reasoningEffort: "xhigh" } as const
        expect(yield* sent(request("ping", "", { model: "model-x", messages, parameters }))).toEqual({
          model: "model-x",
          max_tokens: 90,
          system: "Be brief.\n\nBe kind.",
          messages: [messages[1], messages[2], messages[4]],
          stop_sequences: ["END"],
          output_config: { effort: "xhigh" }
        })
      }).pipe(Effect.scoped)
    )

    it.live("asks for the least effort, or for no reasoning at all", () =>
      Effect.gen(function* () {
        const minimal = yield* sent(request("ping", "", { parameters: { reasoningEffort: "minimal" } }))
        expect(minimal).toMatchObject({ output_config: { effort: "low" } })
        const none = yield* sent(request("ping", "", { parameters: { reasoningEffort: "none" } }))
        expect(none).toMatchObject({ thinking: { type: "disabled" } })
        expect(none).not.toHaveProperty("output_config")
      }).pipe(Effect.scoped)
    )

    it.live("takes another output limit for requests that have none", () =>
      Effect.gen(function* () {
        const options = { maxOutputTokens: 500 }
        expect(yield* sent(request("ping"), options)).toMatchObject({ max_tokens: 500 })
        const own = request("ping", "", { parameters: { maxOutputTokens: 90 } })
        expect(yield* sent(own, options)).toMatchObject({ max_tokens: 90 })
      }).pipe(Effect.scoped)
    )

    it.live("warns once of each parameter that it leaves out", () =>
      Effect.gen(function* () {
        const lines: Array<unknown> = []
        const logger = Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && lines.push(message)))
        const { url, received } = yield* serve(send(200, message()))
        const asked = request("ping", "", { parameters: { temperature: 0, seed: 1 } })
        yield* ask(asked).pipe(Effect.andThen(ask(asked)), Effect.provide([client(url), Logger.layer([logger])]))
        expect(lines.flat()).toEqual([
          "model-1 over Anthropic's API takes no temperature: it is left out",
          "model-1 over Anthropic's API takes no seed: it is left out"
        ])
        for (const { body } of received) expect(Object.keys(body)).toEqual(["model", "max_tokens", "messages"])
      }).pipe(Effect.scoped)
    )

    const stops: ReadonlyArray<[stop: string | null, finishReason: string]> = [
      ["end_turn", "stop"],
      ["stop_sequence", "stop"],
      ["max_tokens", "length"],
      ["model_context_window_exceeded", "length"],
      ["MAX_TOKENS", "length"],
      ["stop", "stop"],
      ["something_new", "other"],
      [null, "other"]
    ]
    for (const [stop_reason, finishReason] of stops) {
      it.live(`says ${finishReason} when the API says ${stop_reason}`, () =>
        Effect.gen(function* () {
          const { reply } = yield* askOnce(send(200, message({}, { stop_reason })))
          expect(reply).toMatchObject({ text: "pong", finishReason })
        }).pipe(Effect.scoped)
      )
    }

    it.live("takes no part of a turn for the whole of it", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(askOnce(send(200, message({}, { stop_reason: "pause_turn" }))))
        expect(reason).toMatchObject({ _tag: "InvalidResponse", permanent: true, usage: { input: 11, output: 7 } })
      }).pipe(Effect.scoped)
    )

    it.live("joins the texts of a reply, and leaves out what the model thought", () =>
      Effect.gen(function* () {
        const content = [
          { type: "redacted_thinking", data: "c2VjcmV0" },
          { type: "text", text: "po" },
          { type: "something_new", text: "?" },
          { type: "text", text: "ng", citations: null }
        ]
        const { reply } = yield* askOnce(send(200, message({}, { content })))
        expect(reply.text).toBe("pong")
      }).pipe(Effect.scoped)
    )

    const usages: ReadonlyArray<[said: unknown, usage: object]> = [
      [undefined, {}],
      [{ input_tokens: "many" }, {}],
      [{ input_tokens: 5 }, { input: 5 }],
      [{ input_tokens: 5, cache_read_input_tokens: null, cache_creation_input_tokens: null }, { input: 5 }],
      [
        { input_tokens: 5, cache_read_input_tokens: 0, output_tokens: 1 },
        { input: 5, cachedInput: 0, output: 1 }
      ],
      [
        { input_tokens: 5, cache_creation_input_tokens: 100 },
        { input: 105, cacheWrite: 100 }
      ],
      [
        {
          input_tokens: 5,
          cache_creation_input_tokens: 100,
          cache_creation: { ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40 }
        },
        { input: 105, cacheWrite: 100, cacheWriteHour: 40 }
      ],
      [
        { input_tokens: 5, cache_creation: { ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40 } },
        { input: 105, cacheWrite: 100, cacheWriteHour: 40 }
      ],
      [
        { input_tokens: 5, cache_creation_input_tokens: 0, cache_creation: null, service_tier: null },
        { input: 5, cacheWrite: 0 }
      ],
      [
        { input_tokens: 5, service_tier: "standard" },
        { input: 5, serviceTier: "standard" }
      ],
      [
        { input_tokens: 5, service_tier: "batch" },
        { input: 5, serviceTier: "batch" }
      ],
      [
        { input_tokens: 5, service_tier: "standard", speed: "fast" },
        { input: 5, serviceTier: "fast" }
      ],
      [
        { input_tokens: 5, service_tier: "something new" },
        { input: 5, serviceTier: "other" }
      ],
      [{ input_tokens: 5, service_tier: 7 }, { input: 5 }],
      [{ cache_read_input_tokens: 4 }, { cachedInput: 4 }],
      [
        { input_tokens: 5, cache_read_input_tokens: "0", output_tokens: -1 },
        { input: 5, cachedInput: 0 }
      ],
      [
        { input_tokens: 5, output_tokens: 7, output_tokens_details: { thinking_tokens: -1 } },
        { input: 5, output: 7 }
      ],
      [{ output_tokens: 7, output_tokens_details: [] }, { output: 7 }]
    ]
    for (const [said, usage] of usages) {
      it.live(`counts ${JSON.stringify(said)} as ${JSON.stringify(usage)}`, () =>
        Effect.gen(function* () {
          const { reply } = yield* askOnce(send(200, message({}, { usage: said })))
          expect(reply.usage).toEqual(usage)
        }).pipe(Effect.scoped)
      )
    }

    it.live("tolerates what servers leave out", () =>
      Effect.gen(function* () {
        const { reply } = yield* askOnce(send(200, { content: [{ type: "text", text: "pong" }] }))
        expect(reply).toEqual({ text: "pong", finishReason: "other", usage: {} })
      }).pipe(Effect.scoped)
    )

    it.live("reads a body of many megabytes, and one that is not quite UTF-8", () =>
      Effect.gen(function* () {
        const text = "x".repeat(8_000_000)
        expect((yield* askOnce(send(200, message({ text })))).reply.text).toBe(text)
        const bytes = Buffer.from(JSON.stringify(message({ text: "p#ng" })))
        bytes[bytes.indexOf("#")] = 0xff
        const broken: Behaviour = (response) =>
          void response.writeHead(200, { "content-type": "application/json" }).end(bytes)
        expect((yield* askOnce(broken)).reply.text).toBe("p\uFFFDng")
      }).pipe(Effect.scoped)
    )
  })

  describe("fault", () => {
    it.live("says how long the server demands to wait, when overloaded too", () =>
      Effect.gen(function* () {
        const overloaded = send(529, error("overloaded_error", "Overloaded"), { "retry-after": "7" })
        const { reason } = yield* Effect.flip(askOnce(overloaded))
        assert(reason._tag === "ProviderUnavailable" && reason.retryAfter !== undefined)
        expect(Duration.toMillis(reason.retryAfter)).toBe(7000)
      }).pipe(Effect.scoped)
    )

    it.live("names the request, which support asks for, without the JSON around the message", () =>
      Effect.gen(function* () {
        const behave = send(400, error("invalid_request_error", "no such field"), { "request-id": "req_7" })
        const { reason } = yield* Effect.flip(askOnce(behave))
        expect(reason.detail).toBe("no such field (request req_7)")
      }).pipe(Effect.scoped)
    )

    const words: ReadonlyArray<[status: number, body: unknown, reason: object]> = [
      [
        400,
        error("invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 16000 > 200000"),
        { _tag: "ContextLengthExceeded", requested: 206_000, limit: 200_000 }
      ],
      [400, error("invalid_request_error", "Prompt is too long"), { _tag: "ContextLengthExceeded" }],
      [413, error("request_too_large", "Request exceeds the maximum size"), { _tag: "InvalidRequest" }],
      [429, error("rate_limit_error", "…", "ramp_limit_exceeded"), { _tag: "RateLimited" }],
      [429, error("rate_limit_error", "…", "contract_spend_limit_reached"), { _tag: "QuotaExhausted" }],
      [402, error("billing_error", "…", "linked_organization_billing_unavailable"), { _tag: "QuotaExhausted" }],
      [504, error("timeout_error", "…"), { _tag: "ProviderUnavailable" }],
      [400, "Bad Request", { _tag: "InvalidRequest", detail: "400 Bad Request" }],
      [200, error("overloaded_error", "Overloaded"), { _tag: "ProviderUnavailable" }],
      [200, error("rate_limit_error", "…"), { _tag: "RateLimited" }],
      [200, error("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"), { requested: 9, limit: 8 }],
      [200, { error: "it broke" }, { _tag: "ProviderUnavailable", detail: "it broke" }],
      [402, "", { _tag: "QuotaExhausted" }],
      [
        400,
        error("invalid_request_error", "output_config.format: Extra inputs are not permitted"),
        { _tag: "InvalidRequest", detail: expect.stringContaining('set structuredOutput to "instructions"') }
      ],
      // https://github.com/anthropics/claude-code/issues/58367
      [400, error("invalid_request_error", "Output blocked by content filtering policy"), { _tag: "ContentRefused" }],
      [
        404,
        error("not_found_error", "model: claude-x"),
        { _tag: "InvalidRequest", detail: expect.stringMatching(/^(?!.*BASE_URL).*ANTHROPIC_MODEL/u) }
      ],
      [400, { error: { type: 7, message: ["odd"] } }, { _tag: "InvalidRequest" }]
    ]
    for (const [status, body, expected] of words) {
      it.live(`is ${JSON.stringify(expected)} after ${status} ${JSON.stringify(body)}`, () =>
        Effect.gen(function* () {
          const { reason } = yield* Effect.flip(askOnce(send(status, body)))
          expect(reason).toMatchObject(expected)
        }).pipe(Effect.scoped)
      )
    }
  })

  describe("structuredOutput", () => {
    const formatOf = (schema: Schema.Constraint): ResponseFormat => {
      const { definitions, schema: root } = Schema.toJsonSchemaDocument(Schema.toCodecJson(schema))
      // a JSON Schema document is JSON
      return { type: "json", name: "reply", schema: { ...root, $defs: definitions } as Schema.Json }
    }

    const askFor = (schema: Schema.Constraint, text = "{}", options?: Partial<AnthropicLlm.Options>) =>
      askOnce(send(200, message({ text })), request("ping", "Hi", { format: formatOf(schema) }), options)

    it.live("sends the schema as the API can express it, beside the effort", () =>
      Effect.gen(function* () {
        const format = formatOf(Schema.Struct({ title: Schema.NonEmptyString }))
        const body = yield* sent(request("ping", "Hi", { format, parameters: { reasoningEffort: "low" } }))
        expect(body?.["output_config"]).toMatchObject({
          effort: "low",
          format: {
            type: "json_schema",
            schema: {
              type: "object",
              properties: { title: { type: "string" } },
              required: ["title"],
              additionalProperties: false
            }
          }
        })
        expect(JSON.stringify(body)).not.toContain("minLength")
      }).pipe(Effect.scoped)
    )

    const shapes: ReadonlyArray<[what: string, schema: Schema.Constraint, strict: unknown, asked: unknown]> = [
      ["a list", Schema.Array(Schema.String), { value: ["a"] }, ["a"]],
      ["a text", Schema.Literals(["yes", "no"]), { value: "yes" }, "yes"],
      [
        "what may be left out",
        Schema.Struct({ a: Schema.optionalKey(Schema.String), b: Schema.optionalKey(Schema.Finite) }),
        { a: null, b: 1 },
        { b: 1 }
      ],
      [
        "a record",
        Schema.Struct({ sizes: Schema.Record(Schema.String, Schema.Finite) }),
        { sizes: [{ "0": "a.ts", "1": 3 }] },
        { sizes: { "a.ts": 3 } }
      ]
    ]
    for (const [what, schema, strict, asked] of shapes) {
      it.live(`gives ${what} the shape that was asked for`, () =>
        Effect.gen(function* () {
          const { reply, received } = yield* askFor(schema, JSON.stringify(strict))
          expect(reply.text).toBe(JSON.stringify(asked))
          expect(received[0]?.body).toMatchObject({ output_config: { format: { schema: { type: "object" } } } })
        }).pipe(Effect.scoped)
      )
    }

    interface Tree {
      readonly children: ReadonlyArray<Tree>
    }
    const Tree: Schema.Codec<Tree> = Schema.Struct({
      children: Schema.Array(Schema.suspend(() => Tree))
    }).annotate({ identifier: "Tree" })

    for (const [what, schema] of [
      ["that refers to itself", Tree],
      ["that allows any value", Schema.Struct({ data: Schema.Json })]
    ] satisfies ReadonlyArray<[string, Schema.Constraint]>) {
      it.live(`refuses a schema ${what} before any call, or sends it in the messages when told to`, () =>
        Effect.gen(function* () {
          let attempts = 0
          const started = () => Effect.sync(() => (attempts++, () => Effect.void))
          const failure = yield* Effect.flip(Effect.provideService(askFor(schema), AttemptSink, { started }))
          expect(failure).toMatchObject({ reason: { _tag: "InvalidRequest" } })
          expect(failure.message).toContain('set inexpressibleSchema to "instructions"')
          expect(attempts).toBe(0)
          const { received } = yield* askFor(schema, "{}", { inexpressibleSchema: "instructions" })
          expect(received[0]?.body).not.toHaveProperty("output_config")
          expect(received[0]?.body["system"]).toContain("JSON Schema")
        }).pipe(Effect.scoped)
      )
    }

    it.live("sends every schema in the messages when told to", () =>
      Effect.gen(function* () {
        const { received } = yield* askFor(Schema.Struct({ a: Schema.String }), "{}", {
          structuredOutput: "instructions"
        })
        expect(received[0]?.body).not.toHaveProperty("output_config")
        expect(received[0]?.body["system"]).toMatch(/^Reply with JSON only.*\n\{"type":"object"/u)
      }).pipe(Effect.scoped)
    )
  })

  providerContract({
    layer: AnthropicLlm.layer,
    layerConfig: AnthropicLlm.layerConfig,
    variables: "ANTHROPIC",
    key,
    baseUrl: (url) => new URL(url).origin,
    pong: message(),
    refusal: (message) => error("authentication_error", message)
  })
})
