// What may begin now: requests and tokens of the last minute, places, and what a provider that was asked too much makes of them.

import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { RateLimited } from "@stepwright/core/LlmError"
import type { Counts, Granted, Later, Rates } from "../../Limits.ts"
import * as SlidingMinute from "./slidingMinute.ts"

/** The counts of a process. */
export const make = ({ concurrency, requestsPerMinute, tokensPerMinute }: Rates): Effect.Effect<Counts<Later>> =>
  Effect.sync(() => {
    const recent = SlidingMinute.make()
    let active = 0
    let changed = Deferred.makeUnsafe<void>()

    // The share of the limits that is in force, and since when.
    let share = 1
    let loweredAt = 0
    let pausedUntil = 0
    let lowerings = 0
    let busiest = concurrency

    const recover = (now: number) => {
      for (; share < 1 && now >= loweredAt + recovery; loweredAt += recovery) share *= 2
    }

    const lower = (now: number, before: number, { retryAfter }: RateLimited) => {
      const demanded = retryAfter === undefined ? 0 : Math.min(longestDemand, Duration.toMillis(retryAfter))
      pausedUntil = Math.max(pausedUntil, now + demanded)
      // Requests that were in flight together tell of one overload.
      if (before < lowerings) return
      if (share === 1) busiest = Math.min(concurrency, active)
      share = Math.max(leastShare, share / 2)
      loweredAt = now
      lowerings++
    }

    /** When the next request may begin, as far as time alone decides. */
    const beginsAt = (now: number, tokens: number): number => {
      recover(now)
      if (now < pausedUntil) return pausedUntil
      const recovered = share < 1 ? loweredAt + recovery : Infinity
      const slots = share === 1 ? concurrency : Math.max(1, Math.floor(busiest * share))
      if (active >= slots) return recovered
      const requests = Math.max(1, Math.floor(requestsPerMinute * share))
      const fits = recent.fits(now, tokens, requests, tokensPerMinute * share)
      return fits <= now ? now : Math.min(fits, recovered)
    }

    const begun = (now: number, tokens: number): Granted => {
      active++
      const entry = recent.add(now, tokens)
      const before = lowerings
      return {
        _tag: "Granted",
        settle: ({ error, tokens }) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            recover(now)
            recent.settle(entry, tokens)
            if (error?.reason._tag === "RateLimited") lower(now, before, error.reason)
            active--
            const change = changed
            changed = Deferred.makeUnsafe()
            Deferred.doneUnsafe(change, Exit.void)
          })
      }
    }

    return {
      reserve: (_request, { tokens }) =>
        Effect.map(Clock.currentTimeMillis, (now): Granted | Later => {
          const at = beginsAt(now, tokens)
          if (at <= now) return begun(now, tokens)
          const change = Deferred.await(changed)
          const wait = at === Infinity ? change : Effect.asVoid(Effect.timeoutOption(change, at - now))
          return { _tag: "Later", wait, demanded: Math.max(0, pausedUntil - now) }
        })
    }
  })

const recovery = 60_000
/** A day, as quotas of a day are the longest. */
const longestDemand = 86_400_000
const leastShare = 1 / 64
