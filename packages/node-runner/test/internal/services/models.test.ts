import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import * as models from "../../../src/internal/services/models.ts"

const env = (variables: Readonly<Record<string, string>>) =>
  Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: variables })))

describe("models", () => {
  describe("parse", () => {
    it("takes a provider's name before the first slash, and nothing else for one", () => {
      assert.deepStrictEqual(models.parse("anthropic/claude-big"), { provider: "anthropic", model: "claude-big" })
      assert.deepStrictEqual(models.parse("anthropic"), { provider: "anthropic" })
      assert.deepStrictEqual(models.parse("meta-llama/small"), { provider: "openai", model: "meta-llama/small" })
      assert.deepStrictEqual(models.parse("openai/anthropic/claude"), { provider: "openai", model: "anthropic/claude" })
      assert.deepStrictEqual(models.parse(undefined), { provider: "openai" })
      assert.deepStrictEqual(models.parse("small", "anthropic"), { provider: "anthropic", model: "small" })
    })
  })

  describe("renamed", () => {
    it.effect("has the aliases that the providers call otherwise, by the variables of each", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* models.renamed("big", ["small", "anthropic/claude", "anthropic"]), {
          default: "big",
          "anthropic/claude": "claude",
          anthropic: "claude-env"
        })
        assert.deepStrictEqual(yield* models.renamed(undefined, []), { default: "gpt-env" })
      }).pipe(env({ OPENAI_MODEL: "gpt-env", ANTHROPIC_MODEL: "claude-env" }))
    )
  })

  describe("missing", () => {
    it.effect("tells a key or an address that is not there, of the provider that is asked", () =>
      Effect.gen(function* () {
        assert.isUndefined(yield* models.missing("big", ["default", "small"]))
        assert.strictEqual((yield* models.missing("anthropic/claude", ["default"]))?._tag, "Unauthenticated")
        assert.strictEqual((yield* models.missing("big", ["small", "anthropic/claude"]))?._tag, "Unauthenticated")
        assert.isUndefined(yield* models.missing("anthropic/claude", ["openai/big"]))
      }).pipe(env({ OPENAI_API_KEY: "key" }))
    )
  })
})
