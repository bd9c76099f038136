import * as choices from "../../packages/core/src/testing/internal/random.ts"

/** Random choices that a seed decides. */
export interface Random extends Omit<choices.Random, "pick"> {
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  readonly list: <A>(most: number, make: () => A) => ReadonlyArray<A>
}

export const seeded = (seed: number): Random => {
  const random = choices.seeded(seed)
  return {
    ...random,
    pick: (from) => from[random.int(from.length)]!,
    list: (most, make) => Array.from({ length: random.int(most + 1) }, make)
  }
}
