/**
 * A circle among names that need each other, its first name again at its end; `undefined` where there is none. What is
 * needed and is no name itself counts as there.
 *
 * **Source** Kahn's algorithm: what needs nothing is taken away until only circles, and what needs them, are left.
 */
export const findCircle = (needs: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> | undefined => {
  const waiting = new Map([...needs].map(([key, names]) => [key, new Set(names.filter((name) => needs.has(name)))]))
  const neededBy = new Map<string, Array<string>>()
  for (const [key, names] of waiting) {
    for (const name of names) {
      const users = neededBy.get(name)
      if (users === undefined) neededBy.set(name, [key])
      else users.push(key)
    }
  }
  const free = [...waiting].flatMap(([key, names]) => (names.size === 0 ? [key] : []))
  for (const key of free) {
    waiting.delete(key)
    for (const user of neededBy.get(key) ?? []) {
      const names = waiting.get(user)
      names?.delete(key)
      if (names?.size === 0) free.push(user)
    }
  }
  const [start] = waiting.keys()
  if (start === undefined) return undefined
  const trail = [start]
  for (;;) {
    // everything left depends on something left
    const [next] = waiting.get(trail.at(-1)!)!
    const from = trail.indexOf(next!)
    trail.push(next!)
    if (from !== -1) return trail.slice(from)
  }
}
