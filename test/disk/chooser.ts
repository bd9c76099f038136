import type { Choose } from "./tree.ts"

/** The same numbers each time. */
export const chooser = (seed: number): Choose => {
  let state = seed * 2654435761 + 1
  return (below) => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917
    return ((state ^ (state >>> 13)) >>> 0) % below
  }
}
