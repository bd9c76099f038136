import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { LlmClient, type LlmRequest } from "@stepwright/core"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { around } from "../../../src/internal/services/answering.ts"

const request: LlmRequest.LlmRequest = {
  model: "default",
  messages: [{ role: "user", content: "hello" }],
  format: { type: "text" },
  parameters: {},
  metadata: { run: "", path: "ask", step: "ask", turn: 1 }
}

describe("around", () => {
  it.effect("lets no more requests be on their way than `concurrency` says", () => {
    const seen = { now: 0, most: 0 }
    const client = LlmClient.layer(() =>
      Effect.gen(function* () {
        seen.most = Math.max(seen.most, ++seen.now)
        yield* Effect.sleep("1 second")
        seen.now--
        return { text: "hello back", finishReason: "stop" as const, usage: {} }
      })
    )
    const layer = Layer.provide(around({ concurrency: 2 }, []), [client, NodeServices.layer])
    return Effect.gen(function* () {
      const { generate } = yield* LlmClient.LlmClient
      const asked = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 7 }, () => generate(request)),
          { concurrency: "unbounded" }
        ),
        { startImmediately: true }
      )
      yield* TestClock.adjust("3 seconds")
      assert.isUndefined(asked.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(asked)).length, 7)
      assert.strictEqual(seen.most, 2)
    }).pipe(Effect.provide(layer))
  })
})
