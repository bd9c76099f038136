import { seeded } from "../replies/random.ts"
import { killed, type Place, unbroken } from "./kills.ts"

/** Kills runs, at every place and then at others, until that many kills; how many at each place. */
export const kills = async (atLeast: number): Promise<ReadonlyMap<string, number>> => {
  const expected = await unbroken()
  const names = [...expected.times.keys()]
  const next = seeded(1).next
  const anyName = () => names[Math.floor(next() * names.length)]!
  // mostly an early one: a run that goes on comes by less
  const timed = (name: string): Place => ({ name, time: 1 + Math.floor(next() ** 4 * expected.times.get(name)!) })
  const untried = new Set(names.toSorted())
  const counts = new Map<string, number>()
  let total = 0
  const work = async () => {
    while (total < atLeast || untried.size > 0) {
      const [first = anyName()] = untried
      untried.delete(first)
      // as a run comes by them: an earlier one would not be met again
      const more = Array.from({ length: 9 }, anyName).toSorted((a, b) => names.indexOf(a) - names.indexOf(b))
      // oxlint-disable-next-line no-await-in-loop -- two at a time
      for (const name of await killed(expected, [{ name: first, time: 1 }, ...more.map(timed)])) {
        untried.delete(name)
        counts.set(name, (counts.get(name) ?? 0) + 1)
        total++
      }
    }
  }
  await Promise.all([work(), work()])
  return counts
}

export const histogram = (counts: ReadonlyMap<string, number>): string => {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const rows = [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name.padEnd(40)} ${count}`)
  return [`${total} kills at ${counts.size} places`, ...rows].join("\n")
}
