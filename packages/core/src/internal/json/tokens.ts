import type { Kind } from "./shape.ts"

/** A number of JSON. */
export const numeral = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** What stands behind a backslash, and what it means. */
export const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t"
}

/** The words of JSON by their first letter. */
export const words: Readonly<Record<string, readonly [word: string, value: boolean | null]>> = {
  t: ["true", true],
  f: ["false", false],
  n: ["null", null]
}

export const isDigit = (char: string) => char >= "0" && char <= "9"

/** The kind of the value that starts with a character. */
export const kindOf = (char: string): Kind | undefined => {
  if (char === "{") return "object"
  if (char === "[") return "array"
  if (char === '"') return "string"
  if (char === "-" || isDigit(char)) return "number"
  if (char === "t" || char === "f") return "boolean"
  return char === "n" ? "null" : undefined
}
