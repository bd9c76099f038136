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

/** What keeps a text from being a name: it must fit into a path and a wire, and must not be what objects have anyway. */
export const nameProblem = (name: string): string | undefined => {
  if (!/^[^\s./*%]+$/.test(name)) return `"${name}" cannot be a name: use no white space and none of . / * %`
  return name in {} ? `"${name}" cannot be a name: every object has it already` : undefined
}
