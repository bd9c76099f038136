import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"

/** What a workflow gives, which has no Schema, as JSON; `undefined` where it cannot be written so. */
export const toJson = (output: unknown): Schema.Json | undefined => {
  const written = Result.try((): Schema.Json => JSON.parse(JSON.stringify(output, asData) ?? "null"))
  return Result.getOrUndefined(written)
}

/** What JSON has no place for otherwise. */
const asData = (_: string, value: unknown): unknown => {
  if (typeof value === "bigint") return String(value)
  return value instanceof Map || value instanceof Set ? [...value] : value
}
