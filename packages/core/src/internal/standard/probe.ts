import * as Result from "effect/Result"
import { DefinitionError } from "../../DefinitionError.ts"
import * as exact from "../json/exact.ts"
import { type Origin, refusal } from "./origin.ts"
import { sampleOf } from "./sample.ts"
import { noJson, run } from "./schema.ts"
import { roughly } from "./told.ts"

/** What stands for anything, and for any text, as some functions take only texts of a kind. */
const fromJson: ReadonlyArray<readonly [other: unknown, text: string]> = [
  [0, "a"],
  ["", "2026-01-31T12:00:00Z"],
  [null, "1"],
  [true, ""],
  [{}, "https://example.com/"],
  [[], "{}"]
]

const notFromJson: ReadonlyArray<readonly [what: string, value: unknown]> = [
  // oxlint-disable-next-line no-restricted-globals -- a sample, which tells no time
  ["a Date", new Date(0)],
  ["a BigInt", 0n],
  ["a Map", new Map()],
  ["a Set", new Set()]
]

/**
 * Throws for a Standard Schema that cannot be that of a value of a run, as far as trying it on samples shows that: its
 * functions may well refuse them, or throw.
 */
export const probe = (origin: Origin): void => {
  const document = roughly(origin)
  const takes = (other: unknown, text: string): boolean => {
    const tried = Result.try(() => run(origin, sampleOf(document, other, text)))
    if (Result.isFailure(tried)) {
      // what it throws at a sample it need not throw at a value
      if (tried.failure instanceof DefinitionError) throw tried.failure
      return false
    }
    if (tried.success.issues !== undefined) return false
    const foreign = foreignIn(tried.success.value, 0)
    if (foreign !== undefined) throw noJson(origin, foreign)
    return true
  }
  const taken = fromJson.filter(([other, text]) => takes(other, text))
  if (taken.length > 0) return
  for (const [what, value] of notFromJson) {
    const tried = Result.try(() => run(origin, sampleOf(document, value)))
    if (Result.isFailure(tried) || tried.success.issues !== undefined) continue
    throw refusal(origin, `takes ${what}, which no JSON is: let it take text or a number`)
  }
}

/** What in a value is never JSON, whatever it was made of; NaN and undefined may come of what a sample is not. */
const foreignIn = (value: unknown, depth: number): string | undefined => {
  if (typeof value === "bigint") return "a BigInt"
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`
  if (typeof value !== "object" || value === null || depth > exact.deepest) return undefined
  if (!Array.isArray(value) && !exact.isPlain(value)) return `an instance of ${value.constructor?.name || "a class"}`
  for (const member of Object.values(value)) {
    const foreign = foreignIn(member, depth + 1)
    if (foreign !== undefined) return foreign
  }
  return undefined
}
