import * as EffectRegExp from "effect/RegExp"
import { longestRun } from "./fences.ts"

/** What sets a value off from the text around it, on lines of its own. */
export type Delimiter =
  | { readonly _tag: "Between"; readonly start: string; readonly end: string }
  | { readonly _tag: "Fence"; readonly language: string }

/** A text between its delimiters, on lines of their own. */
export const enclose = (delimiter: Delimiter, text: string): string => {
  if (delimiter._tag === "Between") {
    const { end, start } = delimiter
    return `${start}\n${mark(mark(text, start), end)}\n${end}`
  }
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}${delimiter.language}\n${text}\n${fence}`
}

/** The delimited text that starts at an index, and where its closing delimiter ends. */
export const open = (
  delimiter: Delimiter,
  rendered: string,
  index: number
): { readonly text: string; readonly end: number } | undefined => {
  if (delimiter._tag === "Between") {
    const { end, start } = delimiter
    const from = index + start.length + 1
    if (!rendered.startsWith(`${start}\n`, index)) return undefined
    const to = rendered.indexOf(`\n${end}`, from)
    if (to < 0) return undefined
    return { text: unmark(unmark(rendered.slice(from, to), end), start), end: to + 1 + end.length }
  }
  let from = index
  while (rendered[from] === "`") from++
  const fence = rendered.slice(index, from)
  if (fence.length < 3 || !rendered.startsWith(`${delimiter.language}\n`, from)) return undefined
  from += delimiter.language.length + 1
  const to = rendered.indexOf(`\n${fence}`, from)
  return to < 0 ? undefined : { text: rendered.slice(from, to), end: to + 1 + fence.length }
}

/** Puts one more backslash before the last character of each occurrence of a token, marked or not. */
const mark = (text: string, token: string): string => {
  const head = token.slice(0, -1)
  return text.replace(ends(token), (end, _slashes, index) => (text.endsWith(head, index) ? `\\${end}` : end))
}

/** The inverse of `mark`: whether an occurrence was marked shows by the text before it as it was before marking. */
const unmark = (text: string, token: string): string => {
  const head = token.slice(0, -1)
  let before = ""
  let read = 0
  return text.replace(ends(token), (end: string, slashes: string, index: number) => {
    before = tail(before + text.slice(read, index), head.length)
    const original = slashes !== "" && before.endsWith(head) ? end.slice(1) : end
    before = tail(before + original, head.length)
    read = index + end.length
    return original
  })
}

const tail = (text: string, length: number) => (length === 0 ? "" : text.slice(-length))

/** The last character of a token with all backslashes before it. */
const ends = (token: string) => new RegExp(`(?<!\\\\)(\\\\*)${EffectRegExp.escape(token.slice(-1))}`, "g")
