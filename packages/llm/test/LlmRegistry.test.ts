import { describe, expect, expectTypeOf, it } from "@effect/vitest"
import { Config, Effect, Layer, Schema, Stream } from "effect"
import { Engine, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { LlmClient, type StreamPart } from "@stepwright/core/LlmClient"
import { Budget, LlmRegistry, MockLlm, OpenAiLlm, RateLimit, Retry } from "@stepwright/llm"
import { request } from "./support/request.ts"

const ask = (model: string) => Effect.flatMap(LlmClient, (client) => client.generate(request("draft", "…", { model })))

const said = (text: string) => MockLlm.layer((request) => `${text} as ${request.model}`)

const registry = LlmRegistry.layer({ default: said("slow"), fast: said("quick") })

describe("LlmRegistry", () => {
  describe("layer", () => {
    it.effect("passes a request to the model of its alias, which gets it as its default", () =>
      Effect.gen(function* () {
        expect((yield* ask("default")).text).toBe("slow as default")
        expect((yield* ask("fast")).text).toBe("quick as default")
      }).pipe(Effect.provide(registry))
    )

    it.effect("refuses an unknown alias and names the known ones", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(ask("fats"))
        expect(reason._tag).toBe("InvalidRequest")
        expect(reason.detail).toBe("no model is called fats; the models are default, fast")
      }).pipe(Effect.provide(registry))
    )

    it("keeps what its models can fail with and need", () => {
      const both = LlmRegistry.layer({ default: OpenAiLlm.layerConfig(), fast: said("quick") })
      expectTypeOf(both).toEqualTypeOf<Layer.Layer<LlmClient, Config.ConfigError>>()
    })
  })

  describe("stream", () => {
    const streamed = (model: string) =>
      Effect.flatMap(LlmClient, (client) =>
        Stream.runCollect(client.stream(request("draft", "…", { model }))).pipe(
          Effect.map((parts) => parts.map((part) => (part._tag === "Delta" ? part.text : part._tag)))
        )
      )

    it.effect("streams from the model of the alias, in its own parts", () =>
      Effect.gen(function* () {
        expect(yield* streamed("fast")).toEqual(["qui", "ck", "Finished"])
        expect((yield* Effect.flip(streamed("fats"))).reason.detail).toContain("no model is called fats")
      }).pipe(
        Effect.provide(
          LlmRegistry.layer({
            fast: Layer.succeed(LlmClient, {
              generate: () => Effect.die("not asked"),
              stream: ({ model }) =>
                Stream.fromIterable<StreamPart>([
                  { _tag: "Delta", text: model === "default" ? "qui" : model },
                  { _tag: "Delta", text: "ck" },
                  { _tag: "Finished", reply: { text: "quick", finishReason: "stop", usage: {} } }
                ])
            })
          })
        )
      )
    )
  })

  describe("layerConfig", () => {
    const providers = {
      echo: ({ model }: LlmRegistry.Model) =>
        MockLlm.layer(({ parameters }) => `${model} at ${parameters.temperature}, up to ${parameters.maxOutputTokens}`)
    }
    const config = {
      default: { provider: "echo", model: "large" },
      fast: { provider: "echo", model: "small", parameters: { temperature: 0.5, maxOutputTokens: 100 } }
    }

    it.effect("makes each model by its provider, with its parameters where a request has none", () =>
      Effect.gen(function* () {
        const client = yield* LlmClient
        const parameters = { temperature: 0 }
        const asked = request("draft", "…", { model: "fast", parameters })
        expect((yield* client.generate(asked)).text).toBe("small at 0, up to 100")
        expect((yield* ask("fast")).text).toBe("small at 0.5, up to 100")
        expect((yield* ask("default")).text).toBe("large at undefined, up to undefined")
        expect(client.models).toEqual(["default", "fast"])
      }).pipe(Effect.provide(LlmRegistry.layerConfig(config, providers)))
    )

    it.effect("keeps a model's own output limit, large or small, under a budget, which counts with it", () =>
      Effect.gen(function* () {
        const limits = (maxOutputTokens: number) => ({ provider: "echo", model: "m", parameters: { maxOutputTokens } })
        const models = { ...config, small: limits(200), large: limits(32_000) }
        const capped = Budget.layer({ maxTokens: 30_000 }).pipe(
          Layer.provide(Retry.layer()),
          Layer.provide(LlmRegistry.layerConfig(models, providers))
        )
        const [small, unlimited, large] = yield* Effect.all([
          ask("small"),
          ask("default"),
          Effect.flip(ask("large"))
        ] as const).pipe(Effect.provide(capped))
        expect(small.text).toBe("m at undefined, up to 200")
        expect(unlimited.text).toBe("large at undefined, up to 8192")
        expect(large.reason.detail).toMatch(/this call may take 320\d\d /u)
      })
    )

    it.effect("tells a rate limit a model's own output limit", () =>
      Effect.gen(function* () {
        expect((yield* Effect.flip(ask("default"))).reason.detail).toContain("tokensPerMinute is 1000")
        expect((yield* ask("fast")).text).toBe("small at 0.5, up to 100")
      }).pipe(
        Effect.provide(
          Layer.provide(RateLimit.layer({ tokensPerMinute: 1000 }), LlmRegistry.layerConfig(config, providers))
        )
      )
    )

    const failure = (config: unknown) =>
      Effect.map(Effect.flip(Effect.scoped(Layer.build(LlmRegistry.layerConfig(config, providers)))), (error) => {
        expect(error._tag).toBe("LlmRegistryError")
        return error.message
      })

    it.effect("names an unknown provider and the known ones", () =>
      Effect.gen(function* () {
        expect(yield* failure({ ...config, slow: { provider: "ehco", model: "large" } })).toBe(
          "the models cannot be configured: models.slow: no provider is called ehco; the providers are echo"
        )
      })
    )

    it.effect("tells every key that is wrong", () =>
      Effect.gen(function* () {
        const message = yield* failure({ fast: { provider: "echo", parameters: { temperature: "hot" }, modle: "a" } })
        for (const key of ["models.fast.model: ", "models.fast.parameters.temperature: ", "models.fast.modle: "]) {
          expect(message).toContain(key)
        }
      })
    )

    it("keeps what its providers can fail with and need", () => {
      const both = LlmRegistry.layerConfig(config, {
        ...providers,
        openai: ({ model }) => OpenAiLlm.layerConfig({ model })
      })
      expectTypeOf(both).toEqualTypeOf<Layer.Layer<LlmClient, LlmRegistry.LlmRegistryError | Config.ConfigError>>()
    })
  })

  it.effect("starts no run whose steps, at any depth, name an unknown model", () =>
    Effect.gen(function* () {
      const step = (name: string, model: string | readonly [string, ...Array<string>]) =>
        Step.make(name, {
          input: Schema.String,
          output: Schema.String,
          prompt: PromptTemplate.make("{{text}}"),
          variables: (text: string) => ({ text }),
          model
        })
      const inner = Workflow.make("inner", { input: Schema.String }).pipe(
        Workflow.bind("a", step("a", ["fast", "tiny"]), ({ input }) => input)
      )
      const outer = Workflow.make("outer", { input: Schema.String }).pipe(
        Workflow.bind("first", step("first", "default"), ({ input }) => input),
        Workflow.bind("inner", inner, ({ input }) => input)
      )
      const state = yield* Engine.initialize(outer, "hi")
      const error = yield* Effect.flip(Engine.run(outer, state))
      expect(error.message).toBe("inner/a: no model is called tiny; the models are default, fast")
      const renamed = yield* Workflow.configure(outer, { steps: { "inner/a": { model: "fast" } } })
      expect((yield* Engine.run(renamed, yield* Engine.initialize(renamed, "hi"))).state.status).toBe("COMPLETED")
    }).pipe(Effect.provide(Layer.provide(Retry.layer(), registry)))
  )
})
