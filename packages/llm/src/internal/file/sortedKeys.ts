import type * as Schema from "effect/Schema"

/** The same JSON with the keys of its objects in one order, so that equal values have equal texts. */
export const sortedKeys = (json: Schema.Json): Schema.Json => {
  if (Array.isArray(json)) return json.map(sortedKeys)
  if (typeof json !== "object" || json === null) return json
  const members = Object.entries(json).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([key, value]) => [key, sortedKeys(value)]))
}
