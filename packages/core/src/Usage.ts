import { dual } from "effect/Function"
import * as Schema from "effect/Schema"

const Tokens = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** In which tier of service a provider answered, which decides the price; `other` is one that none of these names is. */
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

/**
 * Tokens that a reply cost, and in which tier. What the provider did not say is absent, never 0.
 *
 * **Units** tokens; `cachedInput` was read from a cache and `cacheWrite` written to one, both are part of `input`;
 * `cacheWriteHour` is the part of `cacheWrite` that is kept for an hour; `reasoning` is part of `output`.
 */
export const Usage = Schema.Struct({
  input: Schema.optionalKey(Tokens),
  cachedInput: Schema.optionalKey(Tokens),
  cacheWrite: Schema.optionalKey(Tokens),
  cacheWriteHour: Schema.optionalKey(Tokens),
  output: Schema.optionalKey(Tokens),
  reasoning: Schema.optionalKey(Tokens),
  serviceTier: Schema.optionalKey(ServiceTier)
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
    if (a !== undefined && b !== undefined) sum[key] = a + b
  }
  for (const key of ["cacheWrite", "cacheWriteHour"] as const) {
    const a = self[key]
    const b = that[key]
    if (a !== undefined || b !== undefined) sum[key] = (a ?? 0) + (b ?? 0)
  }
  const tier = self.serviceTier ?? that.serviceTier
  if (tier !== undefined) sum.serviceTier = tier === (that.serviceTier ?? tier) ? tier : "other"
  return sum
})
