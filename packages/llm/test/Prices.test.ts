import { describe, expect, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import type { Usage } from "@stepwright/core/Usage"
import { Prices } from "@stepwright/llm"
import { memoryFiles } from "./support/memoryFiles.ts"

const prices: Prices.Prices = {
  date: "2025-11-30",
  models: {
    large: { input: 2, cachedInput: 0.5, output: 10 },
    plain: { input: 4, output: 8 },
    "plain-2024-01-01": { input: 40, output: 80 }
  }
}

describe("Prices", () => {
  describe("cost", () => {
    it("takes cached input at its own price, and at that of input where it has none", () => {
      const usage = { input: 1_000_000, cachedInput: 400_000, output: 100_000, reasoning: 50_000 }
      expect(Prices.cost(prices, usage, "large")).toBeCloseTo(1.2 + 0.2 + 1, 12)
      expect(Prices.cost(prices, usage, "plain")).toBeCloseTo(4 + 0.8, 12)
    })

    describe("of a snapshot's model", () => {
      const million = 1_000_000
      const cases: ReadonlyArray<[what: string, model: string, usage: Usage, usd: number | undefined]> = [
        ["a cache write of Anthropic", "claude-opus-5", { input: million, cacheWrite: million, output: 0 }, 6.25],
        [
          "one that is kept for an hour",
          "claude-opus-5",
          { input: million, cacheWrite: million, cacheWriteHour: million, output: 0 },
          10
        ],
        [
          "reads, both kinds of writes and the rest together",
          "claude-haiku-4-5",
          {
            input: 4 * million,
            cachedInput: million,
            cacheWrite: 2 * million,
            cacheWriteHour: million,
            output: million
          },
          9.35
        ],
        [
          "a cache write of OpenAI that is priced",
          "gpt-5.6-terra",
          { input: 200_000, cacheWrite: 200_000, output: 0 },
          0.5
        ],
        ["one of a model whose writes are free", "gpt-5.5", { input: 200_000, cacheWrite: 200_000, output: 0 }, 1],
        ["flex", "gpt-5.5", { input: 200_000, cachedInput: 200_000, output: million, serviceTier: "flex" }, 15.05],
        ["a prompt just not long", "gpt-5.4", { input: 272_000, output: million }, 0.68 + 15],
        ["a long prompt", "gpt-5.4", { input: 272_001, output: million }, 1.360005 + 22.5],
        [
          "a long prompt from a cache, and to it",
          "gpt-5.6-terra",
          { input: million, cachedInput: 400_000, cacheWrite: 600_000, output: 0 },
          0.16 + 3
        ],
        ["a long prompt in flex", "gpt-5.5", { input: million, output: million, serviceTier: "flex" }, 27.5],
        ["a long prompt of a model without such a price", "claude-sonnet-5", { input: million, output: million }, 12],
        [
          "batch",
          "claude-sonnet-5",
          { input: million, cacheWrite: million, output: million, serviceTier: "batch" },
          6.25
        ],
        ["priority", "gpt-5-mini", { input: million, output: million, serviceTier: "priority" }, 4.05],
        ["the standard tier", "gpt-5.1", { input: million, output: 0, serviceTier: "standard" }, 1.25],
        ["a tier that has no price", "gpt-5.1", { input: million, output: 0, serviceTier: "scale" }, undefined],
        [
          "priority of Anthropic, which has no list price",
          "claude-opus-5",
          { input: 1, output: 0, serviceTier: "priority" },
          undefined
        ],
        [
          "more writes than there is input",
          "claude-opus-5",
          { input: million, cachedInput: million, cacheWrite: million, output: 0 },
          0.5
        ]
      ]
      for (const [what, model, usage, usd] of cases) {
        it(`is ${usd ?? "unknown"} for ${what}`, () => {
          const cost = Prices.cost(Prices.snapshot, usage, model)
          expect(cost === undefined ? cost : Number(cost.toFixed(9))).toBe(usd)
        })
      }
    })

    it("takes the published factors for cache writes that a table of one's own has no price for", () => {
      const usage = { input: 1_000_000, cacheWrite: 800_000, cacheWriteHour: 300_000, output: 0 }
      expect(Prices.cost(prices, usage, "plain")).toBeCloseTo(0.8 + 0.5 * 5 + 0.3 * 8, 12)
    })

    it("is unknown in a service tier that a table of one's own has no factor for", () => {
      expect(Prices.cost(prices, { input: 1, output: 1, serviceTier: "flex" }, "plain")).toBeUndefined()
    })

    it("is unknown for an unknown model and for unknown usage, never 0", () => {
      const usage = { input: 1, output: 1 }
      expect(Prices.cost(prices, usage, "larger")).toBeUndefined()
      expect(Prices.cost(prices, usage, "toString")).toBeUndefined()
      expect(Prices.cost(prices, { input: 1 }, "large")).toBeUndefined()
      expect(Prices.cost(prices, { output: 1 }, "large")).toBeUndefined()
    })

    it("counts input as not cached where the provider does not say", () => {
      expect(Prices.cost(prices, { input: 1_000_000, output: 0 }, "large")).toBe(2)
    })
  })

  describe("find", () => {
    it("finds a name without its date of release, unless the dated one has its own price", () => {
      expect(Prices.find(prices, "large-2025-11-13")).toBe(prices.models["large"])
      expect(Prices.find(prices, "large-20251113")).toBe(prices.models["large"])
      expect(Prices.find(prices, "plain-2024-01-01")?.input).toBe(40)
      expect(Prices.find(prices, "large-mini")).toBeUndefined()
    })
  })

  describe("format", () => {
    it("shows an unknown amount as such, and small ones as more than nothing", () => {
      expect([undefined, 0, 0.00042, 0.1234, 12.3456].map(Prices.format)).toEqual([
        "unknown",
        "$0.00",
        "$0.00042",
        "$0.12",
        "$12.35"
      ])
    })
  })

  describe("fromFile", () => {
    const read = Effect.fnUntraced(function* (text: string) {
      const files = yield* memoryFiles
      yield* files.writeFileString("prices.json", text)
      return yield* Effect.provideService(Prices.fromFile("prices.json"), FileSystem.FileSystem, files)
    })

    it.effect("reads a table of one's own", () =>
      Effect.gen(function* () {
        expect(yield* read(JSON.stringify(prices))).toEqual(prices)
      })
    )

    it.effect("reads prices of cache writes and factors of service tiers", () =>
      Effect.gen(function* () {
        const own = { input: 1, cacheWrite: 2, cacheWriteHour: 3, output: 4, tiers: { flex: 0.5, priority: 2 } }
        const table = { date: "2025-11-30", models: { own } }
        expect(yield* read(JSON.stringify(table))).toEqual(table)
        const typo = JSON.stringify({ ...table, models: { own: { ...own, tiers: { flexible: 0.5 } } } })
        expect((yield* Effect.flip(read(typo))).message).toContain("at models.own.tiers.flexible: ")
      })
    )

    it.effect("tells file, line and key of each problem", () =>
      Effect.gen(function* () {
        const text = '{\n  "date": "yesterday",\n  "models": {\n    "large": { "input": -1 }\n  }\n}'
        const error = yield* Effect.flip(read(text))
        expect(error._tag).toBe("PricesError")
        expect(error.message).toMatch(/^the prices in prices\.json cannot be used: line 2, column 11 at date: /u)
        expect(error.message).toMatch(/line 4, column 25 at models\.large\.input: /u)
        expect(error.message).toMatch(/line 4, column 14 at models\.large\.output: Missing key/u)
      })
    )

    for (const [what, from, to, problem] of [
      [
        "a key that it does not know",
        "cachedInput",
        "cached_input",
        "line 4, column 44 at models.large.cached_input: "
      ],
      ["a day that is in no calendar", "2026-02-28", "2026-02-30", "line 2, column 11 at date: Expected a day of the "],
      [
        "a month that is in no calendar",
        "2026-02-28",
        "2026-99-99",
        "line 2, column 11 at date: Expected a day of the "
      ],
      ["a price that is there twice", "cachedInput", "input", "line 4, column 37 at models.large.input: Duplicate key"],
      ["a model that is there twice", "small", "large", "line 5, column 14 at models.large: Duplicate key"]
    ] as const) {
      it.effect(`refuses ${what}, with line and key`, () =>
        Effect.gen(function* () {
          const lines = [
            '  "date": "2026-02-28",',
            '  "models": {',
            '    "large": { "input": 1, "cachedInput": 2, "output": 3 },',
            '    "small": { "input": 1, "output": 2 }',
            "  }"
          ]
          const text = `{\n${lines.join("\n")}\n}`
          expect((yield* read(text)).date).toBe("2026-02-28")
          expect((yield* Effect.flip(read(text.replace(from, to)))).message).toContain(problem)
        })
      )
    }

    it.effect("fails when there is no file", () =>
      Effect.gen(function* () {
        const error = yield* Prices.fromFile("none.json").pipe(
          Effect.provideServiceEffect(FileSystem.FileSystem, memoryFiles),
          Effect.flip
        )
        expect(error.message).toMatch(/^the prices in none\.json cannot be used: .*none\.json/u)
      })
    )
  })

  describe("snapshot", () => {
    it("fits the Schema, and has no price that is 0", () => {
      expect(Schema.is(Prices.Prices)(Prices.snapshot)).toBe(true)
      for (const { longPrompts = {}, tiers = {}, ...price } of Object.values(Prices.snapshot.models)) {
        for (const part of [price, longPrompts, tiers]) {
          expect(Math.min(...Object.values(part).map(Number))).toBeGreaterThan(0)
        }
      }
    })
  })
})
