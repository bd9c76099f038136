import type { Place, Problem } from "./schema.ts"

const told = /\s*\bat ((?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])+)/g
const strange = /^it has no field "[^"]*" in ([^;]+)/

/** The places that a server names in what it says of a value; what names none is of the value as a whole. */
export const problemsIn = (said: string): ReadonlyArray<Problem> => {
  const message = said.replace(/^.*?\bdoes not fit(?: the workflow)?: /s, "")
  const [, within] = strange.exec(message) ?? []
  if (within !== undefined) return [{ at: within.split("/").map(keyOf), message }]
  const found: Array<Problem> = []
  let since = 0
  for (const { 0: all, 1: at = "", index } of message.matchAll(told)) {
    found.push({ at: placeOf(at), message: message.slice(since, index).trim() })
    since = index + all.length
  }
  return found.length === 0 ? [{ at: [], message }] : found
}

const keyOf = (key: string) => (/^\d+$/.test(key) ? Number(key) : key)

const placeOf = (at: string): Place =>
  [...at.matchAll(/\[("(?:[^"\\]|\\.)*"|\d+)\]/g)].map(([, key = ""]): string | number => JSON.parse(key))
