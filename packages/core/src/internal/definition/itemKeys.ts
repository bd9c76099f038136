import * as Predicate from "effect/Predicate"
import { kindOf } from "../words/kind.ts"
import { suggest } from "../text/suggest.ts"
import { type OrderProblem, orderProblem } from "./order.ts"

/** The most characters of a key, of which a path is made. */
const most = 2048

/** What is wrong with what a selector gave for items, or for their keys; `undefined` if nothing is. */
export const itemsProblem = (items: unknown, keys: ReadonlyArray<unknown>): string | undefined => {
  if (!Array.isArray(items)) return `its items are ${kindOf(items)}; they must be a list`
  const at = keys.findIndex((key) => !Predicate.isString(key) || key.length > most)
  if (at === -1) return undefined
  const key = keys[at]
  return Predicate.isString(key)
    ? `a key has ${key.length} characters; the most are ${most}`
    : `a key is ${kindOf(key)}; it must be a text`
}

/** What is wrong with the keys of items; `undefined` if nothing is. */
export const keyProblem = (keys: ReadonlyArray<string>): string | undefined => {
  const seen = new Set<string>()
  const name = keys.find((key) => seen.size === seen.add(key).size)
  return name === undefined ? undefined : inWords({ _tag: "Duplicate", name }, keys)
}

/** What is wrong with the keys of items and with the keys that each depends on; `undefined` if nothing is. */
export const dependencyProblem = (
  keys: ReadonlyArray<string>,
  dependencies: ReadonlyArray<ReadonlyArray<string>>
): string | undefined => {
  const other = dependencies.findIndex((each) => !Array.isArray(each))
  if (other !== -1) return `"${keys[other]}" depends on ${kindOf(dependencies[other])}; it must be a list of keys`
  const problem = orderProblem(keys.map((key, i) => [key, dependencies[i] ?? []]))
  return problem && inWords(problem, keys)
}

const inWords = (problem: OrderProblem, keys: ReadonlyArray<string>): string => {
  switch (problem._tag) {
    case "Duplicate":
      return `two items have the key "${problem.name}"; every key must be there once`
    case "Unknown": {
      const { name, needed } = problem
      return `"${name}" depends on "${needed}", which is not there${suggest(needed, keys)}`
    }
    case "Circle":
      return problem.names.length === 2
        ? `"${problem.names[0]}" depends on itself`
        : `these depend on each other in a circle: ${problem.names.map((key) => `"${key}"`).join(" → ")}`
  }
}
