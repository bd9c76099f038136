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
