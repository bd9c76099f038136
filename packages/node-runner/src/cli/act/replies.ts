/** A reply that is on its way to a step: what there is of it. */
export interface Coming {
  readonly path: string
  readonly turn: number
  readonly text: string
}

/** A piece of one; without a text, what came of this turn is void. */
export interface Piece {
  readonly path: string
  readonly turn: number
  readonly text?: string | undefined
}

/** Replies on their way in this process, by run. */
export interface Replies {
  readonly coming: (run: string) => Iterable<Coming>
  readonly subscribe: (run: string, listener: (piece: Piece) => void) => () => void
  /** A piece has come. */
  readonly add: (run: string, piece: Piece) => void
  /** A step has its reply, or the run has ended. */
  readonly end: (run: string, path?: string) => void
}

export const make = (): Replies => {
  const texts = new Map<string, Map<string, Coming>>()
  const listeners = new Map<string, Set<(piece: Piece) => void>>()
  const of = (run: string) => {
    const known = texts.get(run) ?? new Map<string, Coming>()
    texts.set(run, known)
    return known
  }
  return {
    coming: (run) => texts.get(run)?.values() ?? [],
    subscribe: (run, listener) => {
      const all = listeners.get(run) ?? new Set()
      listeners.set(run, all)
      all.add(listener)
      return () => {
        all.delete(listener)
        if (all.size === 0) listeners.delete(run)
      }
    },
    add: (run, piece) => {
      const { path, text, turn } = piece
      const before = of(run).get(path)
      if (text === undefined) of(run).delete(path)
      else of(run).set(path, { path, turn, text: before?.turn === turn ? before.text + text : text })
      for (const listener of listeners.get(run) ?? []) listener(piece)
    },
    end: (run, path) => {
      if (path === undefined) texts.delete(run)
      else texts.get(run)?.delete(path)
    }
  }
}
