/** What is longer is no name that somebody mistyped. **Units** characters */
const longest = 500

/** How many characters have to be put in, left out or replaced to make one text of another. */
const distance = (a: string, b: string): number => {
  if (a.length > longest) return a.length
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    above = row
  }
  return above[b.length]!
}

/** Names, the nearest to another one first; `read`: as what they are compared. */
export const nearest = (
  name: string,
  names: ReadonlyArray<string>,
  read: (name: string) => string = (name) => name
): ReadonlyArray<string> =>
  names
    .map((known) => ({ known, far: distance(name.toLowerCase(), read(known).toLowerCase()) }))
    .toSorted((a, b) => a.far - b.far)
    .map(({ known }) => known)

/** Whether a name may be a misspelling of another. */
export const isNear = (name: string, known: string): boolean =>
  distance(name.toLowerCase(), known.toLowerCase()) <= Math.max(2, known.length / 4)
