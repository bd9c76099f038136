import { assert, describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { LlmClient, type StreamPart } from "@stepwright/core/LlmClient"
import { LlmError, RateLimited } from "@stepwright/core/LlmError"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { LlmClientConformance } from "@stepwright/core/testing"
import { MockLlm, Timeout } from "@stepwright/llm"
import { conforms } from "../../../test/support/conformance.ts"
import { request } from "./support/request.ts"

const ask = (request: LlmRequest) => Effect.flatMap(LlmClient, (client) => client.generate(request))
const text = (request: LlmRequest) => Effect.map(ask(request), (reply) => reply.text)
const at = (path: string) => text(request("write", "…", {}, { path }))
const detail = (request: LlmRequest) => Effect.map(Effect.flip(ask(request)), (error) => error.reason.detail)

describe("MockLlm", () => {
  describe("as every client", () => {
    const faults = {
      RateLimited: "429 slow_down",
      QuotaExhausted: "429 insufficient_quota",
      Unauthenticated: "401",
      ProviderUnavailable: "503",
      ContentRefused: "refusal set"
    } as const
    const client = (provider: LlmClientConformance.Provider) => {
      const script: MockLlm.Script = ({ messages }) => {
        const answer = provider(messages)
        if (answer._tag === "Silence") return Effect.never
        return answer._tag === "Text"
          ? MockLlm.reply(answer)
          : MockLlm.fault(faults[answer.reason as keyof typeof faults])
      }
      return Effect.succeed(MockLlm.layer(script))
    }
    // names of reasons, as they are written above
    const reasons = Object.keys(faults) as Array<LlmClientConformance.Fault>
    conforms(LlmClientConformance.suite({ client, faults: reasons }))
  })

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

    it.effect("answers by a predicate, alone or with a step", () =>
      Effect.gen(function* () {
        expect(yield* text(request("a", "in French"))).toBe("bonjour")
        expect(yield* text(request("b", "in French"))).toBe("salut")
        expect(yield* text(request("b", "in English"))).toBe("hello")
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { step: "b", when: ({ messages }) => messages[0]?.content === "in French", reply: "salut" },
            { when: (request) => MockLlm.textOf(request).includes("French"), reply: "bonjour" },
            { reply: "hello" }
          ])
        )
      )
    )

    it.effect("lets the first entry answer that matches, however special a later one is", () =>
      Effect.gen(function* () {
        expect(yield* at("a/write")).toBe("general")
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { step: "write", reply: "general" },
            { step: "write", path: "a/write", reply: "special" }
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
            '    path "draft": not used',
            '    step "draft", path "x": not used',
            '  the nearest is step "draft", path "x"; - scripted, + asked',
            '    - path "x"',
            '    + path "article/draft"'
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
        expect(shown).toContain("1 of 1 reply used")
        expect(shown).toMatch(/start x+ … x+ end/u)
        expect(shown.length).toBeLessThan(500)
      }).pipe(Effect.provide(MockLlm.layer([{ step: "draft", reply: ["only"] }])))
    )

    it.effect("shows what a list that has run out was asked last, and how this request differs", () =>
      Effect.gen(function* () {
        const draft = (last: string) => request("draft", `Write it.\n${last}`)
        yield* ask(draft("Be brief."))
        const shown = yield* detail(draft("Be kind."))
        expect(shown.split("\n").slice(-4)).toEqual([
          '  step "draft" has run out; - its last request, + this one',
          "    from message 1 (user), line 2:",
          "    - Be brief.",
          "    + Be kind."
        ])
        expect((yield* detail(draft("Be brief."))).split("\n").at(-1)).toBe('  step "draft" has run out')
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { step: "draft", reply: ["only"] },
            { path: "x", reply: "" }
          ])
        )
      )
    )

    it.effect("shows the entry whose name is nearest, and a predicate that is false", () =>
      Effect.gen(function* () {
        expect((yield* detail(request("outlines"))).split("\n").slice(-3)).toEqual([
          '  the nearest is step "outline"; - scripted, + asked',
          '    - step "outline"',
          '    + step "outlines"'
        ])
        expect(yield* detail(request("long"))).toContain(
          'the nearest is step "long", when () => false, and its `when` is false for this request'
        )
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { path: "article", reply: "" },
            { step: "outline", reply: "" },
            { step: "long", when: () => false, reply: "" }
          ])
        )
      )
    )

    it.effect("shows no entry whose name is not near", () =>
      Effect.gen(function* () {
        for (const far of ["zebra", "o", "inline and more", "longitude"]) {
          expect((yield* detail(request(far, "?", {}, { path: "zoo/zebra" }))).split("\n").at(-1)).toContain("not used")
        }
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { step: "outline", reply: "" },
            { path: "article", reply: "" },
            { step: "long", when: () => true, reply: "" }
          ])
        )
      )
    )

    it.effect("says in words how often an entry was used", () =>
      Effect.gen(function* () {
        const shown = Effect.map(detail(request("other")), (text) => text.split("\n").slice(3, 5))
        expect(yield* shown).toEqual(['    step "a": not used', '    step "b": 0 of 1 reply used'])
        yield* ask(request("a"))
        yield* ask(request("b"))
        expect(yield* shown).toEqual(['    step "a": used once', '    step "b": 1 of 1 reply used'])
        yield* ask(request("a"))
        expect((yield* shown)[0]).toBe('    step "a": used twice')
        yield* ask(request("a"))
        expect((yield* shown)[0]).toBe('    step "a": used 3 times')
      }).pipe(
        Effect.provide(
          MockLlm.layer([
            { step: "a", reply: "" },
            { step: "b", reply: [""] }
          ])
        )
      )
    )

    it.effect("fails when the reply is nothing that a model could say, and tells what to give instead", () =>
      Effect.gen(function* () {
        const scripts: ReadonlyArray<[script: MockLlm.Script, problem: string]> = [
          [async () => "pong", "the reply is a Promise: give Effect.promise(() => …)"],
          [() => new TypeError("x"), "an error that no model gives (TypeError): give an LlmError, a reason of one or"],
          [() => Effect.succeed(Effect.succeed("x")), "the reply is an effect of an effect: give Effect.flatten(…)"],
          [
            [{ reply: new Map([["a", 1]]) }],
            "the reply is a Map, which has no JSON: give text, a plain object or an array"
          ],
          [[{ reply: [new Set([1])] }], "the reply is a Set, which has no JSON"],
          [[{ reply: new Uint8Array(2) }], "the reply is a Uint8Array, which has no JSON"],
          [[{ reply: /x/u }], "the reply is a RegExp, which has no JSON"],
          [[{ reply: new WeakSet() }], "the reply is a WeakSet, which has no JSON"],
          [[{ reply: new MockLlm.ScriptError({ unused: [], unforeseen: [] }) }], "that no model gives (ScriptError)"]
        ]
        for (const [script, problem] of scripts) {
          const shown = yield* detail(request("a")).pipe(Effect.provide(MockLlm.layer(script)))
          expect(shown.split("\n").at(-1)).toContain(problem)
          expect(shown).toContain('the mock has none for step "a"')
        }
      })
    )

    it.effect("sends as JSON what has some: plain objects, even empty, arrays, instances and what has a toJSON", () =>
      Effect.gen(function* () {
        class Point extends Schema.Class<Point>("Point")({ x: Schema.Int }) {}
        const date = new Date(0)
        const replies = [{}, Object.create(null), [], [1], new Point({ x: 1 }), date]
        const program = Effect.forEach(replies, () => text(request("a")))
        expect(yield* Effect.provide(program, MockLlm.layer([{ reply: replies }]))).toEqual([
          "{}",
          "{}",
          "[]",
          "[1]",
          '{"x":1}',
          JSON.stringify(date)
        ])
      })
    )

    it.effect("fails when the function gives no reply, and when nothing is scripted", () =>
      Effect.gen(function* () {
        const silent = () => undefined
        for (const script of [silent, [{ reply: silent }], [{ reply: [silent] }]]) {
          const shown = yield* detail(request("a")).pipe(Effect.provide(MockLlm.layer(script)))
          expect(shown.split("\n").at(-1)).toBe("  the function that was to answer gave none")
        }
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

  describe("after", () => {
    it.effect("takes its time by the clock, and no longer", () =>
      Effect.gen(function* () {
        const asking = yield* Effect.forkChild(text(request("a")), { startImmediately: true })
        yield* TestClock.adjust("29 seconds")
        expect(asking.pollUnsafe()).toBeUndefined()
        yield* TestClock.adjust("1 second")
        expect(yield* Fiber.join(asking)).toBe("pong")
        expect(yield* text(request("a"))).toBe("at once")
      }).pipe(Effect.provide(MockLlm.layer([{ reply: [MockLlm.after("30 seconds", "pong"), "at once"] }])))
    )

    it.effect("delays functions and faults, and lets a time-out come first", () =>
      Effect.gen(function* () {
        const reasons = Effect.gen(function* () {
          const asking = yield* Effect.forkChild(Effect.flip(ask(request("a"))), { startImmediately: true })
          yield* TestClock.adjust("10 seconds")
          return (yield* Fiber.join(asking)).reason._tag
        })
        expect([yield* reasons, yield* reasons]).toEqual(["ProviderUnavailable", "TimedOut"])
      }).pipe(
        Effect.provide(
          Layer.provide(
            Timeout.layer({ total: "10 seconds", idle: "10 seconds" }),
            MockLlm.layer([
              { reply: [MockLlm.after("9 seconds", () => MockLlm.fault("529")), MockLlm.after("11 seconds", "…")] }
            ])
          )
        )
      )
    )
  })

  describe("chunks", () => {
    const stream = Effect.gen(function* () {
      const seen: Array<StreamPart> = []
      const client = yield* LlmClient
      const parts = Stream.runForEach(client.stream(request("draft")), (part) =>
        Effect.sync(() => void seen.push(part))
      )
      return { seen, parts }
    })

    it.effect("streams as scripted, then the whole reply", () =>
      Effect.gen(function* () {
        const { seen, parts } = yield* stream
        yield* parts
        expect(seen).toEqual([
          { _tag: "Delta", text: "po" },
          { _tag: "Delta", text: "ng" },
          {
            _tag: "Finished",
            reply: { text: "pong", finishReason: "length", model: "mock", usage: { input: 4, output: 1 } }
          }
        ])
        expect(yield* text(request("draft"))).toBe("pong")
      }).pipe(Effect.provide(MockLlm.layer([{ reply: MockLlm.chunks(["po", "ng"], { finishReason: "length" }) }])))
    )

    it.effect("fails in the middle of a stream, with what came before", () =>
      Effect.gen(function* () {
        const { seen, parts } = yield* stream
        const error = yield* Effect.flip(parts)
        expect([seen, error.reason._tag, error.isRetryable]).toEqual([
          [{ _tag: "Delta", text: "po" }],
          "NetworkFailure",
          true
        ])
        expect((yield* Effect.flip(ask(request("draft")))).reason._tag).toBe("NetworkFailure")
      }).pipe(
        Effect.provide(MockLlm.layer([{ reply: MockLlm.chunks(["po", MockLlm.fault("socket killed in the stream")]) }]))
      )
    )

    it.effect("is silent between pieces as long as scripted, which an idle time-out sees", () =>
      Effect.gen(function* () {
        const { seen, parts } = yield* stream
        const reading = yield* Effect.forkChild(Effect.flip(parts), { startImmediately: true })
        yield* TestClock.adjust("4 seconds")
        expect(seen.length).toBe(1)
        yield* TestClock.adjust("1 second")
        expect(seen.length).toBe(2)
        yield* TestClock.adjust("10 seconds")
        expect((yield* Fiber.join(reading)).message).toContain("timed out after 10s")
      }).pipe(
        Effect.provide(
          Layer.provide(
            Timeout.layer({ total: "1 hour", idle: "10 seconds" }),
            MockLlm.layer([{ reply: MockLlm.chunks(["po", Duration.seconds(5), "ng", Duration.infinity]) }])
          )
        )
      )
    )
  })

  describe("fault", () => {
    it.effect("fails as the client of a provider does, in a list between replies", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(ask(request("draft")))
        expect(error.message).toBe("rate limited, retry after 2m: 429 rate_limit_exceeded")
        expect(yield* text(request("draft"))).toBe("done")
      }).pipe(Effect.provide(MockLlm.layer([{ reply: [MockLlm.fault("429 with retry-after, 120 s"), "done"] }])))
    )

    it("knows the names of the table only", () => {
      // @ts-expect-error: there is no such fault.
      expect(() => MockLlm.fault("429 with a smile")).toThrow("not a function")
    })
  })

  describe("verify", () => {
    const script = MockLlm.layer([
      { step: "a", reply: ["1", "2"] },
      { step: "b", path: "x/b", reply: "…" },
      { step: "c", reply: "…" }
    ])

    it.effect("passes once every entry is used, and every list to its end", () =>
      Effect.gen(function* () {
        yield* Effect.all([request("a"), request("a"), request("b", "", {}, { path: "x/b" }), request("c")].map(ask))
        yield* MockLlm.verify
      }).pipe(Effect.provide(script))
    )

    it.effect("fails naming what was not used", () =>
      Effect.gen(function* () {
        yield* ask(request("a"))
        yield* ask(request("c"))
        const error = yield* Effect.flip(MockLlm.verify)
        expect(error.message.split("\n")).toEqual([
          "the mock's script was not followed",
          "  not used:",
          '    step "a": 1 of 2 replies used',
          '    step "b", path "x/b": not used'
        ])
      }).pipe(Effect.provide(script))
    )

    it.effect("fails naming a request that got no reply, even when its failure was caught", () =>
      Effect.gen(function* () {
        yield* Effect.ignore(ask(request("other")))
        yield* ask(request("a"))
        const error = yield* Effect.flip(MockLlm.verify)
        expect(error.message.split("\n").slice(1)).toEqual([
          "  asked, and not scripted:",
          '    step "other" at other, turn 1'
        ])
      }).pipe(Effect.provide(MockLlm.layer([{ step: "a", reply: "…" }])))
    )

    it.effect("counts a reply as used when it is asked for, not when it is out", () =>
      Effect.gen(function* () {
        const gate = yield* Deferred.make<string>()
        yield* Effect.gen(function* () {
          const both = yield* Effect.forkChild(
            Effect.all([text(request("a", "1")), text(request("a", "2"))], { concurrency: 2 }),
            { startImmediately: true }
          )
          yield* MockLlm.verify
          yield* Deferred.succeed(gate, "slow")
          expect(yield* Fiber.join(both)).toEqual(["slow", "quick"])
        }).pipe(Effect.provide(MockLlm.layer([{ step: "a", reply: [() => Deferred.await(gate), "quick"] }])))
      })
    )
  })

  describe("callsOf", () => {
    it.effect("gives the requests of a step, of a path or of a predicate, and their text", () =>
      Effect.gen(function* () {
        const first = request("a", "one")
        const second = request("a", "two", {}, { path: "b/a", turn: 2 })
        const messages = [
          { role: "system", content: "Be brief." },
          { role: "user", content: "three\nfour" }
        ] as const
        const third = request("c", "", { messages })
        yield* Effect.all([first, second, third].map(ask))
        expect(yield* MockLlm.callsOf({ step: "a" })).toEqual([first, second])
        expect(yield* MockLlm.callsOf({ path: "b/a" })).toEqual([second])
        expect(yield* MockLlm.callsOf({ step: "a", when: ({ metadata }) => metadata.turn === 1 })).toEqual([first])
        expect((yield* MockLlm.callsOf({ step: "c" })).map(MockLlm.textOf)).toEqual([
          "system:\nBe brief.\n\nuser:\nthree\nfour"
        ])
      }).pipe(Effect.provide(MockLlm.layer([{ reply: "…" }])))
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
