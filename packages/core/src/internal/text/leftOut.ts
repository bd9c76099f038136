import * as language from "./language.ts"
import { openString } from "./openString.ts"

/** Why a text is not a whole file; `line` counts from 1. */
export type LeftOut = { readonly _tag: "Edit" } | { readonly _tag: "Placeholder"; readonly line: number }

/** What shows that a text is an edit of a file, or leaves some of it out; of prose only that it begins as an edit. */
export const leftOut = (content: string, of: string): LeftOut | undefined => {
  if (of === "diff") return undefined
  if (language.isProse(of)) {
    const first = content.trimStart().slice(0, maxLength)
    return editMarks[0]!.test(first) || diffStart.test(first) ? { _tag: "Edit" } : undefined
  }
  // few texts have anything of the kind, be it in a string or not
  return search(content, of, undefined) && search(content, of, openString(of))
}

const search = (
  content: string,
  of: string,
  isOpenAfter: ((line: string) => boolean) | undefined
): LeftOut | undefined => {
  let isString = false
  let edits = 0
  let above = ""
  let nextDots = -1
  for (let start = 0, number = 1; start < content.length; number++) {
    const end = lineEnd(content, start)
    const from = start
    start = end + 1
    const inString = isString
    if (isOpenAfter !== undefined) isString = isOpenAfter(content.slice(from, end))
    if (nextDots < from) nextDots = dotsFrom(content, from)
    const before = above
    above = ""
    if (inString || (nextDots >= end && !mayTell(content, indentEnd(content, from)))) continue
    const line = content.slice(from, end)
    above = line
    if (editMarks[edits]!.test(line) && ++edits === editMarks.length) return { _tag: "Edit" }
    if (number <= diffHead && diffStart.test(line)) return { _tag: "Edit" }
    if (line.length <= maxLength && isPlaceholder(line, of, before)) return { _tag: "Placeholder", line: number }
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

const dotsFrom = (text: string, start: number): number => {
  threeDots.lastIndex = start
  return threeDots.exec(text)?.index ?? text.length
}

const threeDots = /\.{3}|…/g

/** Whether a line that begins there is a comment, a mark or three dots. */
const mayTell = (text: string, index: number): boolean => {
  const code = text.charCodeAt(index)
  if (!isLetter(code)) return marks.has(code)
  word.lastIndex = index
  return firstLetters.has(code) && word.test(text)
}

const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a

const codesOf = (chars: string): ReadonlySet<number> => new Set([...chars].map((char) => char.charCodeAt(0)))

const marks = codesOf("#/;%<>([{'*.…=@+-")
const word = /(?:REM\b|diff )/iy
const firstLetters = codesOf("RrDd")

/** The marks of a conflict or of an edit by search and replace, in this order. */
const editMarks: ReadonlyArray<RegExp> = [
  /^\s{0,3}(?:<{5,9} ?\w|-{5,9} SEARCH)/,
  /^\s{0,3}={5,9}\s*$/,
  /^\s{0,3}(?:>{5,9} ?\w|\+{5,9} REPLACE)/
]
/** How a diff or a patch begins, in one of its first lines. */
const diffStart = /^(?:@@ .*@@|diff --git |\*\*\* (?:Begin Patch|Update File|Add File))/
const diffHead = 6

/** A longer line says more than that something is left out. */
const maxLength = 200

/** Languages in which three dots are nothing by themselves. */
const noDots = new Set([
  "javascript",
  "typescript",
  "java",
  "go",
  "rust",
  "csharp",
  "ruby",
  "php",
  "kotlin",
  "scala",
  "swift"
])

const isPlaceholder = (line: string, of: string, before: string): boolean => {
  if (/^\s*…\s*$/.test(line)) return true
  if (/^\s*\.{3,}\s*$/.test(line)) return noDots.has(of)
  const said = comment.exec(line)?.[1] ?? bracketed.exec(line)?.[1] ?? behind.exec(line)?.[1]
  if (said === undefined) return false
  // dots in a comment that goes on are a part of what it shows
  if (onlyDots.test(said)) return !comment.test(before)
  return betweenDots.test(said) || (dots.test(said) && hint.test(said)) || words.test(said.replace(rule, ""))
}

const comment =
  /^\s*(?:\{\/\*|#+|\/\/+|--|;+|%+|\/\*+|\*|<!--|\(\*|'|REM\b)[ \t]*(\S.*?)[ \t]*(?:\*\/\}?|-->|\*\))?[ \t]*$/i
/** Words in place of code, in brackets or between dots. */
const bracketed =
  /^\s*(?:[[(<](?=[^\]]*\b(?:rest|existing|remaining|unchanged)\b)|(?:…|\.{3,})[ \t]*(?=[(\w]))(.*?)(?:[\])>]|…|\.{3,})*\s*$/i
/** A comment behind code, that dots begin. */
const behind = /(?:#|\/\/|\/\*)[ \t]*((?:…|\.{3,}).*?)[ \t]*(?:\*\/)?[ \t]*\}?$/
/** A line drawn beside words. */
const rule = /^[-=*~ ]{2,}|[-=*~ ]{2,}$/g

const onlyDots = /^[[(<]?(?:…|\.{3,})[\])>]?$/
const betweenDots = /^[[(<]?(?:…|\.{3,}).*(?:…|\.{3,})[\])>]?$/
const dots = /^[[(<]?(?:…|\.{3,})|(?:…|\.{3,})[\])>]?$/
const noun =
  "(?:code|file|implementation|class(?:es)?|functions?|methods?|modules?|script|tests?|contents?|logic|program|imports?|body|component|styles?|config(?:uration)?|section|page|html|document)"
const hint = new RegExp(
  `\\b(?:rest of|unchanged|omitted|elided|truncated|continued|as before|as above|(?:existing|remaining|previous|original|additional|other|more|your) ${noun}|code here|goes here)\\b`,
  "i"
)
const state =
  "(?:(?:is|are|remains?|stays?|kept|goes|continues?) )?(?:the same|unchanged|as (?:it )?(?:was|is|before|above)|same as (?:before|above)|omitted|elided|below|as is)(?: (?:here|for brevity))?"
/** What a comment says in place of code. */
const words = new RegExp(
  `^[[(<]?(?:note: )?(?:${[
    `(?:the |all )?(?:rest|remainder) of (?:the |your |this )?(?:existing |original |previous )?${noun}(?: (?:here|below|goes here|${state}))?`,
    `(?:the )?rest (?:is |of it )?${state}`,
    `(?:everything|all) else ${state}`,
    `(?:the |all )?(?:other |remaining |existing |previous |original )+${noun} ${state}`,
    `(?:keep |retain )?(?:the )?(?:all )?(?:existing|remaining|previous|original|unchanged) (?:code|imports|methods|functions)(?: (?:here|below|above|as is|unchanged))?`,
    `(?:keep|leave) (?:the )?(?:rest|everything else).{0,40}`,
    `same code as (?:before|above)`,
    `(?:code|implementation|logic) (?:goes here|here|omitted|unchanged|continues(?: (?:here|as before|below))?|remains (?:the same|unchanged|as is))`,
    `(?:add |insert |put |write |place )?(?:your|actual|real) (?:own )?(?:code|implementation|logic) (?:goes )?here`,
    `(?:placeholder for|insert) (?:the |your )?(?:actual |real )?(?:code|implementation|logic)`,
    `(?:unchanged|no changes?(?: (?:here|below))?|snip(?:ped)?)`,
    `(?:.{0,60} )?(?:omitted|elided|shortened|truncated|removed|left out) for brevity`,
    `todo:? (?:implement(?: (?:this|me|it|here|the rest.{0,40}|(?:actual )?logic|this function))?|fill (?:this |me )?in.{0,40}|(?:add |write )?(?:your )?(?:code|implementation|logic)(?: here)?)`
  ].join("|")})[.!\\])>]*$`,
  "i"
)
