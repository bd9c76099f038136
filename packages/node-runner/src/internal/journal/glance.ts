import { type BigIntStats, lstatSync, statSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as journalFile from "./journalFile.ts"

/** What is seen of a run without a look into its files. */
export interface Glance {
  readonly run: string
  /** When its journal was written to last, 0 where that cannot be told. **Units** milliseconds */
  readonly written: number
  /** Another text for each state of its journal; `undefined` where the journal cannot be looked at. */
  readonly version: string | undefined
  /** When a file came into its folder or went, as one does when a process takes the run or ends. **Units** milliseconds */
  readonly touched: number
}

const versionOf = ({ ino, mtimeNs, size }: BigIntStats) => `${size} ${mtimeNs} ${ino}`

/** Glances at runs, but not at what is none. It does not wait: a thousand of these are one look at a store. */
export const at = (directory: string, runs: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Glance>> =>
  Effect.sync(() => runs.map((run) => one(directory, run)).filter((found) => found !== undefined))

const one = (directory: string, run: string): Glance | undefined =>
  Result.getOrElse(
    Result.try(() => {
      const folder = `${directory}/${run}`
      const own = lstatSync(folder, { throwIfNoEntry: false })
      // what links lead to is no run's of this store
      if (own?.isSymbolicLink() === true) return undefined
      const file = statSync(`${folder}/${journalFile.name}`, { bigint: true, throwIfNoEntry: false })
      if (own === undefined || file === undefined) return undefined
      return { run, written: Number(file.mtimeMs), version: versionOf(file), touched: own.mtimeMs }
    }),
    // what cannot be looked at is told to who asks for it
    () => ({ run, written: 0, version: undefined, touched: 0 })
  )
