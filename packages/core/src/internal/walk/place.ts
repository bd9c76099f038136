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
  /** How many works side by side it is in, one in the other. */
  readonly sides: number
}

/** The first thing that was missing inside of a place, and the first decision; in a scope too which nothing reads. */
export interface Notes {
  readonly outer: Notes | undefined
  missing: Missing | undefined
  undecided: Missing | undefined
}

/** Work that may fail without the run: once it did, nothing new starts in it. */
export interface Attempt {
  readonly path: string
  readonly outer: Attempt | undefined
  /** The tags of the errors that it takes over. */
  readonly takes: ReadonlySet<string>
  /** The time that it has. **Units** milliseconds. */
  readonly limit: number | undefined
  /** As those of its place. */
  readonly sides: number
  failure: Failure | undefined
}

export interface Failure {
  readonly path: string
  readonly reason: unknown
  /** Whether it is that of the time that the attempt has; `isTold` once a step that was at work has it in its record. */
  readonly isTimeOut: boolean
  isTold?: boolean
}

export const root: Place = {
  path: "",
  attempt: undefined,
  earlier: undefined,
  hangsOn: undefined,
  notes: undefined,
  sides: 0
}

/** The place of one of several works, so many at a time. */
export const aside = <P extends Place>(place: P, concurrency: number | "unbounded"): P =>
  concurrency === 1 ? place : { ...place, sides: place.sides + 1 }

/** Whether a place is over because of a failure beside it, and may have failed by itself too. */
export const isBesideFailure = (place: Place): boolean => {
  const failure = failureAround(place)
  return failure !== undefined && place.sides > failure.of.sides
}

/** The place of that name below. */
export const enter = (place: Place, name: string): Place => ({
  ...place,
  earlier: place.earlier?.map((path) => StepPath.join(path, name)),
  path: StepPath.join(place.path, name)
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

/** What was noted inside is noted around it too. */
export const passOn = (place: Place, { missing, undecided }: Notes): void => {
  if (missing !== undefined) note(place, missing)
  if (undecided !== undefined) note(place, undecided)
}

/** A place at which failures are taken over, or whose time is limited. */
export const attempt = <P extends Place>(
  place: P,
  takes: Iterable<string>,
  limit?: number
): P & { readonly attempt: Attempt } => ({
  ...place,
  attempt: {
    path: place.path,
    outer: place.attempt,
    takes: new Set(takes),
    limit,
    sides: place.sides,
    failure: undefined
  }
})

/**
 * The innermost attempt around a place that takes over errors of a tag; where a `limit` was over, the innermost around one
 * that is no longer.
 */
export const takerOf = (
  { attempt }: Pick<Place, "attempt">,
  { limit, tag }: { readonly tag: string; readonly limit?: number | undefined }
): Attempt | undefined => {
  let around = attempt
  if (limit !== undefined) {
    while (around !== undefined && !(around.limit !== undefined && around.limit <= limit)) around = around.outer
    around = around?.outer
  }
  while (around !== undefined && !around.takes.has(tag)) around = around.outer
  return around
}

/** The attempt at a path around a place. */
export const attemptAt = ({ attempt }: Pick<Place, "attempt">, path: string): Attempt | undefined => {
  let around = attempt
  while (around !== undefined && around.path !== path) around = around.outer
  return around
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
