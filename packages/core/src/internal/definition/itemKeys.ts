import * as Dependencies from "../../Dependencies.ts"
import { near } from "../text/suggest.ts"

/** What is wrong with keys that must differ. */
export const duplicateKey = (keys: ReadonlyArray<string>): string | undefined => {
  const seen = new Set<string>()
  for (const key of keys) {
    if (seen.has(key)) return `two items have the key "${key}"; every key must be there once`
    seen.add(key)
  }
  return undefined
}

/** What is wrong with items that depend on each other: a duplicate, an unknown name, or a circle. */
export const dependencyProblem = (
  keys: ReadonlyArray<string>,
  dependencies: ReadonlyArray<ReadonlyArray<string>>
): string | undefined => {
  const duplicate = duplicateKey(keys)
  if (duplicate !== undefined) return duplicate
  const needs = new Map(keys.map((key, i) => [key, dependencies[i] ?? []]))
  for (const [key, names] of needs) {
    if (names.includes(key)) return `"${key}" depends on itself`
    const unknown = names.find((name) => !needs.has(name))
    if (unknown !== undefined) return `"${key}" depends on "${unknown}", which is not there${near(unknown, keys)}`
  }
  const circle = Dependencies.findCircle(needs)
  return circle && `these depend on each other in a circle: ${circle.map((key) => `"${key}"`).join(" → ")}`
}
