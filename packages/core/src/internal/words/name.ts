import type { Nothing, Some } from "./nothing.ts"

/** Texts that the compiler knows to be no names. */
type NoName = "" | keyof typeof Object.prototype | `${string}${" " | "\t" | "\n" | "." | "/" | "*" | "%"}${string}`

/** A name; where the compiler sees that it is none, a sentence. */
export type Name<K extends string> =
  Nothing extends Some<Exclude<K, NoName>>
    ? K extends keyof typeof Object.prototype
      ? `"${K}" cannot be a name: every object has it already`
      : `"${K}" cannot be a name: use no white space and none of . / * %`
    : K

/** The most characters of a name. */
const most = 256

/** What keeps a text from being a name: it must fit into a path and a wire, and must not be what objects have anyway. */
export const nameProblem = (name: string): string | undefined => {
  if (!/^[^\s./*%]+$/.test(name)) return `"${name}" cannot be a name: use no white space and none of . / * %`
  if (/[\p{Cc}\p{Cs}]/u.test(name)) return `${JSON.stringify(name)} cannot be a name: use no control character`
  if (name.length > most) return `"${name.slice(0, 32)}…" cannot be a name: use at most ${most} characters`
  return name in {} ? `"${name}" cannot be a name: every object has it already` : undefined
}
