import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Schema, Stream } from "effect"
import { LanguageModel, Model, Prompt, type Response } from "effect/ai"
import { Engine, Step, PromptTemplate, Workflow } from "@stepwright/core"
import { LlmClient } from "@stepwright/core/LlmClient"
import { LanguageModelBridge } from "@stepwright/llm"
import { request } from "./support/request.ts"
import {
  provide,
  saying,
  finish,
  noUsage,
  usage,
  pong,
  deltas,
  reporting,
  ask,
  streamed,
  reasonOf
} from "./support/languageModel.ts"

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
