import { suggest } from "../text/suggest.ts"
import { type OrderProblem, orderProblem } from "./order.ts"

/** What is wrong with the keys of items; `undefined` if nothing is. */
export const keyProblem = (keys: ReadonlyArray<string>): string | undefined => {
  if (new Set(keys).size === keys.length) return undefined
  const name = keys.find((key, i) => keys.indexOf(key) < i)!
  return inWords({ _tag: "Duplicate", name }, keys)
}

/** What is wrong with the keys of items and with the keys that each depends on; `undefined` if nothing is. */
export const dependencyProblem = (
  keys: ReadonlyArray<string>,
  dependencies: ReadonlyArray<ReadonlyArray<string>>
): string | undefined => {
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
