import * as Context from "effect/Context"

/** The runs that a process owns. */
export interface Registry {
  /** By which epoch, or `undefined` for one that it does not own. */
  readonly epochOf: (run: string) => string | undefined
  readonly own: (run: string, epoch: string) => void
  /** Gives one up, if it is still owned by that epoch. */
  readonly disown: (run: string, epoch: string) => void
}

export const make = (): Registry => {
  const epochs = new Map<string, string>()
  return {
    epochOf: (run) => epochs.get(run),
    own: (run, epoch) => void epochs.set(run, epoch),
    disown: (run, epoch) => {
      if (epochs.get(run) === epoch) epochs.delete(run)
    }
  }
}

/** Those of this process, whichever worker has them: what counts under limits stands below what works on runs. */
export const Owned = Context.Reference<Registry>("@stepwright/cluster/internal/owned", { defaultValue: make })
