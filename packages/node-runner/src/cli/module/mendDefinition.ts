import { changed, leaveOut, type Mend, partAt } from "../../internal/files/remainder.ts"
import type { Key } from "../../internal/files/yamlText.ts"

type Keys = ReadonlyArray<Key>

/** A body that no catalog has, so that nothing is known of what it gives. */
const unknown = "\0"

/** The entry that keys lead into: the innermost one. */
const entryOf = (keys: Keys): Keys | undefined => {
  const at = keys.findLastIndex(
    (key, i) => typeof key === "number" && (keys[i - 1] === "steps" || keys[i - 2] === "all")
  )
  return at === -1 ? undefined : keys.slice(0, at + 1)
}

/** What stands for an entry that is wrong: the same names, with values of which nothing is known. */
const standIn = (entry: unknown) => {
  const names = typeof entry === "object" && entry !== null && !Array.isArray(entry) ? Object.keys(entry) : []
  return names.some((name) => name === "all" || name === "andThen")
    ? { andThen: unknown }
    : { all: names.map((name) => [{ [name]: { bind: unknown, input: {} } }]) }
}

const counts: ReadonlySet<unknown> = new Set(["atMost", "count", "concurrency"])

/**
 * What is left of a definition: a key that is none is left out, a count is one of 1, and whatever else is wrong is a node
 * of which only the name is known, so that nothing is said of what only follows from it.
 */
export const mendDefinition: Mend = (value, problems, round) => {
  const lost: Array<Keys> = []
  let left = value
  for (const { keys, of } of problems) {
    const entry = entryOf(keys)
    const isCount = round === 0 && counts.has(keys.at(-1)) && partAt(left, keys) !== undefined
    if (isCount || (round === 0 && of === "key")) {
      left = changed(left, keys, () => (isCount ? 1 : undefined))
      lost.push(keys)
    } else if (entry !== undefined) {
      left = changed(left, entry, standIn)
      lost.push(entry)
    } else if (keys[0] === "input") {
      left = changed(left, ["input"], () => ({}))
      lost.push(["input"])
    } else if (keys.length === 0) {
      // its title
      left = changed(left, ["name"], (name) => (typeof name === "string" ? name : "workflow"))
      left = changed(left, ["input"], (input) => input ?? {})
      lost.push(["name"], ["input"])
    } else {
      const other = leaveOut(left, [{ keys }], round)
      if (other === undefined) return undefined
      left = other.value
      lost.push(keys)
    }
  }
  return { value: left, lost }
}
