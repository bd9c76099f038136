import { assert, describe, expect, it } from "@effect/vitest"
import { Context, DateTime, Deferred, Duration, Effect, Fiber, Layer, Schema, Stream } from "effect"
import { AiError, LanguageModel, Model, OpenAiStructuredOutput, Prompt, type Response, Telemetry } from "effect/ai"
import { Engine, Step, PromptTemplate, Workflow } from "@stepwright/core"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import { LlmClient, type Service, type StreamPart } from "@stepwright/core/LlmClient"
import type { LlmError, LlmErrorReason } from "@stepwright/core/LlmError"
import type { LlmRequest, ResponseFormat } from "@stepwright/core/LlmRequest"
import { LanguageModelBridge } from "@stepwright/llm"
import { request } from "./support/request.ts"

/** What a provider answers: parts, as they are or in a stream, or how it fails. */
interface Provider {
  readonly parts?: ReadonlyArray<Response.PartEncoded>
  readonly streamed?: Stream.Stream<Response.StreamPartEncoded, AiError.AiError>
  readonly before?: Effect.Effect<void, AiError.AiError>
  readonly codecTransformer?: LanguageModel.CodecTransformer
}

/** A provider's language model, and what it was asked for. */
const provide = ({ before = Effect.void, codecTransformer, parts = [], streamed = Stream.empty }: Provider) => {
  const asked: Array<LanguageModel.ProviderOptions> = []
  const model = Effect.runSync(
    LanguageModel.make({
      generateText: (options) => {
        asked.push(options)
        return Effect.as(before, [...parts])
      },
      streamText: (options) => {
        asked.push(options)
        return streamed
      },
      codecTransformer
    })
  )
  return { asked, model }
}

const saying = (text: string): Response.PartEncoded => ({ type: "text", text })

const finish = (
  reason: Response.FinishReason = "stop",
  usage: Response.FinishPartEncoded["usage"] = {
    inputTokens: { total: 11, uncached: 7, cacheRead: 4, cacheWrite: undefined },
    outputTokens: { total: 7, text: 5, reasoning: 2 }
  }
): Response.FinishPartEncoded => ({ type: "finish", reason, usage })

const noUsage: Response.FinishPartEncoded["usage"] = { inputTokens: {}, outputTokens: {} }

const usage = { input: 11, cachedInput: 4, output: 7, reasoning: 2 }

const pong: ReadonlyArray<Response.PartEncoded> = [
  { type: "response-metadata", id: "resp-1", modelId: "model-2025" },
  { type: "reasoning", text: "ping, so pong" },
  saying("po"),
  saying("ng"),
  finish()
]

const deltas = (...texts: ReadonlyArray<string>): ReadonlyArray<Response.StreamPartEncoded> => [
  { type: "response-metadata", id: "resp-1", modelId: "model-2025" },
  { type: "reasoning-start", id: "0" },
  { type: "reasoning-delta", id: "0", delta: "ping, so pong" },
  { type: "reasoning-end", id: "0" },
  { type: "text-start", id: "1" },
  ...texts.map((delta) => ({ type: "text-delta", id: "1", delta }) as const),
  { type: "text-end", id: "1" }
]

/** Every request that a client reports, and how it ended. */
const reporting = () => {
  const log: Array<string | Outcome> = []
  const sink = {
    started: ({ metadata }: LlmRequest) =>
      Effect.sync(() => {
        log.push(metadata.path)
        return (outcome: Outcome) => Effect.sync(() => void log.push(outcome))
      })
  }
  return { log, client: (client: Service) => reported(client, sink) }
}

const reported = (client: Service, sink: typeof AttemptSink.Service): Service => ({
  generate: (request) => Effect.provideService(client.generate(request), AttemptSink, sink),
  stream: (request) => Stream.provideService(client.stream(request), AttemptSink, sink)
})

/** What becomes of one request, whole and streamed, when a provider answers with parts. */
const ask = (provider: Provider, asked = request("ping"), options?: LanguageModelBridge.Options) =>
  LanguageModelBridge.fromLanguageModel(provide(provider).model, options).generate(asked)

const streamed = (parts: Provider["streamed"], asked = request("ping")) => {
  const seen: Array<StreamPart> = []
  const client = LanguageModelBridge.fromLanguageModel(provide({ streamed: parts ?? Stream.empty }).model)
  const ended = Stream.runForEach(client.stream(asked), (part) => Effect.sync(() => void seen.push(part)))
  return Effect.map(Effect.result(ended), (result) => ({ seen, result }))
}

const failing = (reason: AiError.AiErrorReason) => AiError.make({ module: "Provider", method: "ask", reason })

const reasonOf = <A>(effect: Effect.Effect<A, LlmError>) => Effect.map(Effect.flip(effect), ({ reason }) => reason)

const formatOf = (schema: Schema.Constraint, name = "task list"): ResponseFormat => {
  const { definitions, schema: root } = Schema.toJsonSchemaDocument(Schema.toCodecJson(schema))
  // a JSON Schema document is JSON
  return { type: "json", name, schema: { ...root, $defs: definitions } as Schema.Json }
}

const Title = Schema.Struct({ title: Schema.String, pages: Schema.optionalKey(Schema.Finite) })

const titleOf = (provider: Provider, options?: LanguageModelBridge.Options, schema: Schema.Constraint = Title) =>
  ask(provider, request("ping", "Hi", { format: formatOf(schema) }), options)

class Config extends Context.Service<
  Config,
  { readonly temperature?: number; readonly max_tokens?: number; readonly user?: string }
>()("test/Config") {}

describe("LanguageModelBridge", () => {
  describe("fromLanguageModel", () => {
    it.effect("gives the text of a reply, with what the provider says of it", () =>
      Effect.gen(function* () {
        const reply = yield* ask({ parts: pong })
        expect(reply).toEqual({ text: "pong", finishReason: "stop", model: "model-2025", id: "resp-1", usage })
      })
    )

    it.effect("passes the messages on, and asks for no tool", () =>
      Effect.gen(function* () {
        const { asked, model } = provide({ parts: pong })
        const messages = [
          { role: "system", content: "Be brief." },
          { role: "user", content: "Say ping." },
          { role: "assistant", content: "ping" },
          { role: "user", content: "Say pong." }
        ] as const
        yield* LanguageModelBridge.fromLanguageModel(model).generate(request("ping", "", { messages }))
        expect(asked.map(({ prompt }) => prompt)).toEqual([Prompt.make(messages)])
        expect(asked).toMatchObject([{ tools: [], responseFormat: { type: "text" } }])
      })
    )

    it.effect("keeps unknown usage, model and id unknown", () =>
      Effect.gen(function* () {
        const nothing = { text: "pong", finishReason: "other", usage: {} }
        expect(yield* ask({ parts: [saying("pong")] })).toEqual(nothing)
        expect(yield* ask({ parts: [saying("pong"), finish("unknown", noUsage)] })).toEqual(nothing)
        const some = { inputTokens: { total: 3, cacheRead: 0 }, outputTokens: { total: -1 } }
        const reply = yield* ask({ parts: [saying("pong"), finish("stop", some)] })
        expect(reply.usage).toEqual({ input: 3, cachedInput: 0 })
      })
    )

    const ends: ReadonlyArray<[Response.FinishReason, string]> = [
      ["stop", "stop"],
      ["length", "length"],
      ["tool-calls", "tool-calls"],
      ["pause", "other"],
      ["other", "other"],
      ["unknown", "other"]
    ]
    for (const [said, finishReason] of ends) {
      it.effect(`gives the finish reason ${said} as ${finishReason}`, () =>
        Effect.gen(function* () {
          expect((yield* ask({ parts: [saying("po"), finish(said)] })).finishReason).toBe(finishReason)
          const { seen } = yield* streamed(Stream.fromIterable([...deltas("po"), finish(said)]))
          expect(seen.at(-1)).toMatchObject({ _tag: "Finished", reply: { finishReason } })
        })
      )
    }

    const useless: ReadonlyArray<
      [what: string, parts: ReadonlyArray<Response.PartEncoded>, tag: string, retryable: boolean]
    > = [
      ["content that a filter cut", [saying("po"), finish("content-filter")], "ContentRefused", false],
      [
        "a refusal",
        [{ type: "text", text: "", metadata: { openai: { refusal: "Never." } } }, finish()],
        "ContentRefused",
        false
      ],
      [
        "the call of a tool that was not offered",
        [{ type: "tool-call", id: "1", name: "search", params: { q: "pong" } }, finish("tool-calls")],
        "InvalidResponse",
        false
      ],
      ["an end by an error", [saying("po"), finish("error")], "InvalidResponse", true],
      ["no text", [{ type: "reasoning", text: "hm" }, finish()], "InvalidResponse", true]
    ]
    for (const [what, parts, tag, isRetryable] of useless) {
      it.effect(`fails on ${what}, with the usage that it cost`, () =>
        Effect.gen(function* () {
          const { log, client } = reporting()
          const bridge = client(LanguageModelBridge.fromLanguageModel(provide({ parts }).model))
          const error = yield* Effect.flip(bridge.generate(request("ping")))
          expect(error.reason).toMatchObject({ _tag: tag, usage, isRetryable })
          expect(log).toEqual(["ping", { usage, error }])
        })
      )
    }

    it.effect("takes a cut reply without text for what it is", () =>
      Effect.gen(function* () {
        expect(yield* ask({ parts: [finish("length")] })).toMatchObject({ text: "", finishReason: "length" })
      })
    )

    it.effect("takes no notice of a tool that the provider runs itself", () =>
      Effect.gen(function* () {
        const search = { type: "tool-call", id: "1", name: "search", params: {}, providerExecuted: true } as const
        expect((yield* ask({ parts: [search, ...pong] })).text).toBe("pong")
      })
    )

    it.effect("reports each request once, with model and usage", () =>
      Effect.gen(function* () {
        const { log, client } = reporting()
        const parts = Stream.fromIterable([...deltas("pong"), finish()])
        const bridge = client(LanguageModelBridge.fromLanguageModel(provide({ parts: pong, streamed: parts }).model))
        yield* bridge.generate(request("a"))
        yield* Stream.runDrain(bridge.stream(request("b")))
        const outcome = { model: "model-2025", usage }
        expect(log).toEqual(["a", outcome, "b", outcome])
      })
    )

    it.effect("interrupts the provider with the call, and reports that its cost is unknown", () =>
      Effect.gen(function* () {
        const { log, client } = reporting()
        const stopped: Array<string> = []
        const begun = yield* Deferred.make<void>()
        const silent = (what: string) =>
          Effect.andThen(Deferred.succeed(begun, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Effect.sync(() => void stopped.push(what)))
          )
        const { model } = provide({
          before: silent("whole"),
          streamed: Stream.concat(Stream.fromIterable(deltas("po")), Stream.fromEffect(silent("stream")))
        })
        const bridge = client(LanguageModelBridge.fromLanguageModel(model))
        const whole = yield* Effect.forkChild(bridge.generate(request("a")))
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(whole)
        yield* Stream.runDrain(Stream.take(bridge.stream(request("b")), 1))
        const half = yield* Effect.forkChild(Stream.runDrain(bridge.stream(request("c"))), { startImmediately: true })
        yield* Effect.yieldNow
        yield* Fiber.interrupt(half)
        expect(stopped).toEqual(["whole", "stream"])
        expect(log).toEqual(["a", {}, "b", {}, "c", {}])
      })
    )
  })

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
          expect(result).toMatchObject({ failure: { reason: { _tag: "NetworkFailure", permanent: true } } })
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

  describe("structuredOutput", () => {
    it.effect("asks for an object by its schema, under a name that providers take", () =>
      Effect.gen(function* () {
        const { asked, model } = provide({ parts: [saying('{ "title": "A" }'), finish()] })
        const format = formatOf(Title)
        const reply = yield* LanguageModelBridge.fromLanguageModel(model).generate(request("ping", "Hi", { format }))
        expect(reply).toEqual({ text: '{ "title": "A" }', finishReason: "stop", usage })
        const sent = asked[0]?.responseFormat
        assert(sent?.type === "json")
        expect(sent.objectName).toBe("task_list")
        expect(LanguageModel.defaultCodecTransformer(sent.schema).jsonSchema).toMatchObject({
          type: "object",
          properties: { title: { type: "string" }, pages: { type: "number" } },
          required: ["title"]
        })
      })
    )

    it.effect("gives the shape that was asked for, whatever shape the provider needs", () =>
      Effect.gen(function* () {
        const codecTransformer = OpenAiStructuredOutput.toCodecOpenAI
        const said = (text: string) => ({ parts: [saying(text), finish()], codecTransformer })
        expect((yield* titleOf(said('{"title":"A","pages":null}'))).text).toBe('{"title":"A"}')
        const list = yield* titleOf(said('{"value":["a","b"]}'), {}, Schema.Array(Schema.String))
        expect(list.text).toBe('["a","b"]')
      })
    )

    it.effect("wraps what is no object with known fields", () =>
      Effect.gen(function* () {
        const { asked, model } = provide({ parts: [saying('{"value":{"a":1}}'), finish()] })
        const format = formatOf(Schema.Record(Schema.String, Schema.Finite))
        const reply = yield* LanguageModelBridge.fromLanguageModel(model).generate(request("ping", "Hi", { format }))
        expect(reply.text).toBe('{"a":1}')
        const sent = asked[0]?.responseFormat
        assert(sent?.type === "json")
        expect(LanguageModel.defaultCodecTransformer(sent.schema).jsonSchema).toMatchObject({
          type: "object",
          required: ["value"]
        })
      })
    )

    it.effect("gives a reply that does not fit as it is, with usage and finish reason", () =>
      Effect.gen(function* () {
        const cut = yield* titleOf({ parts: [saying('{"title":"A'), finish("length")] })
        expect(cut).toEqual({ text: '{"title":"A', finishReason: "length", usage })
        const wrong = yield* titleOf({ parts: [saying('{"title":1}'), finish()] })
        expect(wrong).toEqual({ text: '{"title":1}', finishReason: "stop", usage })
        const list = yield* titleOf({ parts: [saying('{"value":[1]}'), finish()] }, {}, Schema.Array(Schema.String))
        expect(list.text).toBe("[1]")
        const bare = yield* titleOf({ parts: [saying('["a"]'), finish()] }, {}, Schema.Array(Schema.String))
        expect(bare.text).toBe('["a"]')
        const record = yield* titleOf(
          { parts: [saying('{"value":"a","other":"b"}'), finish()] },
          {},
          Schema.Record(Schema.String, Schema.String)
        )
        expect(record.text).toBe('{"value":"a","other":"b"}')
      })
    )

    it.effect("fails on a refusal instead of an object", () =>
      Effect.gen(function* () {
        const parts = [{ type: "text", text: "", metadata: { openai: { refusal: "Never." } } }, finish()] as const
        expect(yield* reasonOf(titleOf({ parts }))).toMatchObject({ _tag: "ContentRefused", usage })
      })
    )

    it.effect("leaves the caller's own look at replies in place", () =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const look: Telemetry.SpanTransformer = ({ response }) => void seen.push(...response.map(({ type }) => type))
        const asked = titleOf({ parts: [saying('{"title":"A"}'), finish()] })
        yield* Effect.provideService(asked, Telemetry.CurrentSpanTransformer, look)
        expect(seen).toEqual(["text", "finish"])
      })
    )

    it.effect("refuses a schema that cannot be asked for, before any request", () =>
      Effect.gen(function* () {
        const { log, client } = reporting()
        const { asked, model } = provide({})
        const bridge = client(LanguageModelBridge.fromLanguageModel(model))
        for (const schema of [true, { $ref: "#/$defs/Nowhere" }]) {
          const format = { type: "json", name: "any", schema } as const
          const reason = yield* reasonOf(bridge.generate(request("ping", "Hi", { format })))
          expect(reason).toMatchObject({ _tag: "InvalidRequest", isRetryable: false })
          expect(reason.detail).toMatch(/"any".*"instructions"/u)
        }
        expect([asked, log]).toEqual([[], []])
      })
    )

    it.effect("can be asked for in the messages, and is then streamed", () =>
      Effect.gen(function* () {
        const parts = Stream.fromIterable([...deltas('{"title":', '"A"}'), finish()])
        const { asked, model } = provide({ streamed: parts })
        const bridge = LanguageModelBridge.fromLanguageModel(model, { structuredOutput: "instructions" })
        const seen = yield* Stream.runCollect(bridge.stream(request("ping", "Hi", { format: formatOf(Title) })))
        expect(seen.map(({ _tag }) => _tag)).toEqual(["Delta", "Delta", "Finished"])
        expect(asked).toMatchObject([{ responseFormat: { type: "text" } }])
        const [system, user] = asked[0]?.prompt.content ?? []
        expect(system).toMatchObject({ role: "system", content: expect.stringMatching(/JSON Schema:.*"title"/su) })
        expect(user?.role).toBe("user")
      })
    )
  })

  describe("settings", () => {
    const configured = () => {
      const configs: Array<unknown> = []
      const read = Effect.map(Effect.serviceOption(Config), (config) => void configs.push(config))
      const { model } = provide({
        parts: pong,
        before: read,
        streamed: Stream.unwrap(Effect.as(read, Stream.fromIterable([...deltas("pong"), finish()])))
      })
      const client = LanguageModelBridge.fromLanguageModel(model, {
        settings: {
          service: Config,
          parameters: {
            temperature: (temperature) => ({ temperature }),
            maxOutputTokens: (tokens) => ({ max_tokens: tokens }),
            seed: () => ({})
          }
        }
      })
      return { client, configs }
    }

    it.effect("tell the provider the parameters of each request, over what the caller has set", () =>
      Effect.gen(function* () {
        const { client, configs } = configured()
        const asked = request("ping", "Hi", { parameters: { temperature: 0, maxOutputTokens: 9, seed: 1 } })
        yield* client.generate(asked)
        yield* Stream.runDrain(client.stream(asked))
        const outer = { temperature: 1, user: "me" }
        yield* Effect.provideService(client.generate(asked), Config, outer)
        yield* Effect.provideService(client.generate(request("ping")), Config, outer)
        const own = { temperature: 0, max_tokens: 9 }
        expect(configs).toMatchObject([
          { value: own },
          { value: own },
          { value: { ...own, user: "me" } },
          { value: outer }
        ])
      })
    )

    it.effect("leave no parameter out silently", () =>
      Effect.gen(function* () {
        const { client, configs } = configured()
        const { log, client: reported } = reporting()
        const asked = request("ping", "Hi", { parameters: { temperature: 0, stop: ["."], reasoningEffort: "low" } })
        const reason = yield* reasonOf(reported(client).generate(asked))
        expect(reason).toMatchObject({ _tag: "InvalidRequest" })
        expect(reason.detail).toMatch(/takes no stop, reasoningEffort: .*settings/u)
        expect(yield* reasonOf(ask({ parts: pong }, asked))).toMatchObject({
          detail: expect.stringContaining("temperature, stop, reasoningEffort")
        })
        expect([configs, log]).toEqual([[], []])
      })
    )
  })

  describe("layer", () => {
    const asking = (model: string) =>
      Effect.flatMap(LlmClient, (client) => client.generate(request("ping", "Hi", { model })))

    it.effect("answers to default and to the model's name, and to no other", () =>
      Effect.gen(function* () {
        const { model } = provide({ parts: pong })
        const plain = Layer.provide(LanguageModelBridge.layer(), Layer.succeed(LanguageModel.LanguageModel, model))
        expect((yield* Effect.provide(asking("default"), plain)).text).toBe("pong")
        const reason = yield* reasonOf(Effect.provide(asking("gpt-5"), plain))
        expect(reason).toMatchObject({
          _tag: "InvalidRequest",
          detail: expect.stringContaining("the model is default:")
        })

        const named = Model.make("openai", "gpt-5", Layer.succeed(LanguageModel.LanguageModel, model))
        const byModel = Layer.provide(LanguageModelBridge.layer(), named)
        expect((yield* Effect.provide(asking("gpt-5"), byModel)).text).toBe("pong")
        const other = yield* reasonOf(Effect.provide(asking("gpt-4"), byModel))
        expect(other.detail).toMatch(/no model is called gpt-4; the model is default, or gpt-5: .*LlmRegistry/u)

        const given = Layer.provide(LanguageModelBridge.layer({ model: "fast" }), named)
        expect((yield* Effect.provide(asking("fast"), given)).text).toBe("pong")
        expect(yield* reasonOf(Effect.provide(asking("gpt-5"), given))).toMatchObject({ _tag: "InvalidRequest" })
      })
    )

    it.effect("serves a run of the engine, repairs and usage included", () =>
      Effect.gen(function* () {
        const outline = Step.make("outline", {
          input: Schema.Struct({ topic: Schema.String }),
          output: Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) }),
          prompt: PromptTemplate.make("Outline {{topic}}."),
          variables: ({ topic }) => ({ topic })
        })
        const draft = Step.make("draft", {
          input: Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) }),
          output: Schema.String,
          prompt: PromptTemplate.make("Write {{title}}."),
          variables: ({ title }) => ({ title })
        })
        const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
          Workflow.bind("outline", outline, ({ input }) => input),
          Workflow.bind("draft", draft, ({ outline }) => outline)
        )
        const replies = ['{"title":"Effect"}', '{"title":"Effect","points":["a"]}', "An article."]
        const prompts: Array<Prompt.Prompt> = []
        const model = LanguageModel.make({
          generateText: ({ prompt }) =>
            Effect.sync(() => [saying(replies[prompts.push(prompt) - 1] ?? "too many"), finish()]),
          streamText: () => Stream.empty
        })
        const llm = Layer.provide(LanguageModelBridge.layer(), Layer.effect(LanguageModel.LanguageModel, model))
        const state = yield* Engine.initialize(article, { topic: "Effect" })
        const { state: done } = yield* Effect.provide(Engine.run(article, state), llm)

        expect(done.status).toBe("COMPLETED")
        expect(done.records["outline"]?.result?.output).toEqual({ title: "Effect", points: ["a"] })
        expect(done.records["draft"]?.result?.output).toBe("An article.")
        const twice = { input: 22, cachedInput: 8, output: 14, reasoning: 4 }
        expect(done.records["outline"]?.requests).toEqual({ started: 2, ended: 2, usage: twice })
        expect(prompts[1]?.content.map(({ role }) => role)).toEqual(["user", "assistant", "user"])
        expect(JSON.stringify(prompts[1]?.content.at(-1))).toContain("points")
      })
    )
  })
})
