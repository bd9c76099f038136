import * as Effect from "effect/Effect"
import type { Amount, Caps, Counts, Refusal, Refused } from "../../Limits.ts"

export type { Amount } from "../../Limits.ts"

export const nothing: Amount = { tokens: 0, usd: 0 }

/** What is spent of the caps, and what the requests that are on their way may take at most. */
export interface Ledger {
  readonly caps: Caps
  calls: number
  spent: Amount
  inFlight: Amount
}

/** A call: what one request of it may take at most, and whether one is on its way. */
export interface Entry {
  readonly bound: Amount
  isHeld: boolean
}

export const make = (caps: Caps, spent: Amount & { readonly calls: number }): Ledger => ({
  caps,
  calls: spent.calls,
  spent: { tokens: spent.tokens, usd: spent.usd },
  inFlight: nothing
})

/** Why one more call does not fit; counts it where it does. */
export const enter = (ledger: Ledger, entry: Entry): Refusal | undefined => {
  const { calls, caps } = ledger
  if (calls >= caps.maxCalls) return { cap: "maxCalls", limit: caps.maxCalls, spent: calls, inFlight: 0, asked: 1 }
  const refusal = hold(ledger, entry)
  if (refusal === undefined) ledger.calls++
  return refusal
}

/** Why the next request of a call does not fit; keeps its bound free where it does. */
export const hold = (ledger: Ledger, entry: Entry): Refusal | undefined => {
  if (entry.isHeld) return undefined
  const { caps, inFlight, spent } = ledger
  for (const [cap, unit] of limited) {
    const [asked, limit] = [entry.bound[unit], caps[cap]]
    // What is no number fits in no cap.
    if (!(asked <= limit - spent[unit] - inFlight[unit])) {
      return { cap, limit, spent: spent[unit], inFlight: inFlight[unit], asked }
    }
  }
  entry.isHeld = true
  ledger.inFlight = plus(inFlight, entry.bound)
  return undefined
}

/** The request is over: what it cost takes the place of its bound. */
export const settle = (ledger: Ledger, entry: Entry, cost: Amount): void => {
  ledger.spent = plus(ledger.spent, cost)
  if (!entry.isHeld) return
  entry.isHeld = false
  ledger.inFlight = minus(ledger.inFlight, entry.bound)
}

/** The counts of a process. */
export const counts = (ledger: Ledger): Counts<Refused> => ({
  reserve: (_request, bound) =>
    Effect.sync(() => {
      const entry: Entry = { bound, isHeld: false }
      const refusal = bound.calls > 0 ? enter(ledger, entry) : hold(ledger, entry)
      return refusal === undefined
        ? { _tag: "Granted", settle: (cost) => Effect.sync(() => settle(ledger, entry, cost)) }
        : { _tag: "Refused", refusal }
    })
})

const plus = (self: Amount, that: Amount): Amount => ({
  tokens: self.tokens + that.tokens,
  usd: self.usd + that.usd
})

export const minus = (self: Amount, that: Amount): Amount => ({
  tokens: self.tokens - that.tokens,
  usd: self.usd - that.usd
})

const limited = [
  ["maxTokens", "tokens"],
  ["maxUsd", "usd"]
] as const
