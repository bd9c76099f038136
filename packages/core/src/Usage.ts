import { dual } from "effect/Function"
import * as Schema from "effect/Schema"
import { optional } from "./internal/words/field.ts"

const Tokens = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

export const ServiceTier = Schema.Literals([
  "standard",
  "flex",
  "batch",
  "priority",
  "scale",
  "fast",
  "ultrafast",
  "other"
])
export type ServiceTier = typeof ServiceTier.Type

export const Usage = Schema.Struct({
  input: optional(Tokens, "Tokens of the prompt, those of a cache included."),
  cachedInput: optional(Tokens, "Tokens of `input` that were read from a cache."),
  cacheWrite: optional(Tokens, "Tokens of `input` that were written to a cache."),
  cacheWriteHour: optional(Tokens, "Tokens of `cacheWrite` that are kept for an hour."),
  output: optional(Tokens, "Tokens of the reply, reasoning included."),
  reasoning: optional(Tokens, "Tokens of `output` that the model thought with."),
  serviceTier: optional(
    ServiceTier,
    "The tier of service that answered, which decides the price; `other` is one of another name, or several."
  )
}).annotate({
  identifier: "Usage",
  description: "Tokens that replies cost, and in which tier. What the provider did not say is absent, never 0."
})
export type Usage = typeof Usage.Type

/** The usage of a provider that says nothing. */
export const unknown: Usage = {}

/** The usage of no call at all: the identity of `add`. */
export const zero: Usage = { input: 0, cachedInput: 0, output: 0, reasoning: 0 }

/**
 * The sum of two usages: a figure is known only where both are. What was written to a cache, which few providers say, is
 * that of those who say it; the tier of two different ones is `other`.
 */
export const add: {
  (that: Usage): (self: Usage) => Usage
  (self: Usage, that: Usage): Usage
} = dual(2, (self: Usage, that: Usage): Usage => {
  const sum: { -readonly [K in keyof Usage]: Usage[K] } = {}
  for (const key of ["input", "cachedInput", "output", "reasoning"] as const) {
    const a = self[key]
    const b = that[key]
    if (a !== undefined && b !== undefined) sum[key] = total(a, b)
  }
  for (const key of ["cacheWrite", "cacheWriteHour"] as const) {
    const a = self[key]
    const b = that[key]
    if (a !== undefined || b !== undefined) sum[key] = total(a ?? 0, b ?? 0)
  }
  const tier = self.serviceTier ?? that.serviceTier
  if (tier !== undefined) sum.serviceTier = tier === (that.serviceTier ?? tier) ? tier : "other"
  return sum
})

/** A sum that is a count again, whatever a provider says. */
const total = (a: number, b: number) => Math.min(a + b, Number.MAX_SAFE_INTEGER)
