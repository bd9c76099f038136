import * as language from "./language.ts"
import { openString } from "./openString.ts"
import { isInPlace, isLeftOutOfProse, isPlaceholder } from "./placeholder.ts"

/** Why a text is not a whole file; `line` counts from 1. */
export type LeftOut = { readonly _tag: "Edit" } | { readonly _tag: "Placeholder"; readonly line: number }

/** What shows that a text is an edit of a file, or leaves some of it out; of prose only that it begins as an edit. */
export const leftOut = (content: string, of: string): LeftOut | undefined => {
  if (of === "diff") return undefined
  if (language.isProse(of)) {
    const first = content.trimStart().slice(0, 200)
    if (editMarks[0]!.test(first) || diffStart.test(first)) return { _tag: "Edit" }
    const at = content.split("\n").findIndex(isLeftOutOfProse)
    return at < 0 ? undefined : { _tag: "Placeholder", line: at + 1 }
  }
  if (language.isFormal(of) && isInPlace(content)) return { _tag: "Placeholder", line: 1 }
  if (language.isFormal(of) && isDiff(content)) return { _tag: "Edit" }
  // few texts have anything of the kind, be it in a string or not
  return search(content, of, undefined) && search(content, of, openString(of))
}

const search = (
  content: string,
  of: string,
  isOpenAfter: ((line: string) => boolean) | undefined
): LeftOut | undefined => {
  const isFormal = language.isFormal(of)
  let isString = false
  let edits = 0
  let removed = -1
  let above = ""
  let next = -1
  for (let start = 0, number = 1; start < content.length; number++) {
    const end = lineEnd(content, start)
    const from = start
    start = end + 1
    const inString = isString
    if (isOpenAfter !== undefined) isString = isOpenAfter(content.slice(from, end))
    if (next < from) next = signFrom(content, from)
    const before = above
    above = ""
    if (inString || (next >= end && !mayTell(content, indentEnd(content, from)))) continue
    const line = content.slice(from, end)
    above = line
    if (editMarks[edits]!.test(line) && ++edits === editMarks.length) return { _tag: "Edit" }
    if (number <= diffHead && diffStart.test(line)) return { _tag: "Edit" }
    if (isFormal) {
      if (removal.test(line)) removed = number
      if (removed === number - 1 && addition.test(line)) return { _tag: "Edit" }
    }
    const below = content.slice(end + 1, lineEnd(content, end + 1))
    if (isPlaceholder(line, of, before, below)) return { _tag: "Placeholder", line: number }
  }
  return undefined
}

const lineEnd = (text: string, start: number): number => {
  const end = text.indexOf("\n", start)
  return end < 0 ? text.length : end
}

const indentEnd = (text: string, start: number): number => {
  let end = start
  while (text.charCodeAt(end) === 0x20 || text.charCodeAt(end) === 0x09) end++
  return end
}

const signFrom = (text: string, start: number): number => {
  sign.lastIndex = start
  return sign.exec(text)?.index ?? text.length
}

/** Dots, or a comment in place of what stands in braces. */
const sign = /\.{3}|…|\{[ \t]*\/[/*]/g

/** Whether a line that begins there is a comment, a mark or three dots. */
const mayTell = (text: string, index: number): boolean => {
  const code = text.charCodeAt(index)
  if (!isLetter(code)) return marks.has(code)
  word.lastIndex = index
  return firstLetters.has(code | 0x20) && word.test(text)
}

const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a

const codesOf = (chars: string): ReadonlySet<number> => new Set([...chars].map((char) => char.charCodeAt(0)))

const marks = codesOf("#/;%<>([{}'*.…=@+-")
/** Words of a comment, of a diff, and of code that does nothing and may say why. */
const word = /(?:REM\b|diff |pass[ \t;]*#|return(?: \w+)?[ \t;]*(?:#|\/\/))/iy
const firstLetters = codesOf("rdp")

/** The marks of a conflict or of an edit by search and replace, in this order. */
const editMarks: ReadonlyArray<RegExp> = [
  /^\s{0,3}(?:<{5,9} ?\w|-{5,9} SEARCH)/,
  /^\s{0,3}={5,9}\s*$/,
  /^\s{0,3}(?:>{5,9} ?\w|\+{5,9} REPLACE)/
]
/** How a diff or a patch begins, in one of its first lines. */
const diffStart = /^(?:@@ .*@@|diff --git |\*\*\* (?:Begin Patch|Update File|Add File))/
const diffHead = 6
/** A line of code that goes away, and one that comes: a sign, and code or its indent right behind. */
const removal = /^-(?:\s{2,}\S|[\w@#"'{}()[\]</-])/
const addition = /^\+(?:\s{2,}\S|[\w@#"'{}()[\]</+])/

/** Whether each line begins with the sign of a diff, or with the blank that stands for none. */
const isDiff = (content: string): boolean =>
  /^\+/m.test(content) && /^-/m.test(content) && !/^[^-+ \t@\\\r\n]/m.test(content)
