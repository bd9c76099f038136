import { describe, expect, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted, Stream } from "effect"
import { identityOf, LlmClient } from "@stepwright/core/LlmClient"
import { Fallback, LlmRegistry, OpenAiLlm, Providers } from "@stepwright/llm"
import { wires as anthropicWires } from "./support/anthropicWire.ts"
import { wires as openAiWires } from "./support/openAiWire.ts"
import { request } from "./support/request.ts"
import { serve } from "./support/server.ts"

const wires = { openai: openAiWires, anthropic: anthropicWires }
const providers = Object.entries(Providers.table).filter((entry): entry is [Providers.Name, Providers.Provider] =>
  Providers.isName(entry[0])
)

const env = (variables: Readonly<Record<string, string>>) =>
  ConfigProvider.layer(ConfigProvider.fromEnv({ env: variables }))

const system = { role: "system", content: "You are brief." } as const

const ask = (model: string) => Effect.flatMap(LlmClient, ({ generate }) => generate({ ...request("ping"), model }))

describe("Providers", () => {
  for (const [provider, { defaultModel, variables }] of providers) {
    describe(`${provider}`, () => {
      const layer = (given: Readonly<Record<string, string>>, options: Partial<Providers.Options> = {}) =>
        Layer.provide(
          Layer.orDie(Providers.layer({ provider, ...options })),
          env(Object.fromEntries(Object.entries(given).map(([name, value]) => [`${variables}_${name}`, value])))
        )

      it.live("asks the model, at the address and with the key that its variables name", () =>
        Effect.gen(function* () {
          const wire = wires[provider].find(({ streamed, api }) => !streamed && api !== "responses")
          const { received, url } = yield* serve(wire?.answer({}) ?? (() => {}))
          const variables = { API_KEY: "sk-sentinel-0123456789", BASE_URL: url, MODEL: "model-env" }
          const { text } = yield* Effect.provide(ask("default"), layer(variables))
          expect([text, received[0]?.body]).toMatchObject(["pong", { model: "model-env" }])
          yield* Effect.provide(ask("default"), layer(variables, { model: "model-given" }))
          expect(received[1]?.body).toMatchObject({ model: "model-given" })
        }).pipe(Effect.scoped)
      )

      it.live("takes off the blanks around an address, and takes blanks alone for none", () =>
        Effect.gen(function* () {
          const wire = wires[provider].find(({ streamed, api }) => !streamed && api !== "responses")
          const { received, url } = yield* serve(wire?.answer({}) ?? (() => {}))
          yield* Effect.provide(ask("default"), layer({ API_KEY: "sk-sentinel-0123456789", BASE_URL: ` ${url} \n` }))
          expect(received[0]?.url).not.toContain("%20")
          const blank = Providers.check({ provider, apiKey: Redacted.make("sk-sentinel-0123456789") })
          expect(yield* Effect.provide(blank, env({ [`${variables}_BASE_URL`]: "  " }))).toBe(undefined)
        }).pipe(Effect.scoped)
      )

      it.live("asks for what prompts have in common to be kept, or not, as a variable says", () =>
        Effect.gen(function* () {
          const wire = wires[provider].find(({ streamed, api }) => !streamed && api !== "responses")
          const { received, url } = yield* serve(wire?.answer({}) ?? (() => {}))
          for (const PROMPT_CACHING of ["true", "false"]) {
            const variables = { API_KEY: "sk-sentinel-0123456789", BASE_URL: url, PROMPT_CACHING }
            const asked = { ...request("ping"), messages: [system, ...request("ping").messages] }
            yield* Effect.flatMap(LlmClient, ({ generate }) => generate(asked)).pipe(Effect.provide(layer(variables)))
          }
          const asked = received.map(({ body }) => /prompt_cache_key|cache_control/u.test(JSON.stringify(body)))
          expect(asked).toEqual([true, false])
        }).pipe(Effect.scoped)
      )

      it.effect("is not set up where a variable is not what it is to be, and says which", () =>
        Effect.gen(function* () {
          const given = { [`${variables}_STREAM_USAGE`]: "perhaps" }
          const layered = Layer.provide(Providers.layer({ provider }), env(given))
          const error = yield* Effect.flip(Effect.provide(ask("default"), layered))
          expect(String(error)).toContain(`${variables}_STREAM_USAGE`)
        })
      )

      it.effect("misses a key when it is asked, and names the variable", () =>
        Effect.gen(function* () {
          const { reason } = yield* Effect.flip(Effect.provide(ask("default"), layer({})))
          expect(reason._tag).toBe("Unauthenticated")
          expect(reason.detail).toContain(`set ${variables}_API_KEY`)
        })
      )

      it.effect("is Misconfigured where its address is none or has a password in it, and asks nobody", () =>
        Effect.gen(function* () {
          for (const BASE_URL of ["localhost:80", "http://user:hunter2@127.0.0.1:1"]) {
            const { reason } = yield* Effect.flip(
              Effect.provide(ask("default"), layer({ API_KEY: "sk-sentinel-0123456789", BASE_URL }))
            )
            expect(reason).toMatchObject({ _tag: "Misconfigured", isRetryable: false })
            expect(reason.detail).toContain(`${variables}_BASE_URL`)
            expect(reason.detail).not.toContain("hunter2")
          }
        })
      )

      const keys: ReadonlyArray<readonly [what: string, key: string, says: RegExp]> = [
        ["curly quotes", "“sk-sentinel-0123456789”", /quotation mark/u],
        ["a line break inside", "sk-sentinel\n0123456789", /line break/u],
        ["two keys on two lines", "sk-sentinel-0123456789\r\nsk-other", /line break/u],
        ["a dash that a word processor made", "sk\u2014sentinel-0123456789", /U\+2014/u],
        ["a blank that is no ASCII", "sk-sentinel-\u00a00123456789", /U\+00A0/u],
        ["a letter that is no ASCII", "sk-sentinel-ü0123456789", /U\+00FC/u],
        ["an invisible character", "sk-sentinel-0123456789\u200b", /U\+200B/u],
        ["a control character", "sk-sentinel-0123\u00076789", /U\+0007/u]
      ]
      for (const [what, key, says] of keys) {
        it.effect(`is Misconfigured where its key has ${what}, names the variable, and never the key`, () =>
          Effect.gen(function* () {
            const apiKey = Redacted.make(key)
            const checked = yield* Providers.check({ provider, apiKey, baseUrl: "http://127.0.0.1:1" })
            const { reason } = yield* Effect.flip(Effect.provide(ask("default"), layer({ API_KEY: key })))
            expect([checked?._tag, reason._tag]).toEqual(["Misconfigured", "Misconfigured"])
            for (const { message } of [checked, reason].filter((one) => one !== undefined)) {
              expect(message).toContain(`${variables}_API_KEY`)
              expect(message).toMatch(says)
              expect(message).not.toMatch(/sentinel|0123|sk/u)
            }
          }).pipe(Effect.provide(env({})))
        )
      }

      it.effect("takes a key with blanks around it, and blanks alone for none", () =>
        Effect.gen(function* () {
          const check = (key: string) => Providers.check({ provider, apiKey: Redacted.make(key) })
          expect(yield* check(" sk-sentinel-0123456789\r\n")).toBe(undefined)
          expect((yield* check(" \n"))?._tag).toBe("Unauthenticated")
        }).pipe(Effect.provide(env({})))
      )

      it.effect("is checked without a request: what is wrong, or nothing", () =>
        Effect.gen(function* () {
          const apiKey = Redacted.make("sk-sentinel-0123456789")
          const check = (options: Partial<Providers.Options>) =>
            Effect.map(Providers.check({ provider, ...options }), (reason) => reason?._tag)
          expect([
            yield* check({}),
            yield* check({ apiKey, baseUrl: "nowhere" }),
            yield* check({ apiKey, baseUrl: "http://127.0.0.1:1" }),
            yield* check({ apiKey })
          ]).toEqual(["Unauthenticated", "Misconfigured", undefined, undefined])
        }).pipe(Effect.provide(env({})))
      )

      it.effect("has a model for where none is named", () =>
        Effect.gen(function* () {
          const name = Providers.modelName({ provider })
          expect(yield* Effect.provide(name, env({}))).toBe(defaultModel)
          expect(yield* Effect.provide(name, env({ [`${variables}_MODEL`]: "mine" }))).toBe("mine")
        })
      )
    })
  }

  it.live("takes from the environment what the names of a server's models and its streams do not tell", () =>
    Effect.gen(function* () {
      const wire = openAiWires.find(({ streamed, api }) => streamed && api === "chat")
      const { received, url } = yield* serve(wire?.answer({}) ?? (() => {}))
      const variables = env({
        OPENAI_API_KEY: "any",
        OPENAI_BASE_URL: url,
        OPENAI_REASONING: "true",
        OPENAI_STREAM_USAGE: "false"
      })
      const asked = { ...request("ping"), parameters: { maxOutputTokens: 9, temperature: 0 } }
      const streaming = Effect.flatMap(LlmClient, ({ stream }) => Stream.runDrain(stream(asked)))
      for (const layer of [Providers.layer({ provider: "openai" }), OpenAiLlm.layerConfig({ model: "mine" })]) {
        yield* Effect.provide(streaming, Layer.provide(layer, variables))
      }
      expect(received.map(({ body }) => Object.keys(body).toSorted())).toEqual(
        received.map(() => ["max_completion_tokens", "messages", "model", "stream"])
      )
      expect(received.length).toBe(2)
    }).pipe(Effect.scoped)
  )

  it("knows its providers by name", () => {
    expect(["openai", "anthropic", "toString", "nobody"].map(Providers.isName)).toEqual([true, true, false, false])
  })

  it.effect("says which model an alias is, of whom and where, with or without a key, and nothing that is secret", () =>
    Effect.gen(function* () {
      const identities = (layer: Layer.Layer<LlmClient, unknown>) =>
        Effect.map(LlmClient, (client) => ["default", "other"].map((alias) => identityOf(client, alias))).pipe(
          Effect.provide(layer)
        )
      const at = (variables: Record<string, string>) =>
        Layer.provide(Providers.layer({ provider: "openai" }), env(variables))
      const known = (model: string) => ({ provider: "openai", model })
      expect(yield* identities(at({}))).toEqual([known("gpt-5.1"), known("other")])
      expect(yield* identities(at({ OPENAI_API_KEY: "any", OPENAI_MODEL: "mine" }))).toEqual([
        known("mine"),
        known("other")
      ])
      const host = { OPENAI_API_KEY: "any", OPENAI_MODEL: "mine", OPENAI_BASE_URL: "https://host:1/v1/?key=secret" }
      const there = [
        { ...known("mine"), host: "host:1/v1" },
        { ...known("other"), host: "host:1/v1" }
      ]
      expect(yield* identities(at(host))).toEqual(there)
      expect(yield* identities(Layer.provide(OpenAiLlm.layerConfig(), env(host)))).toEqual(there)
      const deployed = { ...host, OPENAI_BASE_URL: "https://host:1/v1?deployment=a&api-key=secret&version=2" }
      expect((yield* identities(at(deployed)))[0]).toEqual({
        ...known("mine"),
        host: "host:1/v1?deployment=a&version=2"
      })

      const models = LlmRegistry.layerConfig({ fast: { provider: "anthropic", model: "small" } }, Providers.all)
      const registry = yield* Effect.provide(LlmClient, Layer.provide(models, env({})))
      expect(identityOf(registry, "fast")).toEqual({ provider: "anthropic", model: "small" })
      expect(identityOf(registry, "slow")).toEqual({ model: "slow" })

      const client = yield* Effect.provide(LlmClient, at({}))
      expect(identityOf(Fallback.make([registry])(client), "fast")).toEqual({
        ...known("fast"),
        otherwise: [{ provider: "anthropic", model: "small" }]
      })
    })
  )

  it.effect("makes the clients of a configuration", () =>
    Effect.gen(function* () {
      const config = {
        fast: { provider: "openai", model: "small" },
        good: { provider: "anthropic", model: "large" }
      }
      const models = Layer.provide(LlmRegistry.layerConfig(config, Providers.all), env({}))
      const reasons = yield* Effect.forEach(["fast", "good"], (model) => Effect.flip(ask(model))).pipe(
        Effect.provide(models)
      )
      expect(reasons.map(({ message }) => /set (\w+)/u.exec(message)?.[1])).toEqual([
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY"
      ])
    })
  )
})
