import { assert, describe, it } from "@effect/vitest"
import { LlmClient } from "@stepwright/core"
import { ConfigProvider, Context, Effect, Layer } from "effect"
import * as models from "../../../src/internal/services/models.ts"

const env = (variables: Readonly<Record<string, string>>) =>
  Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: variables })))

describe("models", () => {
  describe("split", () => {
    it("takes a provider's name before the first slash, and nothing else for one", () => {
      assert.deepStrictEqual(models.split("anthropic/claude-big"), { provider: "anthropic", model: "claude-big" })
      assert.deepStrictEqual(models.split("openai/anthropic/claude"), { provider: "openai", model: "anthropic/claude" })
      for (const name of ["anthropic", "meta-llama/small", "/small", ""]) assert.isUndefined(models.split(name))
    })
  })

  describe("renamed", () => {
    const aliases = ["small", "anthropic/claude", "anthropic"]

    it.effect("takes nothing after the slash for no name, and what stands there for one of the server's own", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* models.renamed({}, ["anthropic/", "openai/ "]), { default: "gpt-env" })
      }).pipe(env({ OPENAI_MODEL: "gpt-env" }))
    )

    it.effect("has the aliases that the providers call otherwise, by the variables of each", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* models.renamed({ model: "big" }, aliases), {
          default: "big",
          "anthropic/claude": "claude"
        })
        assert.deepStrictEqual(yield* models.renamed({}, []), { default: "gpt-env" })
        assert.deepStrictEqual(yield* models.renamed({ provider: "anthropic" }, []), { default: "claude-env" })
      }).pipe(env({ OPENAI_MODEL: "gpt-env", ANTHROPIC_MODEL: "claude-env" }))
    )

    it.effect("leaves names alone where another server than the provider's own is asked", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* models.renamed({ model: "openai/big" }, aliases), { default: "openai/big" })
      }).pipe(env({ OPENAI_BASE_URL: "http://127.0.0.1:9/v1" }))
    )
  })

  describe("layer", () => {
    it.effect("tells what each model that it knows of is asked with where a request does not say", () =>
      Effect.gen(function* () {
        const of = (standard: models.Standard, ...aliases: ReadonlyArray<string>) =>
          Effect.map(Layer.build(models.layer(standard, aliases)), (built) => {
            const { parameters } = Context.get(built, LlmClient.LlmClient)
            return ["default", ...aliases].map((alias) => parameters?.[alias]?.maxOutputTokens)
          })
        assert.deepStrictEqual(yield* of({ model: "big" }, "small", "anthropic/claude"), [undefined, undefined, 16_000])
        const claude: models.Standard = { provider: "anthropic" }
        assert.deepStrictEqual(yield* of(claude, "small", "openai/big"), [16_000, 16_000, undefined])
      }).pipe(env({ OPENAI_API_KEY: "key", ANTHROPIC_API_KEY: "key" }), Effect.scoped)
    )
  })

  describe("missing", () => {
    it.effect("tells a key or an address that is not there, of the provider that is asked", () =>
      Effect.gen(function* () {
        const tagOf = (standard: models.Standard, ...aliases: ReadonlyArray<string>) =>
          Effect.map(models.missing(standard, aliases), (reason) => reason?._tag)
        assert.isUndefined(yield* tagOf({ model: "big" }, "default", "small"))
        assert.strictEqual(yield* tagOf({ provider: "anthropic" }, "default"), "Unauthenticated")
        assert.strictEqual(yield* tagOf({ model: "big" }, "small", "anthropic/claude"), "Unauthenticated")
        assert.isUndefined(yield* tagOf({ provider: "anthropic" }, "openai/big"))
      }).pipe(env({ OPENAI_API_KEY: "key" }))
    )
  })

  describe("models with names of their own", () => {
    const own: models.Standard = {
      models: {
        default: { model: "big", promptCaching: false },
        careful: { provider: "anthropic", model: "claude-big", fallback: ["local", "gpt-x"] },
        local: {
          provider: "openai",
          model: "small",
          baseUrl: "http://127.0.0.1:9/v1",
          keyVariable: "LOCAL_KEY",
          parameters: { temperature: 0 },
          price: { input: 1, output: 2 }
        }
      }
    }

    it.effect("are what their entries say, and `default` what a flag or a variable says first", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* models.renamed(own, ["careful", "local", "other"]), {
          default: "gpt-env",
          careful: ["claude-big", "small", "gpt-x"],
          local: "small"
        })
        assert.strictEqual(yield* models.modelName({ ...own, model: "told" }), "told")
        assert.strictEqual(yield* models.modelName({ ...own, model: "local" }), "small")
        assert.deepStrictEqual(yield* models.prices(own), { small: { input: 1, output: 2 } })
      }).pipe(env({ OPENAI_MODEL: "gpt-env" }))
    )

    it.effect("keep their names where they are asked at an address of their own", () =>
      Effect.gen(function* () {
        const { models: named } = own
        const standard = { models: { default: named!["local"]! } }
        assert.strictEqual(yield* models.modelName(standard), "small")
        assert.isUndefined(yield* models.unnamed(standard))
      }).pipe(env({ OPENAI_MODEL: "gpt-env", OPENAI_BASE_URL: "http://127.0.0.1:7/v1" }))
    )

    it.effect("need the keys of their own variables", () =>
      Effect.gen(function* () {
        assert.include((yield* models.missing(own, ["local"]))?.detail, "no API key: set LOCAL_KEY")
        assert.isUndefined(yield* models.missing(own, ["default"]))
        const { parameters } = Context.get(yield* Layer.build(models.layer(own, ["local"])), LlmClient.LlmClient)
        assert.deepStrictEqual(parameters?.["careful"], { maxOutputTokens: 16_000 })
      }).pipe(env({ OPENAI_API_KEY: "key", ANTHROPIC_API_KEY: "key" }), Effect.scoped)
    )
  })
})
