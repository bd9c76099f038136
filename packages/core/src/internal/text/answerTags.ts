import * as fences from "./fences.ts"
import * as language from "../code/language.ts"

const answerNames = "answer|response|solution|output|result|final|final_answer|final_response"

/** Tags that stand around an answer after reasoning. */
const answerOpen = `<(?:${answerNames})(?:\\s[^<>\\n/]{0,200})?>|<\\|begin_of_solution\\|>|<\\|START_RESPONSE\\|>`
const answerTag = new RegExp(`\\s*(?:${answerOpen})`, "iy")

/** One that may be an element of a text rather than what stands around all of it. */
export const ordinaryTag = /^\s*<(?:solution|output|result)\b/i
const answerClose = `</(?:${answerNames})>|<\\|end_of_solution\\|>|<\\|END_RESPONSE\\|>`
const answerEnd = new RegExp(answerClose, "gi")
const anyTag = new RegExp(`(${answerOpen})|${answerClose}`, "gi")
const anyAnswer = new RegExp(`(?:${answerOpen})([^]*?)(?:${answerClose})`, "gi")

/** Reasoning without any, before an answer that has to be told from some. */
export const opened = "<think></think>"
const printed = /^<think><\/think>\r?\n<answer>\r?\n/

/** What prose says of a tag right behind it. */
const spoken = /[ \t]+(?:tags?|blocks?|elements?|tokens?|markers?|sections?|is|was|are|were)(?![\p{L}\p{N}])/uy

export const isSpokenOf = (text: string, { end }: { readonly end: number }): boolean => {
  spoken.lastIndex = end
  return spoken.test(text)
}

/** An answer between tags of its own: those, and what they hold, which is all of it where nothing else follows. */
export interface Stated {
  /** Where its opening tag starts. */
  readonly from: number
  readonly start: number
  readonly end: number
  /** After its closing tag; `undefined` where there is none. */
  readonly to: number | undefined
}

export type AnswerOf = (at: number) => Stated | undefined

/** What stands between tags of an answer, if they follow at an index. */
export const answers = (text: string): AnswerOf => {
  let ends: Closings | undefined
  return (at) => {
    answerTag.lastIndex = at
    const tag = answerTag.exec(text)?.[0]
    if (tag === undefined || isSpokenOf(text, { end: at + tag.length })) return undefined
    const from = at + tag.search(/\S/)
    const start = at + tag.length
    ends ??= closings(text)
    // what is printed between tags may have such tags in it
    const isPrinted = printed.test(text.slice(at - opened.length, start + 2))
    const closing = isPrinted ? ends.lastAfter(start) : ends.firstAfter(start)
    if (closing === undefined) {
      return isPrinted || !ends.isAny(start) ? { from, start, end: start, to: undefined } : undefined
    }
    const inner = text.slice(start, closing.end)
    const before = /^\r?\n/.exec(inner)?.[0].length ?? 0
    // a carriage return at the end of what is printed is its own
    const lineEnd = isPrinted && before === 1 ? /\n$/ : /\r?\n$/
    const after = lineEnd.exec(inner.slice(Math.max(before, inner.length - 2)))?.[0].length ?? 0
    return { from, start: start + before, end: closing.end - after, to: closing.to }
  }
}

interface Closing {
  readonly end: number
  readonly to: number
}

interface Closings {
  readonly isAny: (after: number) => boolean
  readonly firstAfter: (start: number) => Closing | undefined
  readonly lastAfter: (start: number) => Closing | undefined
}

/** The tags that close an answer: those that end a line. */
const closings = (text: string): Closings => {
  const all = Array.from(text.matchAll(answerEnd), ({ 0: tag, index }) => ({ end: index, to: index + tag.length }))
  const last = all.filter(({ to }) => /^[ \t]*(?:\r?\n|$|<\/s>|<\||<｜|<end_of_turn>)/.test(text.slice(to, to + 100)))
  return {
    isAny: (start) => all.length > 0 && all.at(-1)!.end >= start,
    firstAfter: (start) => {
      let low = 0
      for (let high = last.length; low < high;) {
        const middle = (low + high) >> 1
        if (last[middle]!.end < start) low = middle + 1
        else high = middle
      }
      if (low >= last.length - 1) return last[low]
      return ownClosing(text, start, new Set(last.slice(low).map(({ end }) => end))) ?? last[low]
    },
    lastAfter: (start) => all.findLast(({ end }) => end >= start && text[end - 1] === "\n")
  }
}

/** The tag that closes an answer: none in a file of it, nor one that closes another in it. */
const ownClosing = (text: string, start: number, last: ReadonlySet<number>): Closing | undefined => {
  const lines = linesOf(text, start)
  let depth = 1
  for (const { 0: tag, 1: opening, index } of text.slice(start).matchAll(anyTag)) {
    const end = start + index
    if (lines(end).isCode) continue
    if (opening !== undefined) depth++
    else if (depth > 1) depth--
    else if (last.has(end)) return { end, to: end + tag.length }
  }
  return undefined
}

/** Where another answer in tags starts that differs. */
export const otherAnswer = (text: string, { end, start }: Stated, to: number): number | undefined => {
  const stated = text.slice(start, end).trim()
  const rest = text.slice(to)
  const last = Array.from(rest.matchAll(answerEnd)).at(-1)
  if (last === undefined) return undefined
  for (const match of rest.slice(0, last.index + last[0].length).matchAll(anyAnswer)) {
    const inner = match[1]!.trim()
    if (!namesOnly.test(inner) && inner !== stated) {
      return to + match.index + match[0].indexOf(match[1]!)
    }
  }
  return undefined
}

/** What prose says between two tags of which it speaks. */
const namesOnly = /^(?:[`'"]?\s*(?:and|or|&|,|\/|…|\.{3})?\s*[`'"]?)$/i

/** The line of each of several indices that grow, from `at` on. */
export const linesOf = (text: string, at: number) => {
  const rest = text.slice(at)
  const lines = rest.split("\n")
  const isCode = lines.map(() => false)
  /** Before this line some block has another in it, or no end: one before may have had none. */
  let doubtful = 0
  for (const { close, doubt, open } of fences.parse(rest, language.ofInfo, lines)) {
    if (close !== undefined) isCode.fill(true, open, close + 1)
    if (close === undefined || doubt?._tag === "OtherBlock") doubtful = open
  }
  const isBeforeBlock: Array<boolean> = []
  for (let i = lines.length - 1, before = false; i >= 0; i--) {
    isBeforeBlock[i] = before
    if (fences.isFence(lines[i]!)) before = !fences.isBare(lines[i]!)
    else if (fenceBehindTag.test(lines[i]!)) before = true
  }
  let line = 0
  let from = at
  return (index: number) => {
    while (from + lines[line]!.length < index) from += lines[line++]!.length + 1
    // nobody stops to think right after the fence
    const isInDoubt = (isBeforeBlock[line]! || line < doubtful) && !fences.isFence(lines[line - 1] ?? "")
    return { from, to: from + lines[line]!.length, isCode: isCode[line]!, isInDoubt }
  }
}

const fenceBehindTag = /[>\]▷][ \t]*(?:`{3,}|~{3,})\w+\s*$/
