/** What becomes of text that starts like a JSON object or array; `index` is where reading stopped. */
export type Region =
  | { readonly _tag: "Closed"; readonly index: number; readonly json: string }
  | { readonly _tag: "Unclosed" }
  | { readonly _tag: "Invalid"; readonly index: number; readonly detail: string }

const unclosed: Region = { _tag: "Unclosed" }
const invalid = (index: number, detail: string): Region => ({ _tag: "Invalid", index, detail })

const space = /\s+/y
const comment = /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/y
const word = /[\w$.+-]+|…/y
const colon = /\s*:/y
const fence = /```+(\s*$)?/y
const quotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", "“": "”", "‘": "’" }

/**
 * One JSON object or array as strict JSON, in time linear in its length.
 *
 * Mended are comments, commas too many or left out at the end of a value, other quotes, quotes and line breaks left
 * unescaped, bare keys, and the words of Python. A bracket that is not closed is never mended.
 */
export const repair = (text: string, start: number): Region => {
  const out: Array<string> = []
  const closers: Array<string> = []
  let i = start
  const value = (json: string) => {
    const before = out.at(-1) ?? "["
    if (!"[{,:".includes(before)) out.push(",")
    out.push(json)
  }
  while (i < text.length) {
    const char = text[i]!
    const skipped = match(space, text, i) ?? match(comment, text, i)
    if (skipped !== undefined) {
      i += skipped.length
    } else if (char === "{" || char === "[") {
      value(char)
      closers.push(char === "{" ? "}" : "]")
      i++
    } else if (char === "}" || char === "]") {
      const closer = closers.pop()
      if (closer !== char) return invalid(i, `found ${char} where ${closer} has to come first`)
      if (out.at(-1) === ",") out.pop()
      out.push(char)
      i++
      if (closers.length === 0) return { _tag: "Closed", index: i, json: out.join("") }
    } else if (char === "," || char === ":") {
      if (out.at(-1) !== char) out.push(char)
      i++
    } else if (char in quotes) {
      const end = stringEnd(text, i)
      if (end < 0) return unclosed
      value(`"${text.slice(i + 1, end - 1).replace(unescaped, escape)}"`)
      i = end
    } else if (text.startsWith("```", i)) {
      const atEnd = match(fence, text, i)?.length === text.length - i
      return atEnd ? unclosed : invalid(i, "the block ends before its brackets are closed")
    } else {
      const found = match(word, text, i)
      if (found === undefined) return invalid(i, `${char} cannot stand here`)
      if (found === "…" || found.startsWith("..")) {
        return invalid(i, "the value is abbreviated; write every element in full")
      }
      if (i + found.length === text.length) return unclosed
      const json = match(colon, text, i + found.length) === undefined ? bare(found) : JSON.stringify(found)
      if (json === undefined) return invalid(i, `${found} has to be in double quotes`)
      value(json)
      i += found.length
    }
  }
  return unclosed
}

const words: ReadonlyMap<string, string> = new Map([
  ["true", "true"],
  ["false", "false"],
  ["null", "null"],
  ["True", "true"],
  ["False", "false"],
  ["None", "null"],
  ["undefined", "null"]
])

/** JSON for a word without quotes, if it is a number or a constant. */
const bare = (found: string): string | undefined =>
  words.get(found) ?? (/^[+-]?\.?\d/.test(found) && Number.isFinite(Number(found)) ? numeral(found) : undefined)

const numeral = (found: string) =>
  /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(found) ? found : `${Number(found)}`

/** A quote ends a string where a delimiter or another string follows; any other was left unescaped. */
const stringEnd = (text: string, start: number): number => {
  const quote = quotes[text[start]!]!
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++
    else if (text[i] === quote) {
      const next = i + 1 + (match(space, text, i + 1)?.length ?? 0)
      const after = text[next] ?? ","
      if (",:}]/`".includes(after) || (next > i + 1 && after in quotes)) return i + 1
    }
  }
  return -1
}

// oxlint-disable-next-line no-control-regex -- JSON forbids these in strings
const unescaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\[^]|["\u0000-\u001f]/g

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
