import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import { LlmError, RateLimited } from "@stepwright/core/LlmError"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { MockLlm } from "@stepwright/llm"
import { request } from "./request.ts"

const ask = (request: LlmRequest) => Effect.flatMap(LlmClient, (client) => client.generate(request))
const text = (request: LlmRequest) => Effect.map(ask(request), (reply) => reply.text)
const at = (path: string) => text(request("write", "…", {}, { path }))
const detail = (request: LlmRequest) => Effect.map(Effect.flip(ask(request)), (error) => error.reason.detail)

describe("MockLlm", () => {
  describe("layer", () => {
    it.effect("answers by step, text as it is and objects as JSON, on every call", () =>
      Effect.gen(function* () {
        expect(yield* text(request("outline"))).toBe('{"title":"Effect"}')
        expect(yield* text(request("draft"))).toBe("…")
        expect(yield* text(request("draft"))).toBe("…")
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { step: "outline", reply: { title: "Effect" } },
            { step: "draft", reply: "…" }
          ])
        )
      )
    )

    it.effect("answers by path, and by step and path together", () =>
      Effect.gen(function* () {
        expect(yield* at("a/write")).toBe("first")
        expect(yield* at("b/write")).toBe("second")
        expect(yield* at("c/write")).toBe("any")
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { path: "a/write", reply: "first" },
            { step: "write", path: "b/write", reply: "second" },
            { step: "other", path: "c/write", reply: "wrong" },
            { reply: "any" }
          ])
        )
      )
    )

    it.effect("gives the replies of a list one after the other, then falls through to the next entry", () =>
      Effect.gen(function* () {
        const texts = yield* Effect.all([1, 2, 3, 4].map(() => text(request("draft"))))
        expect(texts).toEqual(["one", "[2]", "rest", "rest"])
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { step: "draft", reply: ["one", [2]] },
            { step: "draft", reply: "rest" }
          ])
        )
      )
    )

    it.effect("fails with a scripted error, given whole or as its reason, and goes on after it", () =>
      Effect.gen(function* () {
        const limited = new RateLimited({ detail: "slow down" })
        const script = MockLlm.layer([
          { step: "draft", reply: [limited, new LlmError({ reason: limited }), "done", () => limited] }
        ])
        yield* Effect.gen(function* () {
          expect((yield* Effect.flip(ask(request("draft")))).reason).toBe(limited)
          expect((yield* Effect.flip(ask(request("draft")))).reason).toBe(limited)
          expect(yield* text(request("draft"))).toBe("done")
          expect((yield* Effect.flip(ask(request("draft")))).reason).toBe(limited)
        }).pipe(Effect.provide(script))
      })
    )

    it.effect("gives finish reason, usage and model as scripted", () =>
      Effect.gen(function* () {
        const reply = yield* ask(request("draft"))
        expect(reply).toEqual({ text: "cut o", finishReason: "length", model: "m-1", usage: { output: 2 } })
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            {
              step: "draft",
              reply: MockLlm.reply({ text: "cut o", finishReason: "length", model: "m-1", usage: { output: 2 } })
            }
          ])
        )
      )
    )

    it.effect("estimates the usage of a reply from the texts", () =>
      Effect.gen(function* () {
        const reply = yield* ask(request("draft", "12345678"))
        expect(reply.usage).toEqual({ input: 2, output: 1 })
      }).pipe(Effect.provide(MockLlm.layer([{ reply: "abc" }])))
    )

    it.effect("takes functions of the request, also effectful ones, as a reply or as the whole script", () =>
      Effect.gen(function* () {
        const echo = MockLlm.layer((request) => request.messages[0]?.content)
        expect(yield* text(request("a", "hello")).pipe(Effect.provide(echo))).toBe("hello")
        const entry = MockLlm.layer([
          { step: "a", reply: (request) => Effect.succeed({ turn: request.metadata.turn }) }
        ])
        expect(yield* text(request("a")).pipe(Effect.provide(entry))).toBe('{"turn":1}')
      })
    )

    it.effect("streams the reply", () =>
      Effect.gen(function* () {
        const client = yield* LlmClient
        const parts = yield* Stream.runCollect(client.stream(request("draft")))
        expect(parts).toMatchObject([
          { _tag: "Delta", text: "…" },
          { _tag: "Finished", reply: { text: "…" } }
        ])
      }).pipe(Effect.provide(MockLlm.layer([{ step: "draft", reply: "…" }])))
    )

    it.effect("fails on a request that nothing matches, and shows what was asked and what was scripted", () =>
      Effect.gen(function* () {
        yield* ask(request("outline"))
        const error = yield* Effect.flip(ask(request("draft", "Write\n  it.", {}, { path: "article/draft", turn: 2 })))
        assert(error.reason._tag === "NoRecordedReply")
        expect(error.reason.detail).toBe(
          [
            'the mock has none for step "draft" at article/draft, turn 2',
            "  it was asked: user: Write it.",
            "  scripted:",
            '    step "outline": 1 of 2 replies used',
            '    path "draft": used 0 times',
            '    step "draft", path "x": used 0 times'
          ].join("\n")
        )
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { step: "outline", reply: ["…", "…"] },
            { path: "draft", reply: "…" },
            { step: "draft", path: "x", reply: "…" }
          ])
        )
      )
    )

    it.effect("fails when a list is used up, and shortens long prompts in what it shows", () =>
      Effect.gen(function* () {
        const long = request("draft", `start ${"x".repeat(9000)} end`)
        yield* ask(long)
        const shown = yield* detail(long)
        expect(shown).toContain("1 of 1 replies used")
        expect(shown).toMatch(/start x+ … x+ end/u)
        expect(shown.length).toBeLessThan(500)
      }).pipe(Effect.provide(MockLlm.layer([{ step: "draft", reply: ["only"] }])))
    )

    it.effect("fails when the function gives no reply, and when nothing is scripted", () =>
      Effect.gen(function* () {
        expect(yield* detail(request("a")).pipe(Effect.provide(MockLlm.layer(() => undefined)))).toContain("function")
        expect(yield* detail(request("a")).pipe(Effect.provide(MockLlm.layer([])))).toContain("nothing is scripted")
      })
    )

    it.effect("fails with an error that survives JSON", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(ask(request("a")))
        const json = Schema.toCodecJson(LlmError)
        const back = yield* Schema.decodeEffect(json)(yield* Schema.encodeEffect(json)(error))
        expect(back.message).toBe(error.message)
      }).pipe(Effect.provide(MockLlm.layer([])))
    )
  })

  describe("calls", () => {
    it.effect("gives every request in order, those that failed too", () =>
      Effect.gen(function* () {
        yield* ask(request("a"))
        yield* Effect.flip(ask(request("b")))
        expect(yield* MockLlm.calls).toEqual([request("a"), request("b")])
      }).pipe(Effect.provide(MockLlm.layer([{ step: "a", reply: "…" }])))
    )

    it.effect("starts empty for each program that the layer is provided to", () =>
      Effect.gen(function* () {
        const mock = MockLlm.layer([{ reply: ["once"] }])
        const program = Effect.andThen(ask(request("a")), MockLlm.calls)
        expect((yield* Effect.provide(program, mock)).length).toBe(1)
        expect((yield* Effect.provide(program, mock)).length).toBe(1)
      })
    )
  })
})
