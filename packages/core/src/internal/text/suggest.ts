/** `"; did you mean …?"` with the known names nearest to one that is not, or all of them when there are few. */
export const suggest = (name: string, known: Iterable<string>): string => {
  const names = [...known]
  const close = names
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 3))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
  if (close.length > 0) return `; did you mean ${close.map((found) => `"${found}"`).join(" or ")}?`
  return names.length === 0 ? "" : `; known: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}`
}

/** What is longer is no name that somebody mistyped. **Units** characters */
const longest = 500

const editDistance = (a: string, b: string): number => {
  if (a.length > longest) return a.length
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
