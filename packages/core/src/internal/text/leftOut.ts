import * as language from "./language.ts"
import { openString } from "./openString.ts"

/** Why a text is not a whole file; `line` counts from 1. */
export type LeftOut = { readonly _tag: "Edit" } | { readonly _tag: "Placeholder"; readonly line: number }

/** What shows that a text is an edit of a file, or leaves some of it out; nothing in files of prose. */
export const leftOut = (content: string, of: string): LeftOut | undefined => {
  if (language.isProse(of) || of === "diff") return undefined
  // few texts have anything of the kind, be it in a string or not
  const found = search(content, of, () => false)
  return found === undefined ? undefined : search(content, of, openString(of))
}

const search = (content: string, of: string, isOpenAfter: (line: string) => boolean): LeftOut | undefined => {
  let isString = false
  let isStart = true
  let edits = 0
  let number = 0
  for (const line of content.split("\n")) {
    number++
    const inString = isString
    isString = isOpenAfter(line)
    if (inString || !mayTell.test(line)) continue
    if (editMarks[edits]!.test(line) && ++edits === editMarks.length) return { _tag: "Edit" }
    if (isStart && diffStart.test(line)) return { _tag: "Edit" }
    isStart = isStart && number < diffHead
    if (line.length <= maxLength && isPlaceholder(line, of)) return { _tag: "Placeholder", line: number }
  }
  return undefined
}

/** How a line begins that is a comment, a mark or three dots. */
const mayTell = /^\s*(?:[#/;%<>('{*.…=@+-]|REM\b|diff)/i

/** The marks of a conflict or of an edit by search and replace, in this order. */
const editMarks = [
  /^\s{0,3}(?:<{5,9} ?\w|-{5,9} SEARCH)/,
  /^\s{0,3}={5,9}\s*$/,
  /^\s{0,3}(?:>{5,9} ?\w|\+{5,9} REPLACE)/
]
/** How a diff or a patch begins, in one of its first lines. */
const diffStart = /^(?:@@ .*@@|diff --git |\*\*\* (?:Begin Patch|Update File|Add File))/
const diffHead = 6

/** A longer line says more than that something is left out. */
const maxLength = 200

const isPlaceholder = (line: string, of: string): boolean => {
  if (/^\s*(?:…|\.{3,})\s*$/.test(line)) return of !== "python" || line.includes("…")
  const said = comment.exec(line)?.[1]
  return (
    said !== undefined &&
    (onlyDots.test(said) || betweenDots.test(said) || (dots.test(said) && hint.test(said)) || words.test(said))
  )
}

const comment =
  /^\s*(?:\{\/\*|#+|\/\/+|--|;+|%+|\/\*+|\*|<!--|\(\*|'|REM\b)[ \t]*(\S.*?)[ \t]*(?:\*\/\}?|-->|\*\))?[ \t]*$/i

const onlyDots = /^[[(<]?(?:…|\.{3,})[\])>]?$/
const betweenDots = /^[[(<]?(?:…|\.{3,}).*(?:…|\.{3,})[\])>]?$/
const dots = /^[[(<]?(?:…|\.{3,})|(?:…|\.{3,})[\])>]?$/
const hint =
  /\b(?:(?:the|of) rest|rest of|existing|remaining|unchanged|omitted|elided|truncated|as (?:before|above)|previous|original|(?:your|other|more) (?:code|methods?|functions?|imports?|tests?|logic|content|implementation)|(?:code|goes) here)\b/i

const noun =
  "(?:code|file|implementation|class(?:es)?|functions?|methods?|modules?|script|tests?|contents?|logic|program|imports?|body)"
const state =
  "(?:(?:is|are|remains?|stays?|goes|go|continues?|kept)? ?(?:the same|unchanged|as (?:before|is|above)|same as (?:before|above)|omitted|elided|truncated|here|below|identical)\\b.{0,40})"
/** What a comment says in place of code. */
const words = new RegExp(
  `^[[(<]?(?:${[
    `(?:the |all )?(?:rest|remainder) of (?:the |your |this )?(?:existing |original |previous )?${noun}(?: ${state})?`,
    `(?:the |all )?(?:other |remaining |existing |previous |original )+${noun} ${state}`,
    `(?:existing|remaining|previous|original) code`,
    `(?:code|implementation|logic|content) (?:goes here|here|omitted|unchanged|remains).{0,40}`,
    `(?:add |insert |put |write |place )?(?:your|the|actual|real) (?:own )?(?:code|implementation|logic) (?:goes )?here`,
    `(?:unchanged|no changes?(?: here)?|same as (?:before|above)|omitted|truncated|snip(?:ped)?|elided)`,
    `(?:.{0,60} )?(?:omitted |elided |shortened |truncated )?for brevity`,
    `todo:? (?:implement(?: (?:this|me|it|here|the rest.{0,40}))?|fill (?:this |me )?in.{0,40}|(?:add |write )?(?:your )?(?:code|implementation|logic)(?: here)?)`
  ].join("|")})[.!\\])>]*$`,
  "i"
)
