import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { LanguageModel, OpenAiStructuredOutput, Telemetry } from "effect/ai"
import { LanguageModelBridge } from "@stepwright/llm"
import { request } from "./support/request.ts"
import {
  provide,
  saying,
  finish,
  usage,
  pong,
  deltas,
  reporting,
  ask,
  reasonOf,
  formatOf,
  Title,
  titleOf,
  Config
} from "./support/languageModel.ts"

describe("LanguageModelBridge", () => {
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
})
