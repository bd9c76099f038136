import type { LanguageModelV4 } from "@ai-sdk/provider"
import { createAnthropic } from "@ai-sdk/anthropic"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { Context, Deferred, Effect, Fiber, Layer, Option, type Schema, Stream } from "effect"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, RateLimited } from "@stepwright/core/LlmError"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { AiSdkBridge, MockLlm } from "@stepwright/llm"
import { generateText, jsonSchema, Output, streamText, tool } from "ai"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { completion } from "./support/openAiWire.ts"
import { message } from "./support/anthropicWire.ts"
import { wires } from "./support/aiSdkWire.ts"
import { conformsOver } from "./support/conformance.ts"
import { request } from "./support/request.ts"
import { send, serve } from "./support/server.ts"

const apiKey = "sk-sentinel-0123456789"

const clientOf = (...options: Parameters<typeof AiSdkBridge.layer>) =>
  Effect.map(Layer.build(AiSdkBridge.layer(...options)), (built) => Context.get(built, LlmClient.LlmClient))

type JsonSchema = Readonly<Record<string, unknown>>

const json = {
  type: "json" as const,
  name: "plan of a talk",
  schema: {
    type: "object" as const,
    properties: { title: { type: "string" as const } },
    required: ["title"],
    additionalProperties: false
  }
}

describe("AiSdkBridge", () => {
  describe("as every client", () => {
    // the provider of anthropic takes no reply without its usage
    const [whole, streamed] = wires.filter(({ api }) => api === "openai-compatible")
    conformsOver([whole!, streamed!])
  })

  describe("layer", () => {
    it("takes any model of the AI SDK", () => {
      expectTypeOf<LanguageModelV4>().toExtend<AiSdkBridge.LanguageModel>()
    })

    it.effect("sends messages, parameters and the schema, and takes reply and usage", () =>
      Effect.gen(function* () {
        const { received, url } = yield* serve(send(200, completion({ content: '{"title":"Tea"}' })))
        const house = createOpenAICompatible({ name: "house", apiKey, baseURL: url, supportsStructuredOutputs: true })
        const client = yield* clientOf(house("model-1"), { providerOptions: { house: { user: "me" } } })
        const reply = yield* client.generate({
          ...request("ping"),
          messages: [
            { role: "system", content: "You plan." },
            { role: "user", content: "Tea?" },
            { role: "assistant", content: "What?" },
            { role: "user", content: "Tea." }
          ],
          format: json,
          parameters: { temperature: 0, maxOutputTokens: 9, stop: ["END"], seed: 7, reasoningEffort: "low" }
        })
        assert.deepStrictEqual(reply, {
          text: '{"title":"Tea"}',
          finishReason: "stop",
          model: "model-2025",
          id: "chatcmpl-1",
          usage: { input: 11, cachedInput: 4, output: 7, reasoning: 2 }
        })
        assert.deepInclude(received[0]?.body, {
          model: "model-1",
          messages: [
            { role: "system", content: "You plan." },
            { role: "user", content: "Tea?" },
            { role: "assistant", content: "What?" },
            { role: "user", content: "Tea." }
          ],
          temperature: 0,
          max_tokens: 9,
          stop: ["END"],
          seed: 7,
          reasoning_effort: "low",
          user: "me"
        })
        assert.deepNestedInclude(received[0]?.body, {
          "response_format.type": "json_schema",
          "response_format.json_schema.name": "plan_of_a_talk",
          "response_format.json_schema.schema": json.schema
        })
      }).pipe(Effect.scoped)
    )

    describe("with a schema that strict mode takes otherwise", () => {
      const loose = {
        type: "object",
        properties: { title: { type: "string" }, part: { type: "object", properties: { hours: { type: "integer" } } } },
        required: ["title"]
      } as const
      /** The schema that a server of strict mode is sent, and what is made of its reply. */
      const ask = (
        schema: Schema.Json,
        content: string,
        { streamed = false, ...options }: AiSdkBridge.Options & { readonly streamed?: boolean } = {}
      ) =>
        Effect.gen(function* () {
          const chunk = { ...completion(), choices: [{ index: 0, delta: { content }, finish_reason: "stop" }] }
          const events = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`
          const answer = streamed
            ? send(200, events, { "content-type": "text/event-stream" })
            : send(200, completion({ content }))
          const { received, url } = yield* serve(answer)
          const house = createOpenAICompatible({ name: "house", apiKey, baseURL: url, supportsStructuredOutputs: true })
          const client = yield* clientOf(house("model-1"), options)
          const asked = { ...request("ping"), format: { type: "json", name: "plan", schema } } as const
          const last = streamed ? Option.getOrUndefined(yield* Stream.runLast(client.stream(asked))) : undefined
          const { text } = last?._tag === "Finished" ? last.reply : yield* client.generate(asked)
          const format = received[0]?.body["response_format"]
          return { sent: (format as { json_schema: { strict: boolean; schema: JsonSchema } }).json_schema, text }
        }).pipe(Effect.scoped)

      it.effect.each([false, true])(
        "closes objects, requires all, and turns the reply back; streamed: %s",
        (streamed) =>
          Effect.gen(function* () {
            const { sent, text } = yield* ask(loose, '{"title":"Tea","part":{"hours":null}}', { streamed })
            assert.isTrue(sent.strict)
            assert.deepInclude(sent.schema, { required: ["title", "part"], additionalProperties: false })
            assert.deepNestedInclude(sent.schema, {
              "properties.part.anyOf[0].required": ["hours"],
              "properties.part.anyOf[0].additionalProperties": false,
              "properties.part.anyOf[1].type": "null"
            })
            assert.deepStrictEqual(JSON.parse(text), { title: "Tea", part: {} })
            // of a provider that knows no strict mode
            assert.strictEqual((yield* ask(loose, '{"title":"Tea"}', { streamed })).text, '{"title":"Tea"}')
          })
      )

      it.effect("wraps a list, as no other root than an object is taken", () =>
        Effect.gen(function* () {
          const { sent, text } = yield* ask({ type: "array", items: { type: "string" } }, '{"value":["a"]}')
          assert.strictEqual(sent.schema["type"], "object")
          assert.deepStrictEqual(JSON.parse(text), ["a"])
        })
      )

      it.effect("sends as it is what strict mode cannot express, and all where that is asked for", () =>
        Effect.gen(function* () {
          const free = { type: "object", properties: { any: {} }, required: ["any"] }
          assert.deepStrictEqual((yield* ask(free, '{"any":1}')).sent.schema, free)
          const { sent, text } = yield* ask(loose, '{"title":"Tea","part":null}', { structuredOutput: "object" })
          assert.deepStrictEqual(sent.schema, loose)
          assert.strictEqual(text, '{"title":"Tea","part":null}')
        })
      )
    })

    it.effect("tells the schema in the messages where that is asked for", () =>
      Effect.gen(function* () {
        const { received, url } = yield* serve(send(200, message({ text: "{}" })))
        const model = createAnthropic({ apiKey, baseURL: url })("claude-sonnet-5")
        const client = yield* clientOf(model, { structuredOutput: "instructions" })
        const { usage } = yield* client.generate({ ...request("ping"), format: json })
        assert.deepStrictEqual(usage, { input: 11, cachedInput: 4, cacheWrite: 2, output: 7, reasoning: 2 })
        assert.include(JSON.stringify(received[0]?.body["system"]), "Reply with JSON only")
      }).pipe(Effect.scoped)
    )

    it.effect("routes by alias, says which models it has, and refuses others", () =>
      Effect.gen(function* () {
        const { received, url } = yield* serve(send(200, completion()))
        const house = createOpenAICompatible({ name: "house", apiKey, baseURL: url })
        const client = yield* clientOf({ fast: house("small"), default: house("large") })
        yield* client.generate({ ...request("ping"), model: "fast" })
        yield* client.generate(request("ping"))
        assert.deepStrictEqual(
          received.map(({ body }) => body["model"]),
          ["small", "large"]
        )
        assert.deepStrictEqual(client.models, ["fast", "default"])
        assert.deepStrictEqual(LlmClient.identityOf(client, "fast"), { model: "small", provider: "house.chat" })
        const error = yield* Effect.flip(client.generate({ ...request("ping"), model: "other" }))
        assert.strictEqual(error.message, "request refused: no model is called other; there is fast, default")
      }).pipe(Effect.scoped)
    )

    for (const streamed of [false, true]) {
      it.effect(`aborts the request when it is interrupted, ${streamed ? "streamed" : "whole"}`, () =>
        Effect.gen(function* () {
          const asked = yield* Deferred.make<void>()
          const { received, url } = yield* serve(() => Deferred.doneUnsafe(asked, Effect.void))
          const model = createOpenAICompatible({ name: "house", apiKey, baseURL: url })("model-1")
          const client = yield* clientOf(model)
          const call = streamed ? Stream.runDrain(client.stream(request("ping"))) : client.generate(request("ping"))
          const fiber = yield* Effect.forkChild(call)
          yield* Deferred.await(asked)
          yield* Fiber.interrupt(fiber)
          yield* Effect.promise(() => received[0]!.closed)
        }).pipe(Effect.scoped)
      )
    }
  })

  describe("toLanguageModel", () => {
    const mock = (script: MockLlm.Script) =>
      Effect.map(Layer.build(MockLlm.layer(script)), (built) => Context.get(built, LlmClient.LlmClient))

    it("is a model of the AI SDK", () => {
      expectTypeOf<AiSdkBridge.ProvidedModel>().toExtend<LanguageModelV4>()
    })

    it.effect("answers generateText, with what it cost and what it leaves out", () =>
      Effect.gen(function* () {
        const requests: Array<LlmRequest> = []
        const client = LlmClient.make((request) =>
          Effect.sync(() => {
            requests.push(request)
            return {
              text: "pong",
              finishReason: "length",
              model: "model-2025",
              id: "1",
              usage: { input: 11, cachedInput: 4, output: 7, reasoning: 2 }
            } as const
          })
        )
        const model = AiSdkBridge.toLanguageModel(client, { model: "fast" })
        const result = yield* Effect.promise(() =>
          generateText({
            model,
            instructions: "You play.",
            messages: [
              { role: "user", content: "ping" },
              { role: "assistant", content: [{ type: "text", text: "pong" }] },
              { role: "user", content: [{ type: "text", text: "ping" }] }
            ],
            maxOutputTokens: 9,
            temperature: 0,
            topK: 3,
            stopSequences: ["END"]
          })
        )
        assert.strictEqual(result.text, "pong")
        assert.strictEqual(result.finishReason, "length")
        assert.deepInclude(result.usage, { inputTokens: 11, outputTokens: 7 })
        assert.deepInclude(result.usage.inputTokenDetails, { cacheReadTokens: 4, noCacheTokens: 7 })
        assert.deepInclude(result.response, { id: "1", modelId: "model-2025" })
        assert.deepStrictEqual(result.warnings, [{ type: "unsupported", feature: "topK" }])
        assert.deepStrictEqual(requests, [
          {
            model: "fast",
            messages: [
              { role: "system", content: "You play." },
              { role: "user", content: "ping" },
              { role: "assistant", content: "pong" },
              { role: "user", content: "ping" }
            ],
            format: { type: "text" },
            parameters: { maxOutputTokens: 9, temperature: 0, stop: ["END"] },
            metadata: { run: "", path: "", step: "", turn: 1 }
          }
        ])
      })
    )

    it.effect("answers an object that is asked for by a schema, through both bridges", () =>
      Effect.gen(function* () {
        const { received, url } = yield* serve(send(200, completion({ content: '{"title":"Tea"}' })))
        const house = createOpenAICompatible({ name: "house", apiKey, baseURL: url, supportsStructuredOutputs: true })
        const model = AiSdkBridge.toLanguageModel(yield* clientOf(house("model-1")))
        const { output } = yield* Effect.promise(() =>
          generateText({ model, prompt: "Plan.", output: Output.object({ schema: jsonSchema(json.schema) }) })
        )
        assert.deepStrictEqual(output, { title: "Tea" })
        assert.deepNestedInclude(received[0]?.body, { "response_format.json_schema.schema": json.schema })
      }).pipe(Effect.scoped)
    )

    it.effect("answers streamText as the text comes", () =>
      Effect.gen(function* () {
        const model = AiSdkBridge.toLanguageModel(yield* mock([{ reply: MockLlm.chunks(["po", "ng"]) }]))
        const result = streamText({ model, prompt: "ping" })
        const parts = yield* Stream.runCollect(Stream.fromAsyncIterable(result.textStream, String))
        assert.deepStrictEqual(Array.from(parts), ["po", "ng"])
        assert.strictEqual(yield* Effect.promise(() => result.finishReason), "stop")
      }).pipe(Effect.scoped)
    )

    it.effect("fails with the client's own error, and is not asked again for it", () =>
      Effect.gen(function* () {
        let asked = 0
        const client = LlmClient.make(() =>
          Effect.suspend(() => {
            asked++
            return Effect.fail(new LlmError({ reason: new RateLimited({ detail: "slow" }) }))
          })
        )
        const model = AiSdkBridge.toLanguageModel(client)
        const error = yield* Effect.flip(Effect.tryPromise(() => generateText({ model, prompt: "ping" })))
        assert.strictEqual((error.cause as Error).message, "rate limited: slow")
        const errors: Array<unknown> = []
        const stream = streamText({ model, prompt: "ping", onError: ({ error }) => void errors.push(error) })
        yield* Effect.promise(() => stream.consumeStream())
        assert.strictEqual((errors[0] as Error).message, "rate limited: slow")
        assert.strictEqual(asked, 2)
        const tools = { f: tool({ inputSchema: jsonSchema({ type: "object" }) }) }
        const refused = yield* Effect.flip(
          Effect.tryPromise(() => generateText({ model, prompt: "ping", tools } as never))
        )
        assert.strictEqual((refused.cause as Error).message, "request refused: it takes no tools")
      })
    )

    for (const streamed of [false, true]) {
      it.effect(`interrupts the request when it is aborted, ${streamed ? "streamed" : "whole"}`, () =>
        Effect.gen(function* () {
          const asked = yield* Deferred.make<void>()
          const ended = yield* Deferred.make<void>()
          const client = LlmClient.make(() =>
            Effect.onInterrupt(Effect.andThen(Deferred.succeed(asked, undefined), Effect.never), () =>
              Deferred.succeed(ended, undefined)
            )
          )
          const controller = new AbortController()
          const call = { model: AiSdkBridge.toLanguageModel(client), prompt: "ping", abortSignal: controller.signal }
          const settled = yield* Effect.forkChild(
            Effect.exit(
              Effect.tryPromise(() =>
                Promise.resolve<unknown>(
                  streamed ? streamText({ ...call, onError: () => {} }).consumeStream() : generateText(call)
                )
              )
            )
          )
          yield* Deferred.await(asked)
          controller.abort()
          yield* Deferred.await(ended)
          yield* Fiber.join(settled)
        })
      )
    }
  })
})
