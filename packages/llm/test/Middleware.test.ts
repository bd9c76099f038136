import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Stream } from "effect"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, RateLimited } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { Middleware } from "@stepwright/llm"
import { request } from "./support/request.ts"

const done: LlmReply = { text: "done", finishReason: "stop", usage: { input: 3 } }
const busy = new LlmError({ reason: new RateLimited({ detail: "busy" }) })
const answering = LlmClient.make(() => Effect.succeed(done))
const failing = LlmClient.make(() => Effect.fail(busy))

/** A middleware that writes down what happens to each call, and fails it where it is told to. */
const logging = (enter: Effect.Effect<void, LlmError> = Effect.void) => {
  const log: Array<unknown> = []
  const middleware = Middleware.make(({ metadata }) =>
    Effect.sync(() => {
      log.push(metadata.path)
      return { enter, leave: (ended) => Effect.sync(() => void log.push(ended)) }
    })
  )
  return { log, middleware }
}

const ways = {
  whole: (client: LlmClient.Service) => client.generate(request("draft")),
  streamed: (client: LlmClient.Service) => Stream.runDrain(client.stream(request("draft")))
}

describe("Middleware", () => {
  describe("make", () => {
    for (const [name, ask] of Object.entries(ways)) {
      it.effect(
        `${name}: opens a call, and leaves it with its reply, its error, or neither where it is interrupted`,
        () =>
          Effect.gen(function* () {
            const { log, middleware } = logging()
            yield* ask(middleware(answering))
            yield* Effect.flip(ask(middleware(failing)))
            const silent = LlmClient.make(() => Effect.never)
            yield* Fiber.interrupt(yield* Effect.forkChild(ask(middleware(silent)), { startImmediately: true }))
            expect(log).toEqual(["draft", { reply: done }, "draft", { error: busy }, "draft", {}])
          })
      )

      it.effect(`${name}: leaves a call whose \`enter\` failed, and asks nobody`, () =>
        Effect.gen(function* () {
          const { log, middleware } = logging(Effect.fail(busy))
          const nobody = LlmClient.make(() => Effect.die("it was asked"))
          expect(yield* Effect.flip(ask(middleware(nobody)))).toBe(busy)
          expect(log).toEqual(["draft", { error: busy }])
        })
      )

      it.effect(`${name}: asks another client where one is given, and changes nothing where nothing is`, () =>
        Effect.gen(function* () {
          const instead = Middleware.make(() => Effect.succeed({ client: answering }))
          yield* ask(instead(failing))
          const none = Middleware.make(() => Effect.succeed({}))
          expect(yield* Effect.flip(ask(none(failing)))).toBe(busy)
          const late = Middleware.make(() => Effect.succeed({ enter: Effect.fail(busy) }))
          expect(yield* Effect.flip(ask(late(answering)))).toBe(busy)
        })
      )
    }

    it.effect("leaves a stream before its reader sees the last part, and once where the reader goes", () =>
      Effect.gen(function* () {
        const { log, middleware } = logging()
        const { stream } = middleware(answering)
        yield* Stream.runForEach(stream(request("draft")), (part) => Effect.sync(() => void log.push(part._tag)))
        yield* Stream.runDrain(Stream.take(stream(request("other")), 1))
        expect(log).toEqual(["draft", { reply: done }, "Delta", "Finished", "other", { reply: done }])
      })
    )

    it.effect("knows an error of another copy of the package by its tag", () =>
      Effect.gen(function* () {
        const foreign = Object.assign(new Error("busy"), { _tag: "LlmError", reason: { _tag: "RateLimited" } })
        const { log, middleware } = logging()
        const exit = yield* Effect.exit(
          middleware(LlmClient.make(() => Effect.fail(foreign as never))).generate(request("draft"))
        )
        expect([Exit.isFailure(exit), log]).toEqual([true, ["draft", { error: foreign }]])
      })
    )
  })

  describe("usageOf", () => {
    it("is what the reply says, or the error, or nothing", () => {
      const broken = new LlmError({ reason: busy.reason, usage: { input: 5 } })
      expect([{ reply: done }, { error: broken }, { error: busy }, {}].map(Middleware.usageOf)).toEqual([
        { input: 3 },
        { input: 5 },
        {},
        {}
      ])
    })
  })
})
