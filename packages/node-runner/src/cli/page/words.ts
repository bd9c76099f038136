// Words that are often in a run are two characters in its file, of which the first is one that JSON never has: so texts
// that are alike in their words only take a quarter less.

/** Control characters, less the end of a line. */
const leads = Array.from({ length: 31 }, (_, i) => i + 1).filter((code) => code !== 10)
const [from, until] = [32, 126]
const perLead = until - from + 1
const most = leads.length * perLead

const word = / ?[A-Za-z]{2,}/gu

/** How much is read to know which words are frequent. **Units** characters */
const enough = 4_000_000

/** The words that gain most, the most frequent first. */
export const frequent = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const all = lines.reduce((sum, { length }) => sum + length, 0)
  const each = Math.max(1, Math.ceil(all / enough))
  const counts = new Map<string, number>()
  for (let i = 0; i < lines.length; i++) {
    // lines of every kind follow each other
    if ((i >> 6) % each > 0) continue
    for (const [found] of lines[i]!.matchAll(word)) counts.set(found, (counts.get(found) ?? 0) + 1)
  }
  const gain = ([found, count]: readonly [string, number]) => (found.length - 1.5) * count
  return [...counts]
    .filter(([found, count]) => found.length > 2 && count > 3)
    .toSorted((a, b) => gain(b) - gain(a))
    .slice(0, most)
    .toSorted((a, b) => b[1] - a[1])
    .map(([found]) => found)
}

/** What writes these words in two characters: the first ones with the first lead. */
export const shortener = (words: ReadonlyArray<string>): ((text: string) => string) => {
  const codes = new Map(
    words.map((found, i) => [found, String.fromCharCode(leads[Math.floor(i / perLead)]!, from + (i % perLead))])
  )
  return (text) => text.replaceAll(word, (found) => codes.get(found) ?? found)
}
