import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Usage } from "@stepwright/core/Usage"
import * as jsonText from "./internal/file/jsonText.ts"
import * as cacheWrites from "./internal/prices/cacheWrites.ts"
import { pricesSnapshot } from "./internal/prices/snapshot.ts"

const Usd = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

const Dearer = Schema.Finite.check(Schema.isGreaterThan(0))

const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema).annotateKey({ description })

/** By how much a tier of service is dearer than the standard one. */
const Factor = optional(Dearer, "By how much it is dearer than the standard tier.")

/**
 * What a model costs. Input that is read from a cache costs what input does unless given. Input that is written to one
 * costs 1.25 times that, and twice that where it is kept for an hour, which are the factors of both providers, unless
 * given. `tiers` has what all of it is multiplied by in a tier of service; what a tier costs that is not there is unknown.
 * `longPrompts` has what input and output are multiplied by where there are more than `above` tokens of input.
 *
 * **Units** USD per million tokens
 *
 * **Source** https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing and
 * https://developers.openai.com/api/docs/guides/prompt-caching, of November 2026
 */
export const Price = Schema.Struct({
  input: Usd.annotateKey({ description: "Of a million tokens of input." }),
  cachedInput: optional(Usd, "Of those that are read from a cache; as input unless given."),
  cacheWrite: optional(Usd, "Of those that are written to a cache; 1.25 times input unless given."),
  cacheWriteHour: optional(Usd, "Of those that are kept there for an hour; twice input unless given."),
  output: Usd.annotateKey({ description: "Of a million tokens of output." }),
  longPrompts: optional(
    Schema.Struct({
      above: Schema.Int.check(Schema.isGreaterThan(0)).annotateKey({ description: "How many tokens of input." }),
      input: Dearer.annotateKey({ description: "What input is multiplied by." }),
      output: Dearer.annotateKey({ description: "What output is multiplied by." })
    }),
    "What is dearer where there is more input than that."
  ),
  tiers: optional(
    Schema.Struct({
      standard: Factor,
      flex: Factor,
      batch: Factor,
      priority: Factor,
      scale: Factor,
      fast: Factor,
      ultrafast: Factor,
      other: Factor
    }),
    "What all of it is multiplied by in a tier of service; of another than those, what it costs is unknown."
  )
})
export type Price = typeof Price.Type

const isDay = (date: string) =>
  Option.exists(DateTime.make(date), (day) => DateTime.formatIsoDateUtc(day) === date) ||
  "Expected a day of the calendar, such as 2026-08-05"

/** A table of prices by the provider's names of models, and the day (`2026-08-05`) on which they held. */
export const Prices = Schema.Struct({
  date: Schema.String.check(Schema.makeFilter(isDay)),
  models: Schema.Record(Schema.String, Price)
})
export type Prices = typeof Prices.Type

/** A file of prices that cannot be used; `detail` says why and at which line. */
export class PricesError extends Schema.TaggedError<PricesError>()("PricesError", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `the prices in ${this.file} cannot be used: ${this.detail}`
  }
}

/** Models that the table has no price for. */
export class UnknownPrice extends Schema.TaggedError<UnknownPrice>()("UnknownPrice", {
  models: Schema.Array(Schema.String),
  date: Schema.String
}) {
  override get message() {
    return `no price is known for ${this.models.join(", ")}: add it to the table of prices (of ${this.date}), or leave out the cap in USD`
  }
}

/** List prices of a few models as they were on its `date`: replace it by a table of your own where money depends on it. */
export const snapshot: Prices = pricesSnapshot

/**
 * The table in a JSON file. **Fails with** PricesError, when it cannot be read, does not fit `Prices`, or has a key that
 * is unknown or there twice.
 */
export const fromFile = Effect.fnUntraced(function* (
  file: string
): Effect.fn.Return<Prices, PricesError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    fs.readFileString(file),
    (error) => new PricesError({ file, detail: error.message })
  )
  const refuse = (problems: ReadonlyArray<jsonText.Problem>) =>
    new PricesError({ file, detail: jsonText.inWords(problems) })
  const prices = yield* Effect.mapError(decode(text), refuse)
  const duplicates = jsonText.duplicates(text)
  return duplicates.length === 0 ? prices : yield* refuse(duplicates)
})

/**
 * The price of a model: that of its exact name, or of its name without a date of release (`-2025-11-13`, `-20251001`).
 */
export const find = (prices: Prices, model: string): Price | undefined =>
  own(prices, model) ?? own(prices, model.replace(/-\d{4}-?\d{2}-?\d{2}$/u, ""))

/**
 * What a usage cost, or `undefined` where the price, also that of its tier of service, or the number of input or output
 * tokens is unknown. Input that the provider does not say to be cached counts in full. **Units** USD.
 */
export const cost = (prices: Prices, usage: Usage, model: string): number | undefined => {
  const price = find(prices, model)
  return price === undefined || usage.input === undefined || usage.output === undefined
    ? undefined
    : costAt(price, { ...usage, input: usage.input, output: usage.output })
}

/** What so many tokens cost at a price; `undefined` where that of their tier of service is unknown. **Units** USD. */
export const costAt = (
  price: Price,
  usage: Usage & { readonly input: number; readonly output: number }
): number | undefined => {
  const { cachedInput = 0, cacheWrite = 0, cacheWriteHour = 0, input, output, serviceTier = "standard" } = usage
  const factor = price.tiers?.[serviceTier] ?? (serviceTier === "standard" ? 1 : undefined)
  if (factor === undefined) return undefined
  const read = Math.min(cachedInput, input)
  const written = Math.min(cacheWrite, input - read)
  const kept = Math.min(cacheWriteHour, written)
  const { longPrompts = ordinary } = price
  const times = input > longPrompts.above ? longPrompts : ordinary
  const prompt =
    (input - read - written) * price.input +
    read * (price.cachedInput ?? price.input) +
    (written - kept) * cacheWrites.write(price) +
    kept * cacheWrites.writeHour(price)
  return (factor * (times.input * prompt + times.output * output * price.output)) / 1e6
}

/** An amount for people: `$0.0042`, or `unknown`. */
export const format = (usd: number | undefined): string =>
  usd === undefined ? "unknown" : `$${usd >= 0.1 || usd === 0 ? usd.toFixed(2) : Number(usd.toPrecision(2))}`

/** Prompts of any length cost as much a token. */
const ordinary = { above: Infinity, input: 1, output: 1 }

const decode = jsonText.decode(Prices, { onExcessProperty: "error" })

const own = ({ models }: Prices, model: string) => (Object.hasOwn(models, model) ? models[model] : undefined)
