import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import { Cassette, MockLlm } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { filesOf, text, withFile, read, recording, replaying, count } from "./support/cassette.ts"

describe("Cassette", () => {
  describe("streams", () => {
    const parts = Effect.flatMap(LlmClient, (client) => Stream.runCollect(client.stream(request("a"))))
    const deltas = Effect.map(parts, (all) => all.flatMap((part) => (part._tag === "Delta" ? [part.text] : [])))
    const pong = [{ reply: MockLlm.chunks(["po", "ng"]) }]

    for (const layer of [Cassette.layerAuto, Cassette.layerRecord]) {
      it.effect(
        `pass while ${layer === Cassette.layerAuto ? "auto" : "record"} records, and are replayed in one piece`,
        () =>
          withFile((file) =>
            Effect.gen(function* () {
              expect(yield* recording(layer, file, pong, deltas)).toEqual(["po", "ng"])
              expect(yield* replaying(file, deltas)).toEqual(["pong"])
              expect(yield* replaying(file, text(request("a")))).toBe("pong")
              expect(yield* recording(Cassette.layerAuto, file, [], deltas)).toEqual(["pong"])
            })
          )
      )
    }

    it.effect("are recorded before their end is seen", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const seen = Effect.flatMap(LlmClient, (client) =>
            Stream.runForEach(client.stream(request("a")), (part) =>
              Effect.gen(function* () {
                const content = yield* read(file)
                expect(content.includes("pong")).toBe(part._tag === "Finished")
              })
            )
          )
          yield* recording(Cassette.layerAuto, file, pong, seen)
        })
      )
    )

    it.effect("leave nothing when they fail, or are left, on the way; the next call asks again", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const script = [
            {
              reply: [
                MockLlm.chunks(["half", MockLlm.fault("socket killed in the stream")]),
                MockLlm.chunks(["half", "way"])
              ]
            },
            ...pong
          ]
          const program = Effect.gen(function* () {
            const empty = yield* read(file)
            expect((yield* Effect.flip(parts)).reason._tag).toBe("NetworkFailure")
            const client = yield* LlmClient
            yield* Stream.runDrain(Stream.take(client.stream(request("a")), 1))
            expect(yield* read(file)).toBe(empty)
            expect(yield* deltas).toEqual(["po", "ng"])
          })
          yield* recording(Cassette.layerAuto, file, script, program)
          expect(yield* read(file)).not.toContain("half")
        })
      )
    )

    it.effect("get the whole of a call that is ahead of them", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const gate = yield* Deferred.make<MockLlm.Reply>()
          const program = Effect.gen(function* () {
            const all = yield* Effect.forkChild(Effect.all([text(request("a")), deltas, deltas], { concurrency: 3 }), {
              startImmediately: true
            })
            yield* Deferred.succeed(gate, MockLlm.chunks(["po", "ng"]))
            expect(yield* Fiber.join(all)).toEqual(["pong", ["pong"], ["pong"]])
            expect(yield* count).toBe(1)
          })
          yield* recording(Cassette.layerAuto, file, () => Deferred.await(gate), program)
        })
      )
    )

    it.live("that are equal and read in step do not wait for each other", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const inStep = Effect.gen(function* () {
            const { stream } = yield* LlmClient
            const both = Stream.zip(stream(request("a")), stream(request("a")))
            expect((yield* Stream.runCollect(both)).length).toBe(3)
            const call = Stream.mapEffect(stream(request("b")), () => text(request("b")))
            expect(yield* Stream.runCollect(call)).toEqual(["pong", "pong", "pong"])
          })
          yield* recording(Cassette.layerAuto, file, () => MockLlm.chunks(["po", "ng"]), inStep)
          const names = (yield* filesOf(file)).map((name) => name.replace(/@[\da-f]{12}/u, ""))
          expect(names).toEqual(["a.2.json", "a.json", "b.2.json", "b.json"])
        })
      )
    )
  })
})
