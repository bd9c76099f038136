import { describe, expect, it } from "@effect/vitest"
import * as Ledger from "../../../src/internal/around/ledger.ts"

const caps = { maxCalls: 3, maxTokens: 100, maxUsd: 1 }
const start = (spent: Partial<Ledger.Amount & { calls: number }> = {}) =>
  Ledger.make(caps, { calls: 0, tokens: 0, usd: 0, ...spent })
const entry = (tokens: number, usd = 0): Ledger.Entry => ({ bound: { tokens, usd }, isHeld: false })

describe("ledger", () => {
  describe("enter", () => {
    it("counts a call and keeps its bound free, so that another cannot take it", () => {
      const ledger = start()
      expect(Ledger.enter(ledger, entry(60))).toBe(undefined)
      expect([ledger.calls, ledger.inFlight]).toEqual([1, { tokens: 60, usd: 0 }])
      expect(Ledger.enter(ledger, entry(50))).toEqual({
        cap: "maxTokens",
        limit: 100,
        spent: 0,
        inFlight: 60,
        asked: 50
      })
      expect(ledger.calls).toBe(1)
    })

    it("refuses a call more than there may be, and a bound that is no number", () => {
      expect(Ledger.enter(start({ calls: 3 }), entry(0))?.cap).toBe("maxCalls")
      expect(Ledger.enter(start(), entry(0, Number.NaN))?.cap).toBe("maxUsd")
    })
  })

  describe("hold", () => {
    it("holds no more for a call that holds its bound already", () => {
      const ledger = start()
      const call = entry(60)
      expect([Ledger.enter(ledger, call), Ledger.hold(ledger, call)]).toEqual([undefined, undefined])
      expect(ledger.inFlight.tokens).toBe(60)
    })
  })

  describe("settle", () => {
    it("puts what a request cost in place of its bound, once", () => {
      const ledger = start()
      const call = entry(60, 0.5)
      Ledger.enter(ledger, call)
      Ledger.settle(ledger, call, { tokens: 10, usd: 0.25 })
      Ledger.settle(ledger, call, Ledger.minus({ tokens: 12, usd: 0.25 }, { tokens: 10, usd: 0.25 }))
      expect([ledger.inFlight, ledger.spent]).toEqual([Ledger.nothing, { tokens: 12, usd: 0.25 }])
      expect(Ledger.hold(ledger, call)).toBe(undefined)
    })
  })
})
