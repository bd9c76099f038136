import { assert, describe, expect, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import { Cassette, MockLlm } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { ask, edit, filesOf, text, withFile, recording, replaying, miss, warnings } from "./support/cassette.ts"

describe("Cassette", () => {
  describe("layers over one file", () => {
    const clientOf = (file: string, reply: string) =>
      Effect.map(
        Layer.build(Layer.provide(Cassette.layerAuto({ file }), MockLlm.layer([{ reply }]))),
        Context.get(LlmClient)
      )

    it.effect("that are open at the same time keep each other's replies, whatever they call the file", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const names = [...Array(10).keys()].map((n) => `step-${n}`)
          const both = Effect.gen(function* () {
            const one = yield* clientOf(file, "one")
            const other = yield* clientOf(file.replace("/runs/", "/runs/../runs/"), "other")
            yield* Effect.forEach(
              names,
              (name) =>
                Effect.all([one.generate(request(name)), other.generate(request(`${name}-too`))], { concurrency: 2 }),
              { concurrency: 3 }
            )
            expect((yield* other.generate(request("step-1"))).text).toBe("one")
          })
          expect(yield* warnings(Effect.scoped(both))).toEqual([])
          for (const name of names) {
            expect(yield* replaying(file, text(request(name)))).toBe("one")
            expect(yield* replaying(file, text(request(`${name}-too`)))).toBe("other")
          }
        })
      )
    )

    it.effect("see what is edited at once", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const one = yield* clientOf(file, "one")
          yield* one.generate(request("a"))
          yield* edit(file, (text) => text.replace('"one"', '"edited"'))
          expect(yield* replaying(file, text(request("a")))).toBe("edited")
          expect((yield* one.generate(request("a"))).text).toBe("edited")
        }).pipe(Effect.scoped)
      )
    )

    it.effect("count what either was asked for as used", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(
            Cassette.layerAuto,
            file,
            [{ reply: "…" }],
            Effect.all([ask(request("a")), ask(request("b"))])
          )
          const both = Effect.gen(function* () {
            const one = yield* clientOf(file, "one")
            yield* one.generate(request("a"))
            const program = Effect.andThen(ask(request("c")), Cassette.prune)
            return yield* recording(Cassette.layerAuto, file, [{ reply: "…" }], program)
          })
          expect(yield* Effect.scoped(both)).toEqual([{ path: "b", step: "b", turn: 1 }])
        })
      )
    )
  })

  describe("prune", () => {
    it.effect("removes what nothing has asked for, tells what that was, and nothing else does", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const asks = Effect.all([ask(request("a")), ask(request("b"))])
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], asks)
          yield* replaying(file, ask(request("a")))
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("a")))
          expect(yield* replaying(file, text(request("b")))).toBe("…")
          const pruned = Effect.all([ask(request("a")), Cassette.prune, Cassette.unused])
          const [, gone, left] = yield* replaying(file, pruned)
          expect([gone, left]).toEqual([[{ path: "b", step: "b", turn: 1 }], []])
          expect((yield* miss(file, request("b")))._tag).toBe("NoRecordedReply")
          expect(yield* replaying(file, text(request("a")))).toBe("…")
        })
      )
    )

    it.effect("fails, and removes nothing, where an entry is damaged", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("a")))
          const damaged = yield* edit(file, (text) => text.slice(0, 40))
          const error = yield* Effect.flip(replaying(file, Cassette.prune))
          assert(error._tag === "CassetteError")
          expect(error.file).toBe(damaged)
          expect((yield* filesOf(file)).length).toBe(1)
        })
      )
    )
  })

  describe("unused", () => {
    it.effect("lists the entries that nothing has asked for", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const asks = Effect.all([ask(request("a")), ask(request("b"))])
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], asks)
          const left = Effect.andThen(ask(request("a")), Cassette.unused)
          expect(yield* replaying(file, left)).toEqual([{ path: "b", step: "b", turn: 1 }])
          expect(yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], left)).toEqual([
            { path: "b", step: "b", turn: 1 }
          ])
        })
      )
    )
  })
})
