/** Random choices that a seed decides. */
export interface Random {
  /** At least 0, below 1. */
  readonly next: () => number
  readonly int: (below: number) => number
  readonly bool: (chance?: number) => boolean
  readonly pick: <A>(from: readonly [A, ...ReadonlyArray<A>]) => A
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
    next,
    int,
    bool: (chance = 0.5) => next() < chance,
    pick: (from) => from[int(from.length)] ?? from[0]
  }
}

/** A number below 2 ** 32 that hardly two texts share. **Source** FNV-1a, with the last mixing of MurmurHash3. */
export const mix = (text: string, seed = 0): number => {
  let hash = 0x811c9dc5 ^ seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
