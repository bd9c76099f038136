/** The first thing wrong with names that need each other; a circle ends with its first name again. */
export type OrderProblem =
  | { readonly _tag: "Duplicate"; readonly name: string }
  | { readonly _tag: "Unknown"; readonly name: string; readonly needed: string }
  | { readonly _tag: "Circle"; readonly names: ReadonlyArray<string> }

/**
 * What keeps names from having an order in which each comes after all that it needs: a name that is there twice, one
 * that needs a name which is not there, or a circle; `undefined` where nothing does.
 */
export const orderProblem = (
  items: Iterable<readonly [name: string, needs: ReadonlyArray<string>]>
): OrderProblem | undefined => {
  const needs = new Map<string, ReadonlyArray<string>>()
  for (const [name, needed] of items) {
    if (needs.has(name)) return { _tag: "Duplicate", name }
    needs.set(name, needed)
  }
  for (const [name, all] of needs) {
    const needed = all.find((each) => !needs.has(each))
    if (needed !== undefined) return { _tag: "Unknown", name, needed }
  }
  const names = circle(needs)
  return names && { _tag: "Circle", names }
}

/** **Source** Kahn's algorithm: what needs nothing is taken away until only circles, and what needs them, are left. */
const circle = (needs: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> | undefined => {
  const waiting = new Map(Array.from(needs, ([name, needed]) => [name, new Set(needed)]))
  const neededBy = new Map<string, Array<string>>()
  for (const [name, needed] of waiting) {
    for (const each of needed) {
      const users = neededBy.get(each)
      if (users === undefined) neededBy.set(each, [name])
      else users.push(name)
    }
  }
  const free = [...waiting].flatMap(([name, needed]) => (needed.size === 0 ? [name] : []))
  for (const name of free) {
    waiting.delete(name)
    for (const user of neededBy.get(name) ?? []) {
      const needed = waiting.get(user)
      needed?.delete(name)
      if (needed?.size === 0) free.push(user)
    }
  }
  const [start] = waiting.keys()
  if (start === undefined) return undefined
  const trail = [start]
  for (;;) {
    // everything left needs something left
    const [next] = waiting.get(trail.at(-1)!)!
    const from = trail.indexOf(next!)
    trail.push(next!)
    if (from !== -1) return trail.slice(from)
  }
}
