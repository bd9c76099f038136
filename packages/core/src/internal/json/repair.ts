import { isAbbreviation } from "../text/abbreviation.ts"

/** What becomes of text that starts like a JSON object or array; `end` is where it ends, if it does. */
export type Region =
  | { readonly _tag: "Closed"; readonly end: number; readonly json: string }
  | { readonly _tag: "Unclosed" }
  | {
      readonly _tag: "Invalid"
      readonly index: number
      readonly detail: string
      /** Whether a type or a placeholder stands there for a value: the text describes a shape. */
      readonly isShape: boolean
      /** Where what follows closes all brackets, if it does; nothing to ask of what cannot have begun as JSON. */
      readonly end: (() => number | undefined) | undefined
    }

const unclosed: Region = { _tag: "Unclosed" }

const unclosedKey = "a key that starts here does not end on its line"
const unescapedQuote = 'a quote in a string has to be written as \\"'
const unescapedBackslash = "a backslash in a string has to be written as \\\\"
const abbreviated = "the value is abbreviated; write every element in full"

const slash = 0x2f
const hash = 0x23
const backslash = 0x5c
const lineBreak = 0x0a

const space = /\s+/y
const comment = /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|#[^\n]*/y
const word = /[\w$.+-]+|…/y
const symbol = /=+>?|[^]/uy
const colon = /\s*[:：]/y
const fence = /```+(\s*$)?/y
const quotes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "“": "”",
  "‘": "’",
  "”": "”",
  "„": "“",
  "＂": "＂"
}

/** What may come next in the innermost bracket. */
type Next = "key" | "colon" | "value" | "end"

/**
 * One JSON object or array as strict JSON, in time linear in its length.
 *
 * Mended are comments, commas too many or left out, other quotes and colons, quotes and line breaks left unescaped, bare
 * keys, strings in three quotes, and the words of Python. A bracket that is not closed is never mended.
 */
export const repair = (text: string, start: number): Region => {
  const out: Array<string> = []
  const closers: Array<"}" | "]"> = []
  const keys: Array<Set<string>> = []
  let next = "value" as Next
  let i = start

  const invalid = (index: number, detail: string, isShape = false): Region => ({
    _tag: "Invalid",
    index,
    detail,
    isShape,
    end: () => closingEnd(text, index, [...closers])
  })
  const misplaced = (index: number): Region => {
    const symbol = symbolAt(text, index)
    const isShape = next === "value" ? symbol === "<" : next === "end" && (symbol === "|" || symbol === "/")
    return invalid(index, `${symbol} cannot stand here`, isShape)
  }
  const isObject = () => closers.at(-1) === "}"
  /** Whether a value can stand here, a comma put before it where one was left out. */
  const takesValue = (): boolean => {
    if (next === "end" && closers.at(-1) === "]") out.push(",")
    else if (next !== "value") return false
    next = "end"
    return true
  }
  const takesKey = (): boolean => {
    if (!isObject() || (next !== "key" && next !== "end")) return false
    if (next === "end") out.push(",")
    next = "colon"
    return true
  }
  const isNewKey = (key: string): boolean => {
    const known = keys.at(-1)!
    const before = known.size
    return known.add(key).size > before
  }

  while (i < text.length) {
    const char = text[i]!
    const code = text.charCodeAt(i)
    const isComment = code === slash || code === hash
    const skipped = isComment ? match(comment, text, i) : isInk(code) ? undefined : match(space, text, i)
    if (skipped !== undefined) {
      if (isComment && isAbbreviation(skipped, /[}\]]/.test(text[afterSpace(text, i + skipped.length)] ?? ""))) {
        return invalid(i, abbreviated)
      }
      i += skipped.length
    } else if (char === "{" || char === "[") {
      if (!takesValue()) return misplaced(i)
      out.push(char)
      closers.push(char === "{" ? "}" : "]")
      if (char === "{") keys.push(new Set())
      next = char === "{" ? "key" : "value"
      i++
    } else if (char === "}" || char === "]") {
      const closer = closers.at(-1)
      if (closer !== char) return invalid(i, `found ${char} where ${closer} has to come first`)
      if (next === "colon" || (next === "value" && char === "}")) return misplaced(i)
      closers.pop()
      if (char === "}") keys.pop()
      if (out.at(-1) === ",") out.pop()
      out.push(char)
      next = "end"
      i++
      if (closers.length === 0) {
        return goesOn(text, start, i) ? invalid(i, unescapedQuote) : { _tag: "Closed", end: i, json: out.join("") }
      }
    } else if (char === "," || char === "，") {
      if (next === "colon" || (next === "value" && isObject())) return misplaced(i)
      if (next === "end") {
        out.push(",")
        next = isObject() ? "key" : "value"
      }
      i++
    } else if (char === ":" || char === "：") {
      if (next === "colon") out.push(":")
      else if (next !== "value" || out.at(-1) !== ":") return misplaced(i)
      next = "value"
      i++
    } else if (char in quotes) {
      const isKey = isObject() && next !== "value"
      if (!(isKey ? takesKey() : takesValue())) return misplaced(i)
      const string = isKey ? keyAt(text, i) : stringAt(text, i)
      if (string === undefined) return unclosed
      if ("fault" in string) {
        const { fault, reason } = string
        if (reason === undefined) return misplaced(fault)
        if (reason === unclosedKey) return { _tag: "Invalid", index: i, detail: reason, isShape: false, end: undefined }
        return invalid(fault, reason)
      }
      const written = text.slice(string.from, string.to)
      if (isInDoubt(written)) return invalid(i, unescapedBackslash)
      const json = `"${written.replace(unescaped, escape)}"`
      if (isKey && !isNewKey(json)) return invalid(i, `the key ${json} comes twice`)
      out.push(json)
      i = string.end
    } else if (text.startsWith("```", i)) {
      const atEnd = match(fence, text, i)?.length === text.length - i
      return atEnd ? unclosed : invalid(i, "the block ends before its brackets are closed")
    } else {
      const found = match(word, text, i)
      if (found === undefined) return misplaced(i)
      if (found === "…" || found.startsWith("..")) {
        const isShape = next === "value" && out.at(-1) !== ","
        return invalid(i, abbreviated, isShape)
      }
      if (i + found.length === text.length) return unclosed
      if (match(colon, text, i + found.length) !== undefined) {
        if (!takesKey()) return misplaced(i)
        const json = JSON.stringify(found)
        if (!isNewKey(json)) return invalid(i, `the key ${json} comes twice`)
        out.push(json)
      } else {
        const json = bare(found)
        if (isObject() && next !== "value") return misplaced(i)
        if (json === undefined && (next === "value" || /^[+-]?\d/.test(found))) {
          return invalid(i, `${found} is no JSON value; a text has to be in double quotes`, type.test(found))
        }
        if (json === undefined || !takesValue()) return misplaced(i)
        out.push(json)
      }
      i += found.length
    }
  }
  return unclosed
}

/** A type, where a value would stand. */
const type = /^(?:bool(?:ean)?|str(?:ing)?|int(?:eger)?|float|number|decimal|list|array|dict|object|any|unknown|date)$/i

/** Where brackets that are open at an index are closed, if they are before the next fence. */
const closingEnd = (text: string, index: number, closers: Array<string>): number | undefined => {
  for (let i = index; i < text.length; i++) {
    const char = text[i]!
    if (char === '"') {
      const key = keyAt(text, i)
      const string = key === undefined || "fault" in key ? stringAt(text, i) : key
      if (string === undefined || "fault" in string) return undefined
      i = string.end - 1
    } else if (char === "{" || char === "[") closers.push(char === "{" ? "}" : "]")
    else if (char === "}" || char === "]") {
      const own = closers.lastIndexOf(char)
      if (own >= 0) closers.length = own
      if (closers.length === 0) return i + 1
    } else if (text.startsWith("```", i)) return undefined
  }
  return undefined
}

const symbolAt = (text: string, index: number): string => match(word, text, index) ?? match(symbol, text, index) ?? ""

const words: ReadonlyMap<string, string> = new Map([
  ["true", "true"],
  ["false", "false"],
  ["null", "null"],
  ["True", "true"],
  ["False", "false"],
  ["None", "null"]
])

/** JSON for a word without quotes, if it is a number or a constant. */
const bare = (found: string): string | undefined =>
  words.get(found) ??
  (/^[+-]?(?:\.\d|[1-9]|0(?!\d))/.test(found) && Number.isFinite(Number(found)) ? numeral(found) : undefined)

const numeral = (found: string) =>
  /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(found) ? found : `${Number(found)}`

/** The text of a string and where the string ends; or what stands where it would have to; nothing if the text ends first. */
type Quoted =
  | { readonly from: number; readonly to: number; readonly end: number }
  | { readonly fault: number; readonly reason?: string }
  | undefined

/** A key ends at the next quote, on its line. */
const keyAt = (text: string, start: number): Quoted => {
  const quote = quotes[text[start]!]!
  const end = quote.charCodeAt(0)
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === lineBreak) return { fault: i, reason: unclosedKey }
    if (code === backslash) i++
    else if (code === end) {
      const next = afterSpace(text, i + 1)
      return next === text.length || ":：".includes(text[next]!)
        ? { from: start + 1, to: i, end: i + 1 }
        : { fault: next }
    }
  }
  return undefined
}

/** A quote ends a string where a delimiter or another string follows; others are words in quotes, left unescaped. */
const stringAt = (text: string, start: number): Quoted => {
  const quote = quotes[text[start]!]!
  if (text.startsWith(quote.repeat(3), start)) return thriceQuoted(text, start)
  let inner = -1
  /** Whether a word in quotes is open. */
  let isOpen = false
  const end = quote.charCodeAt(0)
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === backslash) i++
    else if (code === end) {
      const next = afterSpace(text, i + 1)
      if (endsValue(text, i + 1, next)) {
        return isOpen ? { fault: inner, reason: unescapedQuote } : { from: start + 1, to: i, end: i + 1 }
      }
      if (text[next] === "+" && (text[afterSpace(text, next + 1)] ?? "") in quotes) return { fault: next }
      if (inner < 0) inner = i
      const opens = opensWord(text, i)
      // a quote that stands behind a word ends something: the word in quotes, or the string
      if (isOpen === opens && /[}\]]/.test(text.slice(i)))
        return isOpen ? { fault: inner, reason: unescapedQuote } : { fault: next }
      if (isOpen === opens) return undefined
      isOpen = !isOpen
    }
  }
  // what ends in brackets was not cut off in a string
  return inner < 0 || !/[}\]]/.test(text.slice(inner)) ? undefined : { fault: inner, reason: unescapedQuote }
}

/** Whether a quote stands before a word rather than behind one. */
const opensWord = (text: string, index: number): boolean =>
  /[\s([{=,:>]/.test(text[index - 1]!) && /\S/.test(text[index + 1] ?? " ")

const thriceQuoted = (text: string, start: number): Quoted => {
  const mark = text.slice(start, start + 3)
  const to = text.indexOf(mark, start + 3)
  if (to < 0) return undefined
  const next = afterSpace(text, to + 3)
  return endsValue(text, to + 3, next) ? { from: start + 3, to, end: to + 3 } : { fault: next }
}

/** Whether a character is no white space, for all but a few of other scripts. */
const isInk = (code: number): boolean => code > 0x20 && code < 0x80

const afterSpace = (text: string, index: number): number =>
  isInk(text.charCodeAt(index)) ? index : index + (match(space, text, index)?.length ?? 0)

/** Whether what stands at `next`, the first after white space, can follow a value that ends at `end`. */
const endsValue = (text: string, end: number, next: number): boolean => {
  const after = text[next] ?? ","
  if (",，}]".includes(after)) return true
  if (next > end && (after === "#" || after in quotes)) return true
  return /^(?:\/[/*]|```)/.test(text.slice(next, next + 3))
}

// oxlint-disable-next-line no-control-regex -- JSON forbids these in strings
const unescaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\[^]|["\u0000-\u001f]/g

/** Whether a backslash that is none of an escape shows that others that seem to be one may be none either. */
const isInDoubt = (written: string): boolean => {
  if (!unusual.test(written)) return false
  const escapes = written.match(/\\u[0-9a-fA-F]{4}|\\[^]/g) ?? []
  return (
    escapes.some((found) => /^\\[bfnrt]$/.test(found)) && escapes.some((found) => /^\\[^"'`\\/bfnrt\n]$/.test(found))
  )
}

/** What may be a backslash before a character that JSON does not escape: few strings have any. */
const unusual = /\\(?:[^"'`\\/bfnrtu\n]|u(?![0-9a-fA-F]{4}))/

/** Whether a value ends in a string that seems to go on behind the brackets: a quote and brackets were part of it. */
const goesOn = (text: string, start: number, end: number): boolean => {
  if (!/"\s*[}\]]+$/.test(text.slice(Math.max(start, end - 20), end))) return false
  const next = text[end] ?? ""
  if ((next === '"' || next === "'") && text[start - 1] !== next) return true
  return moreOfString.test(text.slice(end, end + 300))
}

/** A quote and a closing bracket, before any value. */
const moreOfString = /^[^\n{["]*"[^\n{[]*[}\]]/

/** An escape that JSON knows stays; a backslash before anything else was meant as one, but before a quote. */
const escape = (found: string): string => {
  if (found.length > 2 || (found.length === 2 && '"\\/bfnrt'.includes(found[1]!))) return found
  const meant = found.length === 2 && "'`\n".includes(found[1]!) ? found[1] : found
  return JSON.stringify(meant).slice(1, -1)
}

const match = (sticky: RegExp, text: string, index: number): string | undefined => {
  sticky.lastIndex = index
  return sticky.exec(text)?.[0]
}
