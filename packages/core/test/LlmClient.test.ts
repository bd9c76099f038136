import { Effect, Layer, Stream } from "effect"
import { LlmClient, LlmError, type LlmRequest } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"

const request: LlmRequest.LlmRequest = {
  model: "default",
  messages: [{ role: "user", content: "hi" }],
  format: { type: "text" },
  parameters: {},
  metadata: { run: "r", path: "p", step: "s", turn: 1 }
}
const refused = new LlmError.LlmError({ reason: new LlmError.InvalidRequest({ detail: "no" }) })

describe("LlmClient", () => {
  describe("make", () => {
    it.effect("streams what `generate` gives as one text and the whole reply", () =>
      Effect.gen(function* () {
        const client = LlmClient.make(() => Effect.succeed(reply("hello")))
        assert.deepStrictEqual(yield* Stream.runCollect(client.stream(request)), [
          { _tag: "Delta", text: "hello" },
          { _tag: "Finished", reply: reply("hello") }
        ])
        const failing = LlmClient.make(() => Effect.fail(refused))
        assert.strictEqual(yield* Effect.flip(Stream.runDrain(failing.stream(request))), refused)
      })
    )

    it.effect("refuses a function that gives a Promise in place of an Effect", () =>
      Effect.gen(function* () {
        // as in a program without types
        const client = LlmClient.make((() => Promise.reject(refused)) as never)
        for (const asked of [client.generate(request), Stream.runDrain(client.stream(request))]) {
          assert.match(String(yield* Effect.exit(asked)), /the client gives a Promise, and no Effect/)
        }
      })
    )
  })

  describe("unwrap", () => {
    it.effect("asks the client that the request decides, whole and streamed, or fails as that does", () =>
      Effect.gen(function* () {
        const client = LlmClient.unwrap(({ model }) =>
          model === "default"
            ? Effect.succeed(LlmClient.make(() => Effect.succeed(reply("hello"))))
            : Effect.fail(refused)
        )
        assert.deepStrictEqual(yield* client.generate(request), reply("hello"))
        assert.strictEqual((yield* Stream.runCollect(client.stream(request))).length, 2)
        const other = { ...request, model: "other" }
        assert.strictEqual(yield* Effect.flip(client.generate(other)), refused)
        assert.strictEqual(yield* Effect.flip(Stream.runDrain(client.stream(other))), refused)
      })
    )
  })

  describe("mapRequest", () => {
    it.effect("asks for what the function gives, and keeps what the client says of its models", () =>
      Effect.gen(function* () {
        const asked: Array<string> = []
        const below = LlmClient.make(({ model }) => Effect.sync(() => (asked.push(model), reply("hello"))))
        const identify = (alias: string) => ({ model: alias, provider: "p" })
        const client = LlmClient.mapRequest({ ...below, models: ["fast"], identify }, (request) => ({
          ...request,
          model: "fast"
        }))
        assert.deepStrictEqual(LlmClient.identityOf(client, "fast"), { model: "fast", provider: "p" })
        assert.deepStrictEqual(LlmClient.identityOf(below, "fast"), { model: "fast" })
        yield* client.generate(request)
        yield* Stream.runDrain(client.stream(request))
        assert.deepStrictEqual([asked, client.models], [["fast", "fast"], ["fast"]])
      })
    )
  })

  describe("tapError", () => {
    it.effect("shows each error, whole and streamed, and passes it on", () =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const failing = LlmClient.make(() => Effect.fail(refused))
        const client = LlmClient.tapError(failing, (error) => Effect.sync(() => seen.push(error.reason._tag)))
        assert.strictEqual(yield* Effect.flip(client.generate(request)), refused)
        assert.strictEqual(yield* Effect.flip(Stream.runDrain(client.stream(request))), refused)
        assert.deepStrictEqual(seen, ["InvalidRequest", "InvalidRequest"])
      })
    )
  })

  describe("layerMiddleware", () => {
    it.effect("wraps the client below it, the one applied last outermost", () => {
      const around = (name: string) =>
        LlmClient.layerMiddleware(
          Effect.succeed((client) =>
            LlmClient.make((request) =>
              Effect.map(client.generate(request), (inner) => reply(`${name}(${inner.text})`))
            )
          )
        )
      const layer = around("outer").pipe(
        Layer.provide(around("inner")),
        Layer.provide(LlmClient.layer(() => Effect.succeed(reply("x"))))
      )
      return Effect.gen(function* () {
        const client = yield* LlmClient.LlmClient
        assert.strictEqual((yield* client.generate(request)).text, "outer(inner(x))")
      }).pipe(Effect.provide(layer))
    })

    it.effect("keeps models and parameters of the client below, unless the one around it says its own", () => {
      const below = {
        ...LlmClient.make(() => Effect.fail(refused)),
        models: ["fast"],
        parameters: { fast: { seed: 1 } }
      }
      const told = (said: Partial<LlmClient.Service>) =>
        LlmClient.layerMiddleware(Effect.succeed((client) => ({ ...LlmClient.make(client.generate), ...said }))).pipe(
          Layer.provide(Layer.succeed(LlmClient.LlmClient, below)),
          (layer) => Effect.provide(LlmClient.LlmClient, layer),
          Effect.map(({ models, parameters }) => ({ models, parameters }))
        )
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* told({}), { models: ["fast"], parameters: { fast: { seed: 1 } } })
        assert.deepStrictEqual(yield* told({ models: ["slow"], parameters: {} }), { models: ["slow"], parameters: {} })
      })
    })
  })
})
