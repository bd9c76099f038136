/** Random choices that a seed decides. */
export interface Random {
  readonly int: (below: number) => number
  readonly bool: (chance?: number) => boolean
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  readonly list: <A>(most: number, make: () => A) => ReadonlyArray<A>
}

/** **Source** mulberry32, in the public domain. */
export const seeded = (seed: number): Random => {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const int = (below: number) => Math.floor(next() * below)
  return {
    int,
    bool: (chance = 0.5) => next() < chance,
    pick: (from) => from[int(from.length)]!,
    list: (most, make) => Array.from({ length: int(most + 1) }, make)
  }
}
