import type { Sourced } from "./sourced.ts"

/** A value, who says so, and what it is called in a file. */
export interface Shown extends Sourced {
  readonly name: string
  /** What a person reads of it, unless that is the value itself. */
  readonly text?: string
}
