import { dual } from "effect/Function"
import * as Schema from "effect/Schema"

const Tokens = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * Tokens that a reply cost. What the provider did not say is absent, never 0.
 *
 * **Units** tokens; `cachedInput` is part of `input`, `reasoning` is part of `output`.
 */
export const Usage = Schema.Struct({
  input: Schema.optionalKey(Tokens),
  cachedInput: Schema.optionalKey(Tokens),
  output: Schema.optionalKey(Tokens),
  reasoning: Schema.optionalKey(Tokens)
})
export type Usage = typeof Usage.Type

/** The usage of a provider that says nothing. */
export const unknown: Usage = {}

/** The usage of no call at all: the identity of `add`. */
export const zero: Usage = { input: 0, cachedInput: 0, output: 0, reasoning: 0 }

/** The sum of two usages: a figure is known only where both are. */
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
  return sum
})
