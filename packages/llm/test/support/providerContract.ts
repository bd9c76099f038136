import { describe, expect, it } from "@effect/vitest"
import { type Config, ConfigProvider, Effect, Layer, Redacted } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import type { LlmError } from "@stepwright/core/LlmError"
import { request } from "./request.ts"
import { send, serve } from "./server.ts"

interface Options {
  readonly apiKey: Redacted.Redacted
  readonly model: string
  readonly baseUrl?: string
}

/** A provider's module, and what a test must know of it. */
export interface Subject {
  readonly layer: (options: Options) => Layer.Layer<LlmClient>
  readonly layerConfig: (given?: Partial<Options>) => Layer.Layer<LlmClient, Config.ConfigError>
  /** What its variables begin with. */
  readonly variables: string
  readonly key: string
  /** Its base URL for the address of a server. */
  readonly baseUrl: (url: string) => string
  /** The body of a reply, and of a refusal of a key. */
  readonly pong: unknown
  readonly refusal: (message: string) => unknown
}

const ask = Effect.flatMap(LlmClient, ({ generate }) => generate(request("ping")))

const env = (env: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromEnv({ env }))

/** What every provider with a key and a base URL does, whatever its wire format. */
export const providerContract = ({ baseUrl, key, layer, layerConfig, pong, refusal, variables }: Subject) => {
  const [apiKey, url, model] = [`${variables}_API_KEY`, `${variables}_BASE_URL`, `${variables}_MODEL`]

  /** Why a call of the layer fails. */
  const reasonOf = (options: Partial<Options>) =>
    Effect.map(
      Effect.flip(Effect.provide(ask, layer({ apiKey: Redacted.make(key), model: "model-1", ...options }))),
      ({ reason }: LlmError) => reason
    )

  describe("set-up", () => {
    it.live("fails at once when the base URL is none", () =>
      Effect.gen(function* () {
        const reason = yield* reasonOf({ baseUrl: "localhost v1" })
        expect(reason._tag).toBe("Misconfigured")
        expect(reason.detail).toContain("base URL")
        expect(reason.detail).toContain(url)
      })
    )

    it.live("takes off the blanks around a base URL", () =>
      Effect.gen(function* () {
        const server = yield* serve(send(200, pong))
        const options = { apiKey: Redacted.make(key), model: "model-1", baseUrl: ` ${baseUrl(server.url)}\r\n` }
        yield* Effect.provide(ask, layer(options))
        expect(server.received.map(({ url }) => url)).toEqual([expect.stringMatching(/^\/v1\/\w+/u)])
        const config = env({ [apiKey]: key, [url]: `\t${baseUrl(server.url)}  `, [model]: " model-env " })
        yield* Effect.provide(ask, Layer.provide(layerConfig(), config))
        expect(server.received[1]).toMatchObject({ url: server.received[0]?.url, body: { model: "model-env" } })
      }).pipe(Effect.scoped)
    )

    it.live("names the address and its variable where nobody listens, without what else the address holds", () =>
      Effect.gen(function* () {
        const closed = yield* Effect.scoped(Effect.map(serve(send(200, pong)), (server) => server.url))
        const reason = yield* reasonOf({ baseUrl: `${baseUrl(closed)}?token=hunter2` })
        expect(reason._tag).toBe("NetworkFailure")
        expect(reason.detail).toContain("ECONNREFUSED")
        expect(reason.detail).toContain(baseUrl(closed))
        expect(reason.detail).toContain(url)
        expect(reason.detail).not.toContain("hunter2")
      })
    )

    it.live("names the address and its variable where its path is wrong", () =>
      Effect.gen(function* () {
        for (const body of ["", "<html>nothing here</html>", { detail: "Not Found" }, { error: "Not Found" }]) {
          const server = yield* serve(send(404, body))
          const reason = yield* reasonOf({ baseUrl: baseUrl(server.url) })
          expect(reason._tag).toBe("InvalidRequest")
          expect(reason.detail).toContain(`${new URL(server.url).origin}/v1/`)
          expect(reason.detail).toContain(url)
        }
      }).pipe(Effect.scoped)
    )

    it.live("does not ask again where the server speaks no TLS", () =>
      Effect.gen(function* () {
        const server = yield* serve(send(200, pong))
        const reason = yield* reasonOf({ baseUrl: baseUrl(server.url).replace("http:", "https:") })
        expect(reason).toMatchObject({ _tag: "NetworkFailure", isRetryable: false })
        expect(reason.detail).toContain(`https://127.0.0.1`)
        expect(reason.detail).toContain(url)
      }).pipe(Effect.scoped)
    )

    it.live("refuses a base URL with a password in it, and does not show that", () =>
      Effect.gen(function* () {
        const { received, url } = yield* serve(send(200, pong))
        const reason = yield* reasonOf({ baseUrl: url.replace("http://", "http://user:hunter2@") })
        expect(reason).toMatchObject({ _tag: "Misconfigured", isRetryable: false })
        expect(reason.message).toMatch(/base URL.* has a user name or a password/u)
        expect(reason.message).not.toContain("hunter2")
        expect(received).toEqual([])
      }).pipe(Effect.scoped)
    )

    it.effect("fails without a request when the key is empty", () =>
      Effect.gen(function* () {
        const reason = yield* reasonOf({ apiKey: Redacted.make("") })
        expect(reason).toMatchObject({ _tag: "Unauthenticated" })
        expect(reason.message).toContain(apiKey)
      })
    )

    it.live("never shows the key, even when the server quotes it", () =>
      Effect.gen(function* () {
        const server = yield* serve(send(401, refusal(`Incorrect API key provided: ${key}`)))
        const reason = yield* reasonOf({ baseUrl: baseUrl(server.url) })
        expect(JSON.stringify(reason) + reason.message).not.toContain(key)
        expect(reason.message).toContain("<key>")
      }).pipe(Effect.scoped)
    )
  })

  describe("layerConfig", () => {
    it.live("takes key, base URL and model from the environment", () =>
      Effect.gen(function* () {
        const server = yield* serve(send(200, pong))
        const config = env({ [apiKey]: key, [url]: baseUrl(server.url), [model]: "model-env" })
        yield* Effect.provide(ask, Layer.provide(layerConfig(), config))
        expect(server.received[0]?.headers.authorization).toBe(`Bearer ${key}`)
        expect(server.received[0]?.body["model"]).toBe("model-env")
      }).pipe(Effect.scoped)
    )

    it.live("prefers what is given to the environment", () =>
      Effect.gen(function* () {
        const server = yield* serve(send(200, pong))
        const config = env({ [apiKey]: key, [url]: "http://127.0.0.1:1", [model]: "model-env" })
        const given = layerConfig({ model: "model-given", baseUrl: baseUrl(server.url) })
        yield* Effect.provide(ask, Layer.provide(given, config))
        expect(server.received[0]?.body["model"]).toBe("model-given")
      }).pipe(Effect.scoped)
    )

    for (const name of [apiKey, model]) {
      it.effect(`names ${name} when it is missing or empty`, () =>
        Effect.gen(function* () {
          for (const value of [{}, { [name]: "" }]) {
            const { [name]: _, ...rest } = { [apiKey]: key, [model]: "m" } as Record<string, string>
            const error = yield* Effect.flip(
              Effect.provide(ask, Layer.provide(layerConfig(), env({ ...rest, ...value })))
            )
            expect(String(error)).toContain(name)
          }
        })
      )
    }
  })
}
