import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import * as LlmClient from "@stepwright/core/LlmClient"
import { InvalidResponse, LlmError, RateLimited } from "@stepwright/core/LlmError"
import { Attempts } from "@stepwright/llm"
import { request } from "./support/request.ts"

/** A sink that writes down what it is told. */
const listen = () => {
  const log: Array<string | Outcome> = []
  const sink = {
    started: ({ metadata }: { readonly metadata: { readonly path: string } }) =>
      Effect.sync(() => {
        log.push(metadata.path)
        return (outcome: Outcome) => Effect.sync(() => void log.push(outcome))
      })
  }
  return { log, provide: Effect.provideService(AttemptSink, sink) }
}

const failing = (error: LlmError) => Attempts.make(LlmClient.make(() => Effect.fail(error)))

describe("Attempts", () => {
  describe("make", () => {
    it.effect("reports a request before it leaves, and its model and usage after", () =>
      Effect.gen(function* () {
        const { log, provide } = listen()
        const client = Attempts.make(
          LlmClient.make(() =>
            Effect.sync(() => {
              expect(log).toEqual(["draft"])
              return { text: "…", finishReason: "stop", model: "m-1", usage: { input: 3 } }
            })
          )
        )
        yield* provide(client.generate(request("draft")))
        expect(log).toEqual(["draft", { model: "m-1", usage: { input: 3 } }])
      })
    )

    it.effect("reports a failure, with the usage that it cost where the error knows it", () =>
      Effect.gen(function* () {
        const { log, provide } = listen()
        const limited = new LlmError({ reason: new RateLimited({ detail: "slow" }) })
        const paid = new LlmError({ reason: new InvalidResponse({ detail: "empty", usage: { output: 9 } }) })
        expect(yield* Effect.flip(provide(failing(limited).generate(request("a"))))).toBe(limited)
        yield* Effect.flip(provide(failing(paid).generate(request("b"))))
        expect(log).toEqual(["a", { error: limited }, "b", { usage: { output: 9 }, error: paid }])
      })
    )

    it.effect("reports the end of an interrupted request, with nothing known", () =>
      Effect.gen(function* () {
        const { log, provide } = listen()
        const client = Attempts.make(LlmClient.make(() => Effect.never))
        const fiber = yield* Effect.forkChild(provide(client.generate(request("a"))), { startImmediately: true })
        assert.deepStrictEqual(log, ["a"])
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(log, ["a", {}])
      })
    )

    it.effect("reports a stream when its reply is whole, before the reader has it", () =>
      Effect.gen(function* () {
        const { log, provide } = listen()
        const client = Attempts.make(
          LlmClient.make(() => Effect.succeed({ text: "…", finishReason: "stop", model: "m-1", usage: { input: 3 } }))
        )
        const seen = client
          .stream(request("a"))
          .pipe(Stream.runForEach((part) => Effect.sync(() => void (part._tag === "Finished" && log.push("finished")))))
        yield* provide(seen)
        expect(log).toEqual(["a", { model: "m-1", usage: { input: 3 } }, "finished"])
      })
    )

    it.effect("reports a stream that fails, and one that nobody reads to its end", () =>
      Effect.gen(function* () {
        const { log, provide } = listen()
        const error = new LlmError({ reason: new InvalidResponse({ detail: "empty", usage: { output: 9 } }) })
        const parts = Stream.make<ReadonlyArray<LlmClient.StreamPart>>({ _tag: "Delta", text: "po" })
        const client = Attempts.make(
          LlmClient.make(
            () => Effect.fail(error),
            () => Stream.concat(parts, Stream.fail(error))
          )
        )
        expect(yield* Effect.flip(provide(Stream.runDrain(client.stream(request("a")))))).toBe(error)
        yield* provide(Stream.runDrain(Stream.take(client.stream(request("b")), 1)))
        expect(log).toEqual(["a", { usage: { output: 9 }, error }, "b", {}])
      })
    )

    it.effect("reports to nobody unless a sink is provided", () =>
      Effect.gen(function* () {
        const client = Attempts.make(
          LlmClient.make(() => Effect.succeed({ text: "…", finishReason: "stop", usage: {} }))
        )
        expect((yield* client.generate(request("a"))).text).toBe("…")
      })
    )
  })
})
