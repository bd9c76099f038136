import { linesOf } from "./locate.ts"

/** Lines of a text, and the number of the first. */
export interface Nearest {
  readonly line: number
  readonly text: string
}

/** No more lines of what is searched count, nor more characters of any line: so the time is bounded by the text. */
const maxLines = 50
const maxLength = 200

/**
 * The lines of a text that are most like those searched: as many, with the largest share of pairs of lines that have
 * three characters in a row in common.
 *
 * **Source** L. R. Dice, Measures of the Amount of Ecologic Association Between Species, 1945: twice what both have, by
 * what each has.
 */
export const nearest = (text: string, search: string): Nearest | undefined => {
  const lines = linesOf(text)
  const wanted = linesOf(search)
  const compared = wanted.slice(0, maxLines).map(trigrams)
  const linesWith = new Map<string, Array<number>>()
  for (const gram of new Set(compared.flatMap((grams) => [...grams]))) linesWith.set(gram, [])
  // how many trigrams all lines before one have
  const before = new Int32Array(lines.length + 1)
  for (const [i, line] of lines.entries()) {
    const grams = trigrams(line)
    before[i + 1] = before[i]! + grams.size
    for (const gram of grams) linesWith.get(gram)?.push(i)
  }
  // by the line at which the first of those searched would stand, which may be above the text
  const above = compared.length
  const shared = new Int32Array(above + lines.length)
  for (const [i, grams] of compared.entries()) {
    for (const gram of grams) for (const line of linesWith.get(gram)!) shared[above + line - i]!++
  }
  const size = compared.reduce((sum, grams) => sum + grams.size, 0)
  const clip = (line: number) => Math.min(Math.max(line, 0), lines.length)
  let best = { first: 0, share: 0 }
  for (let first = -above; first < lines.length; first++) {
    const own = before[clip(first + above)]! - before[clip(first)]!
    const share = shared[above + first]! / (size + own)
    if (share > best.share) best = { first, share }
  }
  if (best.share === 0) return undefined
  const [from, to] = [clip(best.first), clip(best.first + wanted.length)]
  return {
    line: from + 1,
    text: lines
      .slice(from, to)
      .map((line) => `${line}\n`)
      .join("")
  }
}

/** All runs of three characters of a line, between blanks. */
const trigrams = (line: string): ReadonlySet<string> => {
  const text = ` ${line.trim().slice(0, maxLength).replace(/\s+/g, " ")} `
  const grams = new Set<string>()
  for (let i = 0; i + 3 <= text.length; i++) grams.add(text.slice(i, i + 3))
  return grams
}
