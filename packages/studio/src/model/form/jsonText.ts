import type { Json } from "../json.ts"

/** What a text holds as JSON, or where it is none, and why. */
export type Parsed = { readonly value: Json } | { readonly offset: number; readonly message: string }

export const parse = (text: string): Parsed => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return mistakeIn(text)
  }
}

/** The line and column of a place in a text, from 1 on. */
export const position = (text: string, offset: number): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, offset).split("\n")
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

class Mistake extends Error {
  readonly offset: number
  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

const word = /[\w$.+-]+/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const space = /[ \t\n\r]*/y

// browsers tell the place in words of their own, and not all of them do

/** Where a text that is no JSON goes wrong first. */
const mistakeIn = (text: string): { readonly offset: number; readonly message: string } => {
  let at = 0
  const fail = (message: string, offset = at): never => {
    throw new Mistake(offset, message)
  }
  const skip = () => {
    space.lastIndex = at
    at += space.exec(text)![0].length
  }
  const string = () => {
    const start = at++
    for (; ; at++) {
      const char = text[at]
      if (char === undefined) return fail("this text has no closing quote", start)
      if (char === '"') return at++
      if (char < " ")
        return fail(char === "\n" ? "a text breaks no line: write \\n" : "write this character as \\u00XX")
      if (char !== "\\") continue
      const next = text[++at] ?? ""
      if (next === "u" ? !/^[\da-fA-F]{4}$/.test(text.slice(at + 1, at + 5)) : !'"\\/bfnrt'.includes(next)) {
        return fail("there is no such escape; a backslash itself is \\\\", at - 1)
      }
    }
  }
  const group = (close: string, one: () => void) => {
    const start = at++
    skip()
    if (text[at] === close) return at++
    for (;;) {
      one()
      skip()
      if (text[at] === close) return at++
      if (text[at] === undefined) return fail(`the bracket that opens here is not closed`, start)
      if (text[at] !== ",") return fail(`here has to be a comma or ${close}`)
      const comma = at++
      skip()
      if (text[at] === close) return fail("nothing follows this comma", comma)
    }
  }
  const member = () => {
    if (text[at] !== '"') fail("a name in quotes has to be here")
    string()
    skip()
    if (text[at] !== ":") fail("a colon has to be here")
    at++
    value()
  }
  const value = () => {
    skip()
    const char = text[at]
    if (char === '"') return string()
    if (char === "{") return group("}", member)
    if (char === "[") return group("]", value)
    word.lastIndex = at
    const found = word.exec(text)?.[0]
    if (found === undefined) {
      return fail(
        char === undefined ? "a value is missing" : char === "'" ? "a text is in \", not in '" : "no value begins so"
      )
    }
    number.lastIndex = at
    if (!["true", "false", "null"].includes(found) && number.exec(text)?.[0] !== found) {
      fail(`${found} is no value; a text is in quotes`)
    }
    return (at += found.length)
  }
  try {
    value()
    skip()
    return fail("nothing may follow here")
  } catch (error) {
    return error instanceof Mistake ? error : { offset: 0, message: "it is nested too deeply" }
  }
}
