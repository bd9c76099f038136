import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import { RateLimited } from "@stepwright/core/LlmError"
import { Cassette, LlmRegistry, MockLlm } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { ask, asked, text, withFile, read, recording, replaying, warnings, more, count } from "./support/cassette.ts"

describe("Cassette", () => {
  describe("layerAuto", () => {
    it.effect("has the models of the client below, so that no run starts that names another", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const registry = LlmRegistry.layer({ fast: MockLlm.layer(() => "quick") })
          const cassette = Layer.provide(Cassette.layerAuto({ file }), registry)
          expect((yield* Effect.provide(LlmClient, cassette)).models).toEqual(["fast"])
          expect((yield* Effect.provide(LlmClient, Cassette.layerReplay({ file }))).models).toBeUndefined()
        })
      )
    )

    it.effect("asks anew what a step asks anew, and replaces the entry; a replay does not", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const anew = request("a", undefined, {}, { fresh: true })
          yield* recording(Cassette.layerAuto, file, [{ reply: "of no use" }], ask(request("a")))
          expect(yield* replaying(file, text(anew))).toBe("of no use")
          expect(yield* recording(Cassette.layerAuto, file, [{ reply: "better" }], text(anew))).toBe("better")
          expect(yield* replaying(file, text(request("a")))).toBe("better")
          expect(yield* read(file)).not.toContain("fresh")
        })
      )
    )

    it.effect("asks for what is missing only, and records it", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerAuto, file, [{ reply: "old" }], ask(request("a")))
          const both = Effect.all([text(request("a")), text(request("b")), text(request("b")), count])
          expect(yield* recording(Cassette.layerAuto, file, [{ reply: "new" }], both)).toEqual(["old", "new", "new", 1])
          expect(yield* replaying(file, text(request("b")))).toBe("new")
        })
      )
    )
  })

  describe("layerAuto, after a prompt has changed", () => {
    const prompt = (last: string) => request("b", `You write.\n${last}\nEnd.`)
    const before = Effect.all([ask(request("a")), ask(prompt("Be brief.")), ask(request("c"))])
    const after = Effect.all([text(request("a")), text(prompt("Be quick.")), text(request("c"))])

    it.effect("asks for what has changed only, and warns of the entry that is out of date, which it keeps", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerAuto, file, [{ reply: "old" }], before)
          const asked = Effect.gen(function* () {
            expect(yield* after).toEqual(["old", "new", "old"])
            expect(yield* count).toBe(1)
            expect(yield* Cassette.unused).toEqual([{ path: "b", step: "b", turn: 1 }])
          })
          const lines = yield* warnings(recording(Cassette.layerAuto, file, [{ reply: "new" }], asked))
          expect(lines).toEqual([
            `cassette ${file}: nothing asked for 1 of its entries, and others were recorded: step "b" at b, turn 1; ` +
              "remove them with Cassette.prune if they are out of date"
          ])
          expect(yield* replaying(file, text(prompt("Be brief.")))).toBe("old")
        })
      )
    )

    it.effect("warns of nothing when nothing was recorded", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerAuto, file, [{ reply: "old" }], before)
          expect(yield* warnings(recording(Cassette.layerAuto, file, [], ask(request("a"))))).toEqual([])
        })
      )
    )

    it.effect("counts as used what was asked for before, as it is told", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerAuto, file, [{ reply: "old" }], before)
          const layer: typeof Cassette.layerAuto = (options) =>
            Cassette.layerAuto({ ...options, asked: ({ metadata }) => metadata.path !== "a" })
          const asked = Effect.andThen(ask(prompt("Be quick.")), Cassette.unused)
          const lines = yield* warnings(
            recording(
              layer,
              file,
              [{ reply: "new" }],
              Effect.map(asked, (unused) => expect(unused).toHaveLength(1))
            )
          )
          expect(lines).toEqual([
            expect.stringContaining('nothing asked for 1 of its entries, and others were recorded: step "a"')
          ])
        })
      )
    )

    it.effect("names ten entries at most, and says how many there are", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const asks = Array.from({ length: 12 }, (_, index) => ask(request(`old-${index}`)))
          yield* recording(Cassette.layerAuto, file, [{ reply: "…" }], Effect.all(asks))
          const [line = ""] = yield* warnings(recording(Cassette.layerAuto, file, [{ reply: "…" }], ask(request("a"))))
          expect(line).toContain("nothing asked for 12 of its entries")
          expect([line.split('step "old-').length - 1, line.includes("; …; remove")]).toEqual([10, true])
        })
      )
    )

    it.effect("leaves a diff of the lines that have changed, once it is pruned", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerAuto, file, [{ reply: "one\nold\nthree" }], before)
          const old = yield* read(file)
          const pruned = Effect.andThen(after, Cassette.prune)
          const lines = yield* warnings(recording(Cassette.layerAuto, file, [{ reply: "one\nnew\nthree" }], pruned))
          expect(lines).toEqual([])
          expect(more(old, yield* read(file)).map((line) => line.trim())).toEqual(['"Be brief.",'])
          expect(more(yield* read(file), old).map((line) => line.trim())).toEqual(['"Be quick.",', '"new",'])
        })
      )
    )
  })

  describe("layerAuto, asked the same at the same time", () => {
    /** A model that answers once it is told to, and how often it was asked. */
    const slow = Effect.gen(function* () {
      const gate = yield* Deferred.make<MockLlm.Reply>()
      return { gate, script: () => Deferred.await(gate) }
    })
    const started = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

    it.effect("asks once, and gives the reply to all", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const { gate, script } = yield* slow
          const program = Effect.gen(function* () {
            const all = yield* started(Effect.replicateEffect(text(request("a")), 5, { concurrency: "unbounded" }))
            const other = yield* started(text(request("b")))
            expect(yield* asked(2)).toBe(2)
            yield* Deferred.succeed(gate, "pong")
            expect(yield* Fiber.join(all)).toEqual(Array(5).fill("pong"))
            expect(yield* Fiber.join(other)).toBe("pong")
            expect(yield* count).toBe(2)
          })
          yield* recording(Cassette.layerAuto, file, script, program)
        })
      )
    )

    it.effect("shares a failure, and asks again after it", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const { gate, script } = yield* slow
          const program = Effect.gen(function* () {
            const failing = Effect.map(Effect.flip(ask(request("a"))), ({ message }) => message)
            const both = yield* started(Effect.replicateEffect(failing, 2, { concurrency: 2 }))
            yield* asked(1)
            yield* Deferred.succeed(gate, new RateLimited({ detail: "slow" }))
            expect(yield* Fiber.join(both)).toEqual(["rate limited: slow", "rate limited: slow"])
            expect(yield* count).toBe(1)
            yield* failing
            expect(yield* count).toBe(2)
          })
          yield* recording(Cassette.layerAuto, file, script, program)
        })
      )
    )

    it.effect("goes on with the next when the first is interrupted, and lets one that waits be interrupted", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const { gate, script } = yield* slow
          const program = Effect.gen(function* () {
            const first = yield* started(text(request("a")))
            yield* asked(1)
            const second = yield* started(text(request("a")))
            const third = yield* started(text(request("a")))
            yield* Fiber.interrupt(second)
            expect(yield* count).toBe(1)
            yield* Fiber.interrupt(first)
            expect(yield* asked(2)).toBe(2)
            yield* Deferred.succeed(gate, "pong")
            expect(yield* Fiber.join(third)).toBe("pong")
          })
          yield* recording(Cassette.layerAuto, file, script, program)
        })
      )
    )

    it.effect("asks by itself for one that a step asks anew", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const { gate, script } = yield* slow
          const program = Effect.gen(function* () {
            const anew = request("a", undefined, {}, { fresh: true })
            const both = yield* started(Effect.all([text(request("a")), text(anew)], { concurrency: 2 }))
            expect(yield* asked(2)).toBe(2)
            yield* Deferred.succeed(gate, "pong")
            yield* Fiber.join(both)
          })
          yield* recording(Cassette.layerAuto, file, script, program)
        })
      )
    )
  })
})
