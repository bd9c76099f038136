import type { Problem } from "./schema.ts"

const place = /\s*\bat ((?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])+)/g

/** The places that a server names in what it says of a value; what names none is of the value as a whole. */
export const problemsIn = (message: string): ReadonlyArray<Problem> => {
  const found: Array<Problem> = []
  let since = 0
  for (const { 0: all, 1: at = "", index } of message.matchAll(place)) {
    const keys = [...at.matchAll(/\[("(?:[^"\\]|\\.)*"|\d+)\]/g)].map(([, key = ""]): string | number =>
      JSON.parse(key)
    )
    found.push({ at: keys, message: message.slice(since, index).trim() })
    since = index + all.length
  }
  return found.length === 0 ? [{ at: [], message }] : found
}
