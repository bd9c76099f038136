import * as StepPath from "../../StepPath.ts"
import type { Missing } from "./hole.ts"

/** Where a walk is, and what lies around it. */
export interface Place {
  readonly path: string
  /** What takes failures over here, innermost first. */
  readonly attempt: Attempt | undefined
  /** Inside of rounds that take what is asked alike: this place in the rounds before, the nearest first. */
  readonly earlier: ReadonlyArray<string> | undefined
  /** What it hangs on whether a run comes by it at all, where that is not known. */
  readonly hangsOn: Missing | undefined
  /** Who notes what is missing in here, innermost first. */
  readonly notes: Notes | undefined
}

/** The first thing that was missing inside of a place, and the first decision; in a scope too which nothing reads. */
export interface Notes {
  readonly outer: Notes | undefined
  missing: Missing | undefined
  undecided: Missing | undefined
}

/** Work that may fail without the run: once it did, nothing new starts in it. */
export interface Attempt {
  readonly outer: Attempt | undefined
  /** The tags of the errors that it takes over. */
  readonly takes: ReadonlySet<string>
  failure: Failure | undefined
}

export interface Failure {
  readonly path: string
  readonly reason: unknown
  /** Whether it is that of the time that the attempt has. */
  readonly isTimeOut: boolean
}

export const root: Place = { path: "", attempt: undefined, earlier: undefined, hangsOn: undefined, notes: undefined }

/** The place of that name below. */
export const enter = ({ earlier, path, ...around }: Place, name: string): Place => ({
  ...around,
  earlier: earlier?.map((path) => StepPath.join(path, name)),
  path: StepPath.join(path, name)
})

/** A place at which it is noted what is missing inside. */
export const noting = (place: Place): Place & { readonly notes: Notes } => ({
  ...place,
  notes: { outer: place.notes, missing: undefined, undecided: undefined }
})

export const note = (place: Place, missing: Missing): void => {
  for (let { notes } = place; notes !== undefined; notes = notes.outer) {
    notes.missing ??= missing
    if (missing.isUndecided) notes.undecided ??= missing
  }
}

/** A place below at which failures are taken over. */
export const attempt = <P extends Place>(place: P, takes: Iterable<string>): P & { readonly attempt: Attempt } => ({
  ...place,
  attempt: { outer: place.attempt, takes: new Set(takes), failure: undefined }
})

/** The innermost attempt around a place that takes over errors of a tag. */
export const takerOf = ({ attempt }: Pick<Place, "attempt">, tag: string): Attempt | undefined => {
  for (let around = attempt; around !== undefined; around = around.outer) if (around.takes.has(tag)) return around
  return undefined
}

/** The failure of the outermost attempt around a place that failed. */
export const failureAround = ({
  attempt
}: Pick<Place, "attempt">): (Failure & { readonly of: Attempt }) | undefined => {
  let failure: (Failure & { readonly of: Attempt }) | undefined
  for (let around = attempt; around !== undefined; around = around.outer) {
    if (around.failure !== undefined) failure = { ...around.failure, of: around }
  }
  return failure
}
