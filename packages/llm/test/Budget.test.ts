import { assert, describe, expect, expectTypeOf, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Redacted, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { AttemptSink } from "@stepwright/core/AttemptSink"
import {
  InvalidResponse,
  LlmError,
  NetworkFailure,
  ProviderUnavailable,
  RateLimited,
  type LlmErrorReason
} from "@stepwright/core/LlmError"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import type { Usage } from "@stepwright/core/Usage"
import * as LlmClient from "@stepwright/core/LlmClient"
import { AnthropicLlm, Attempts, Budget, MockLlm, Prices, Retry } from "@stepwright/llm"
import { message } from "./support/anthropicWire.ts"
import { request } from "./support/request.ts"
import { send, serve } from "./support/server.ts"

const ask = (request: LlmRequest) => Effect.flatMap(LlmClient.LlmClient, (client) => client.generate(request))

const parts = (request: LlmRequest) => Effect.map(LlmClient.LlmClient, (client) => client.stream(request))
const read = (request: LlmRequest) => Effect.flatMap(parts(request), Stream.runDrain)

/** A request of 8 characters: at most 12 input tokens. */
const small = (maxOutputTokens: number) => request("draft", "12345678", { parameters: { maxOutputTokens } })

const budget = (options: Budget.Options, below: Layer.Layer<LlmClient.LlmClient> = MockLlm.layer([{ reply: "…" }])) =>
  Layer.provide(Layer.orDie(Budget.layer(options)), below)

const saying = (usage: Usage, text = "12345678") => MockLlm.layer([{ reply: MockLlm.reply({ text, usage }) }])

/** A provider that fails with the reasons in turn, then answers for nothing; each request is an attempt. */
const provider = (reasons: ReadonlyArray<LlmErrorReason>) => {
  const left = [...reasons]
  const answer = Effect.suspend(() => {
    const reason = left.shift()
    return reason === undefined
      ? Effect.succeed({ text: "", finishReason: "stop" as const, usage: { input: 0, output: 0 } })
      : Effect.fail(new LlmError({ reason }))
  })
  return Layer.succeed(LlmClient.LlmClient, Attempts.make(LlmClient.make(() => answer)))
}

/** A middleware that makes a failure of each reply. */
const losing = (client: LlmClient.Service) =>
  LlmClient.make((request) =>
    Effect.andThen(client.generate(request), new LlmError({ reason: new InvalidResponse({ detail: "…" }) }))
  )

/** What is left of `maxTokens`, found by the message of a call that is too large. */
const spentTokens = Effect.gen(function* () {
  const { reason } = yield* Effect.flip(ask(small(1_000_000)))
  assert(reason._tag === "BudgetExceeded")
  return Number(/(\d+) are spent/u.exec(reason.detail)?.[1])
})

describe("Budget", () => {
  describe("maxCalls", () => {
    it.effect("allows exactly so many calls, concurrent ones too, and says how to go on", () =>
      Effect.gen(function* () {
        const asks = Array.from({ length: 5 }, (_, index) => ask(request(`s${index}`)))
        const exits = yield* Effect.forEach(asks, (ask) => Effect.exit(ask), { concurrency: "unbounded" })
        expect(exits.filter(Exit.isSuccess).length).toBe(3)
        const error = yield* Effect.flip(ask(request("more")))
        assert(error.reason._tag === "BudgetExceeded")
        expect(error.isSuspending).toBe(true)
        expect(error.reason.detail).toBe("maxCalls is 3, and 3 calls were made; resume with a larger cap to go on")
      }).pipe(Effect.provide(budget({ maxCalls: 3 })))
    )

    it.effect("does not ask the model for a refused call", () =>
      Effect.gen(function* () {
        yield* ask(request("a"))
        yield* Effect.flip(ask(request("b")))
        expect((yield* MockLlm.calls).length).toBe(1)
      }).pipe(Effect.provide(Layer.provideMerge(Budget.layer({ maxCalls: 1 }), MockLlm.layer([{ reply: "…" }]))))
    )

    it.effect("counts what was spent before", () =>
      Effect.gen(function* () {
        yield* ask(request("a"))
        expect((yield* Effect.flip(ask(request("b")))).reason._tag).toBe("BudgetExceeded")
      }).pipe(Effect.provide(budget({ maxCalls: 10, spent: { calls: 9, tokens: 0 } })))
    )
  })

  describe("maxTokens", () => {
    it.effect("counts input and output of a reply, and what was spent before", () =>
      Effect.gen(function* () {
        yield* ask(small(100))
        expect(yield* spentTokens).toBe(1018)
      }).pipe(
        Effect.provide(
          budget(
            { maxTokens: 5000, spent: { calls: 3, tokens: 1000 } },
            saying({ input: 11, cachedInput: 4, output: 7, reasoning: 2 })
          )
        )
      )
    )

    it.effect("refuses a call that could go over the cap, naming cap, spent and bound", () =>
      Effect.gen(function* () {
        yield* ask(small(88))
        const { reason } = yield* Effect.flip(ask(small(88)))
        expect(reason.detail).toBe(
          "maxTokens is 100, 18 are spent, and this call may take 100 (a smaller maxOutputTokens of the step makes it less); resume with a larger cap to go on"
        )
        yield* ask(small(70))
      }).pipe(Effect.provide(budget({ maxTokens: 100 }, saying({ input: 11, output: 7 }))))
    )

    it.effect("takes unknown usage for more than it is likely to be, never for 0", () =>
      Effect.gen(function* () {
        yield* ask(small(100))
        expect(yield* spentTokens).toBe(12 + 4)
      }).pipe(Effect.provide(budget({ maxTokens: 5000 }, saying({}))))
    )

    it.effect("estimates only the part of the usage that is unknown", () =>
      Effect.gen(function* () {
        yield* ask(small(100))
        expect(yield* spentTokens).toBe(3 + 4)
      }).pipe(Effect.provide(budget({ maxTokens: 5000 }, saying({ input: 3 }))))
    )

    it.effect(
      "counts failed attempts: what they say, nothing for what is not billed, the bound where it is unclear",
      () =>
        Effect.gen(function* () {
          const detail = "…"
          const cases: ReadonlyArray<[LlmErrorReason, number]> = [
            [new InvalidResponse({ detail, usage: { input: 20, output: 30 } }), 50],
            [new RateLimited({ detail }), 0],
            [new NetworkFailure({ detail }), 12 + 100]
          ]
          for (const [reason, tokens] of cases) {
            const spent = yield* Effect.andThen(ask(small(100)), spentTokens).pipe(
              Effect.provide(
                budget({ maxTokens: 5000 }, Layer.provide(Retry.layer({ baseDelay: 0 }), provider([reason])))
              )
            )
            expect([reason._tag, spent]).toEqual([reason._tag, tokens])
          }
        })
    )

    /** A provider whose requests break off, each after it has said so much of its usage. */
    const breaking = (usage: Usage, reason: LlmErrorReason = new NetworkFailure({ detail: "reset" })) => {
      const asked: Array<LlmRequest> = []
      const client = LlmClient.make((request) =>
        Effect.gen(function* () {
          const ended = yield* (yield* AttemptSink).started(request)
          asked.push(request)
          const error = new LlmError({ reason })
          yield* ended({ usage, error })
          return yield* error
        })
      )
      return { asked, below: Layer.provide(Retry.layer({ baseDelay: 0 }), Layer.succeed(LlmClient.LlmClient, client)) }
    }

    it.effect("counts what a broken request said of its usage, and the bound for what it did not say", () =>
      Effect.gen(function* () {
        const overloaded = new ProviderUnavailable({ detail: "overloaded" })
        const cases: ReadonlyArray<[Usage, LlmErrorReason | undefined, number]> = [
          [{ input: 50 }, undefined, 50 + 100],
          [{ input: 50, output: 1 }, undefined, 50 + 100],
          [{ input: 50, output: 300 }, undefined, 50 + 300],
          [{ output: 300 }, undefined, 12 + 300],
          [{ input: 50, output: 1 }, overloaded, 50 + 100]
        ]
        for (const [usage, reason, tokens] of cases) {
          const { asked, below } = breaking(usage, reason)
          const spent = Effect.andThen(Effect.flip(ask(small(100))), spentTokens)
          expect(yield* Effect.provide(spent, budget({ maxTokens: 5000 }, below))).toBe(3 * tokens)
          expect(asked.length).toBe(3)
        }
      })
    )

    it.effect("makes no more requests once a broken one said more than the cap", () =>
      Effect.gen(function* () {
        const { asked, below } = breaking({ input: 50_000 })
        for (const broken of [ask(small(100)), read(small(100))]) {
          asked.length = 0
          const { reason } = yield* Effect.flip(Effect.provide(broken, budget({ maxTokens: 20_000 }, below)))
          expect([reason._tag, asked.length]).toEqual(["BudgetExceeded", 1])
        }
      })
    )

    it.effect("counts the bound of an attempt that was interrupted", () =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(ask(small(100)), { startImmediately: true })
        yield* Fiber.interrupt(fiber)
        expect(yield* spentTokens).toBe(12 + 100)
      }).pipe(
        Effect.provide(
          budget(
            { maxTokens: 5000 },
            Layer.succeed(LlmClient.LlmClient, Attempts.make(LlmClient.make(() => Effect.never)))
          )
        )
      )
    )

    it.effect("sends the output limit that it counts with, where a call has none", () =>
      Effect.gen(function* () {
        yield* ask(request("a"))
        yield* ask(small(50))
        expect((yield* MockLlm.calls).map(({ parameters }) => parameters.maxOutputTokens)).toEqual([300, 50])
      }).pipe(
        Effect.provide(
          Layer.provideMerge(
            Budget.layer({ maxTokens: 5000, assumedOutputTokens: 300 }),
            MockLlm.layer([{ reply: "…" }])
          )
        )
      )
    )

    it.effect("counts with the limit that Anthropic's client asks with, and sends it", () =>
      Effect.gen(function* () {
        const { received, url } = yield* serve(send(200, message()))
        const anthropic = (options: Partial<AnthropicLlm.Options>) =>
          AnthropicLlm.layer({ apiKey: Redacted.make("k"), baseUrl: new URL(url).origin, model: "m", ...options })
        const capped = (options: Partial<AnthropicLlm.Options>, asked = request("draft", "12345678")) =>
          ask(asked).pipe(Effect.provide(budget({ maxTokens: 16_011 }, anthropic(options))))
        const { reason } = yield* Effect.flip(capped({}))
        expect(reason.detail).toContain("this call may take 16012 ")
        expect((yield* Effect.flip(capped({ maxOutputTokens: 32_000 }))).reason.detail).toContain("may take 32012 ")
        const named = request("draft", "12345678", { model: "claude-x" })
        expect((yield* Effect.flip(capped({}, named))).reason.detail).toContain("may take 16012 ")
        expect(received).toEqual([])
        yield* capped({ maxOutputTokens: 15_000 })
        yield* capped({}, request("draft", "12345678", { parameters: { maxOutputTokens: 50 } }))
        expect(received.map(({ body }) => body["max_tokens"])).toEqual([15_000, 50])
      }).pipe(Effect.scoped)
    )

    it.effect("leaves calls as they are under no cap but that on their number", () =>
      Effect.gen(function* () {
        yield* ask(request("a"))
        expect((yield* MockLlm.calls)[0]?.parameters).toEqual({})
      }).pipe(Effect.provide(Layer.provideMerge(Budget.layer({ maxCalls: 5 }), MockLlm.layer([{ reply: "…" }]))))
    )

    it.effect("refuses a retry that no longer fits, before it is made", () =>
      Effect.gen(function* () {
        let requests = 0
        const lost = Effect.suspend(() => {
          requests++
          return Effect.fail(new LlmError({ reason: new NetworkFailure({ detail: "reset" }) }))
        })
        const below = Layer.provide(
          Retry.layer({ baseDelay: 0 }),
          Layer.succeed(LlmClient.LlmClient, Attempts.make(LlmClient.make(() => lost)))
        )
        for (const asked of [ask(small(88)), read(small(88))]) {
          requests = 0
          const { reason } = yield* Effect.flip(Effect.provide(asked, budget({ maxTokens: 150 }, below)))
          expect([reason._tag, requests]).toEqual(["BudgetExceeded", 1])
          expect(reason.detail).toMatch(/^maxTokens is 150, 100 are spent, and this call may take 100/u)
        }
      })
    )

    it.effect("counts a reply that is lost on its way up", () =>
      Effect.gen(function* () {
        yield* Effect.flip(ask(small(100)))
        expect(yield* spentTokens).toBe(18)
      }).pipe(
        Effect.provide(
          budget(
            { maxTokens: 5000 },
            Layer.succeed(
              LlmClient.LlmClient,
              losing(
                Attempts.make(
                  LlmClient.make(() =>
                    Effect.succeed({ text: "12345678", finishReason: "stop", usage: { input: 11, output: 7 } })
                  )
                )
              )
            )
          )
        )
      )
    )

    it.effect("counts a stream when its reply is whole, and its bound when its reader leaves", () =>
      Effect.gen(function* () {
        yield* read(small(100))
        expect(yield* spentTokens).toBe(18)
        yield* Stream.runDrain(Stream.take(yield* parts(small(100)), 1))
        expect(yield* spentTokens).toBe(18 + 112)
      }).pipe(
        Effect.provide(
          budget(
            { maxTokens: 5000 },
            Layer.succeed(
              LlmClient.LlmClient,
              Attempts.make(
                LlmClient.make(
                  () => Effect.die("not asked"),
                  () =>
                    Stream.make<ReadonlyArray<LlmClient.StreamPart>>(
                      { _tag: "Delta", text: "12345678" },
                      {
                        _tag: "Finished",
                        reply: { text: "12345678", finishReason: "stop", usage: { input: 11, output: 7 } }
                      }
                    ).pipe(Stream.rechunk(1))
                )
              )
            )
          )
        )
      )
    )
  })

  describe("maxUsd", () => {
    const prices: Prices.Prices = {
      date: "2025-11-30",
      models: { large: { input: 10, cachedInput: 1, output: 100 }, small: { input: 1, output: 10 } }
    }

    it.effect("counts a reply at its model's price, and refuses a call that could go over the cap", () =>
      Effect.gen(function* () {
        yield* ask(small(100))
        const { reason } = yield* Effect.flip(ask(small(100)))
        expect(reason._tag).toBe("BudgetExceeded")
        // 4 + 4 cached + 7 tokens: $0.000744; 12 + 100: $0.01012.
        expect(reason.detail).toBe(
          "maxUsd is $0.011, $0.00074 is spent, and this call may take $0.01 (a smaller maxOutputTokens of the step makes it less); resume with a larger cap to go on"
        )
        yield* ask(small(95))
      }).pipe(
        Effect.provide(
          budget(
            { maxUsd: 0.0105, prices, models: { default: "large" } },
            saying({ input: 8, cachedInput: 4, output: 7 })
          )
        )
      )
    )

    const tiered: Prices.Prices = {
      date: "2025-11-30",
      models: {
        large: {
          input: 10,
          cachedInput: 1,
          cacheWrite: 12.5,
          cacheWriteHour: 20,
          output: 100,
          tiers: { flex: 0.5, priority: 2 }
        }
      }
    }
    for (const [what, usage, spent] of [
      ["a cache write", { input: 1000, cacheWrite: 1000, output: 0 }, "$0.013"],
      ["a cache write for an hour", { input: 1000, cacheWrite: 1000, cacheWriteHour: 1000, output: 0 }, "$0.02"],
      ["the tier flex", { input: 0, output: 1000, serviceTier: "flex" }, "$0.05"],
      ["the tier priority", { input: 0, output: 1000, serviceTier: "priority" }, "$0.20"]
    ] satisfies ReadonlyArray<[string, Usage, string]>) {
      it.effect(`counts ${what} at its own price`, () =>
        Effect.gen(function* () {
          yield* ask(small(100))
          const { reason } = yield* Effect.flip(ask(small(1_000_000)))
          expect(reason.detail).toContain(`${spent} is spent`)
        }).pipe(Effect.provide(budget({ maxUsd: 1, prices: tiered, models: { default: "large" } }, saying(usage))))
      )
    }

    it.effect("keeps free what a call costs whose whole input is written to a cache", () =>
      Effect.gen(function* () {
        // 12 tokens at $12.5 and 15 at $100 a million: $0.00165
        const { reason } = yield* Effect.flip(ask(small(15)))
        assert(reason._tag === "BudgetExceeded")
        expect(reason.needed).toBeCloseTo(0.00165, 9)
      }).pipe(Effect.provide(budget({ maxUsd: 0.00164, prices: tiered, models: { default: "large" } })))
    )

    it.effect("keeps free what a call costs in the dearest tier that a reply came in", () =>
      Effect.gen(function* () {
        yield* ask(small(100))
        // 12 tokens at $12.5 and 100 at $100 a million, twice
        const { reason } = yield* Effect.flip(ask(small(100)))
        expect(reason.detail).toContain("this call may take $0.02 ")
      }).pipe(
        Effect.provide(
          budget(
            { maxUsd: 0.0203, prices: tiered, models: { default: "large" } },
            saying({ input: 1, output: 1, serviceTier: "priority" })
          )
        )
      )
    )

    it.effect("refuses further calls once a reply came in a tier that has no price, and never takes it for free", () =>
      Effect.gen(function* () {
        yield* ask(small(1))
        const { reason } = yield* Effect.flip(ask(small(1)))
        expect(reason._tag).toBe("InvalidRequest")
        expect(reason.detail).toBe(
          "no price is known for large in the service tier scale: add it to the table of prices (of 2025-11-30), or leave out the cap in USD"
        )
        expect((yield* MockLlm.calls).length).toBe(1)
      }).pipe(
        Effect.provide(
          Layer.provideMerge(
            Budget.layer({ maxUsd: 100, prices: tiered, models: { default: "large" } }),
            saying({ input: 1, output: 1, serviceTier: "scale" })
          )
        )
      )
    )

    for (const models of ["long", ["long", "short"]]) {
      it.effect(`keeps free what a long prompt costs of ${models}`, () => {
        const table: Prices.Prices = {
          date: "2026-01-01",
          models: {
            long: { input: 1, output: 1, longPrompts: { above: 1000, input: 2, output: 2 } },
            short: { input: 1, output: 1 }
          }
        }
        return Effect.gen(function* () {
          // some 25,000 tokens at $1.25, or twice that, a million
          const long = request("a", "x".repeat(50_000), { parameters: { maxOutputTokens: 1 } })
          expect((yield* Effect.flip(ask(long))).reason._tag).toBe("BudgetExceeded")
        }).pipe(Effect.provide(budget({ maxUsd: 0.05, prices: table, models: { default: models } })))
      })
    }

    it.effect("minds no tier without a cap in USD", () =>
      Effect.gen(function* () {
        yield* ask(small(1))
        yield* ask(small(1))
      }).pipe(Effect.provide(budget({ maxTokens: 1000 }, saying({ input: 1, output: 1, serviceTier: "scale" }))))
    )

    it.effect("counts the model that a reply names, where its price is known", () =>
      Effect.gen(function* () {
        yield* ask(small(100))
        const { reason } = yield* Effect.flip(ask(small(1000)))
        expect(reason.detail).toContain("$0.0002 is spent")
      }).pipe(
        Effect.provide(
          budget(
            { maxUsd: 0.0105, prices, models: { default: ["small", "large"] } },
            MockLlm.layer([
              { reply: MockLlm.reply({ text: "…", model: "small-2025-11-13", usage: { input: 100, output: 10 } }) }
            ])
          )
        )
      )
    )

    it.effect("takes the dearest of the models that may answer", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(ask(small(100)))
        expect(reason.detail).toContain("this call may take $0.01 ")
      }).pipe(Effect.provide(budget({ maxUsd: 0.01, prices, models: { default: ["small", "large"] } })))
    )

    it.effect("is refused at the start when a model has no price, naming it", () =>
      Effect.gen(function* () {
        const models = { default: "large", fast: "tiny", cheap: ["small", "free"] }
        const error = yield* Effect.flip(Budget.make({ maxUsd: 1, prices, models }))
        expect(error._tag).toBe("UnknownPrice")
        expect(error.message).toBe(
          "no price is known for tiny, free: add it to the table of prices (of 2025-11-30), or leave out the cap in USD"
        )
      })
    )

    it.effect("refuses a call of another model that has no price, before it is made", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(ask({ ...small(1), model: "tiny" }))
        expect(reason._tag).toBe("InvalidRequest")
        expect(reason.detail).toMatch(/^no price is known for tiny: .*, or say in models what tiny stands for$/u)
        yield* ask({ ...small(1), model: "small" })
        expect((yield* MockLlm.calls).length).toBe(1)
      }).pipe(Effect.provide(Layer.provideMerge(Budget.layer({ maxUsd: 1, prices }), MockLlm.layer([{ reply: "…" }]))))
    )

    it.effect("counts what was spent before, at the dearest price where only its tokens are known", () =>
      Effect.gen(function* () {
        for (const [spent, shown] of [
          [{ calls: 1, tokens: 1000, usd: 0.5 }, "$0.50"],
          [{ calls: 1, tokens: 2000 }, "$0.20"]
        ] as const) {
          const { reason } = yield* ask(small(1_000_000)).pipe(
            Effect.provide(budget({ maxUsd: 1, prices, models: { default: "large" }, spent })),
            Effect.flip
          )
          expect(reason.detail).toContain(`${shown} is spent`)
        }
      })
    )

    it("needs no price, and cannot fail, without it", () => {
      expectTypeOf(Budget.make({ maxTokens: 1 })).toEqualTypeOf<
        Effect.Effect<(client: LlmClient.Service) => LlmClient.Service>
      >()
      expectTypeOf(Budget.layer({ maxUsd: 1 })).toEqualTypeOf<
        Layer.Layer<LlmClient.LlmClient, Prices.UnknownPrice, LlmClient.LlmClient>
      >()
    })
  })

  describe("make", () => {
    it.effect("refuses caps that cap nothing, such as the number of a variable that is not set", () =>
      Effect.gen(function* () {
        const spent = { calls: 0, tokens: 0 }
        const cases: ReadonlyArray<[Budget.Options, string]> = [
          [{ maxCalls: NaN }, "maxCalls: must be a number, 0 or more, and is NaN"],
          [{ maxTokens: NaN }, "maxTokens: must be a number, 0 or more, and is NaN"],
          [{ maxUsd: NaN }, "maxUsd: must be a number, 0 or more, and is NaN"],
          [{ maxTokens: -1 }, "maxTokens: must be a number, 0 or more, and is -1"],
          [{ maxTokens: 1, assumedOutputTokens: 0 }, "assumedOutputTokens: must be a number, 1 or more, and is 0"],
          [{ maxCalls: 1, spent: { ...spent, calls: NaN } }, "spent.calls: must be a number, 0 or more, and is NaN"],
          [{ maxUsd: 1, spent: { ...spent, usd: NaN } }, "spent.usd: must be a number, 0 or more, and is NaN"]
        ]
        for (const [options, message] of cases) {
          const exit = yield* Effect.exit(Budget.make(options))
          assert(Exit.isFailure(exit))
          expect(String(Cause.squash(exit.cause))).toBe(`DefinitionError: ${message}`)
        }
      })
    )

    it.effect("takes Infinity for no cap", () =>
      Effect.gen(function* () {
        yield* ask(request("a"))
        expect((yield* MockLlm.calls)[0]?.parameters).toEqual({})
      }).pipe(
        Effect.provide(
          Layer.provideMerge(
            Layer.orDie(Budget.layer({ maxCalls: Infinity, maxTokens: Infinity, maxUsd: Infinity })),
            MockLlm.layer([{ reply: "…" }])
          )
        )
      )
    )

    it.effect("refuses a call whose limit is no number, and counts on", () =>
      Effect.gen(function* () {
        const unlimited = { ...small(88), parameters: { maxOutputTokens: NaN } }
        expect((yield* Effect.flip(ask(unlimited))).reason._tag).toBe("BudgetExceeded")
        yield* ask(small(88))
      }).pipe(Effect.provide(budget({ maxTokens: 100 })))
    )
  })

  const Call = Schema.Struct({
    model: Schema.Literals(["large", "small"]),
    isStream: Schema.Boolean,
    /** In milliseconds; a reply takes 10. */
    after: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 })),
    maxOutputTokens: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 })),
    /** What each request of the call comes to, and how much of its limit it puts out. */
    requests: Schema.Array(
      Schema.Struct({
        outcome: Schema.Literals(["known", "unknown", "lost", "broken", "limited", "left"]),
        percent: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
      })
    ).check(Schema.isMinLength(3), Schema.isMaxLength(3))
  })

  it.effect.prop(
    "is never overshot by 100 concurrent calls, whatever they and their retries cost, known or not",
    {
      maxTokens: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6000 })),
      cents: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 })),
      calls: Schema.Array(Call).check(Schema.isMinLength(100), Schema.isMaxLength(100))
    },
    ({ calls, cents, maxTokens }) => {
      const maxUsd = cents / 100
      const prices: Prices.Prices = {
        date: "2025-11-30",
        models: { large: { input: 10, output: 100 }, small: { input: 1, output: 10 } }
      }
      let tokens = 0
      let usd = 0
      const counts = calls.map(() => 0)
      const answer = ({ metadata: { turn }, parameters, model }: LlmRequest) =>
        Effect.gen(function* () {
          const { outcome, percent } = calls[turn]?.requests[counts[turn]!++] ?? assert.fail()
          const usage = {
            input: 12,
            output: Math.floor((parameters.maxOutputTokens ?? assert.fail()) * (percent / 100))
          }
          yield* Effect.sleep(10)
          if (outcome === "limited") return yield* new LlmError({ reason: new RateLimited({ detail: "…" }) })
          tokens += usage.input + usage.output
          usd += Prices.cost(prices, usage, model) ?? assert.fail()
          if (outcome === "lost") return yield* new LlmError({ reason: new NetworkFailure({ detail: "…" }) })
          if (outcome === "broken") return yield* new LlmError({ reason: new InvalidResponse({ detail: "…", usage }) })
          if (outcome === "left") return yield* Effect.interrupt
          const text = "12".repeat(usage.output)
          return { text, finishReason: "stop" as const, usage: outcome === "known" ? usage : {} }
        })
      const below = Layer.provide(
        Retry.layer({ baseDelay: 0 }),
        Layer.succeed(LlmClient.LlmClient, Attempts.make(LlmClient.make(answer)))
      )
      const asks = calls.map(({ after, isStream, maxOutputTokens, model }, turn) => {
        const asked = request("a", "12345678", { model, parameters: { maxOutputTokens } }, { turn })
        return Effect.delay(isStream ? read(asked) : ask(asked), after)
      })
      return Effect.gen(function* () {
        const all = Effect.forEach(asks, (ask) => Effect.exit(ask), { concurrency: "unbounded" })
        const fiber = yield* Effect.forkChild(all)
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(fiber)
        expect(tokens).toBeLessThanOrEqual(maxTokens)
        expect(usd).toBeLessThanOrEqual(maxUsd + 1e-9)
        if (maxTokens >= 72 && maxUsd >= 0.01) expect(counts.some((count) => count > 0)).toBe(true)
      }).pipe(Effect.provide(budget({ maxTokens, maxUsd, prices }, below)))
    }
  )
})
