import {
  type AnswerOf,
  answers,
  isSpokenOf,
  linesOf,
  opened,
  ordinaryTag,
  otherAnswer,
  type Stated
} from "./answerTags.ts"
import { hint, leadAt, mayBegin, tags } from "./reasoningTags.ts"

/** What ends a reply in a chat template. */
const stop =
  /(?:\s*(?:<\|(?:return|end|im_end|eot(?:_id)?|eom_id|endofte?xt|endofturn|user|observation|end_of_(?:text|turn)|END_(?:TEXT|RESPONSE)|END_OF_TURN_TOKEN)\|>|<｜end▁of▁sentence｜>|<end_of_turn>|<turn\|>|<eos>|<\/s>|\[END FINAL RESPONSE\]))+\s*$/

const anyTag = new RegExp(tags.map(([open, close], i) => `(?<o${i}>${open})|(?<c${i}>${close})`).join("|"), "iy")

interface Tag {
  /** Which of `tags`. */
  readonly kind: number
  readonly opens: boolean
  /** Whether a string of JSON is open before it, on its line. */
  readonly isQuoted: boolean
  readonly start: number
  readonly end: number
  /** Of an opening tag the index of the one that closes it, of a closing one of the one that it closes. */
  other?: number
}

export type Span = readonly [from: number, to: number]
export type Gaps = ReadonlyArray<Span>

/** Where reasoning stands in a text, and tags around the answer; or where reasoning or an answer starts that does not end. */
export type Found =
  | { readonly gaps: Gaps; readonly exact?: Span }
  | { readonly unfinished: number; readonly what: "reasoning" | "answer"; readonly end?: string }
  | { readonly differing: Span }

const nothing: Found = { gaps: [] }

/** All reasoning in a reply, in time linear in its length; `withWords` where an element with an ordinary name may be some. */
export const find = (text: string, withWords = false): Found => {
  const found = read(text)
  const last = stop.exec(text.slice(-100))
  const trailing: Gaps = last === null ? [] : [[text.length - last[0].length, text.length]]
  const answerOf = answers(text)
  if (found.length === 0 && leadAt(text, 0, withWords) === undefined) {
    const whole = withWords && !ordinaryTag.test(text.slice(0, 200)) ? answerOf(0) : undefined
    // without reasoning before it, it stands around all of the reply or is content
    if (whole?.to !== undefined && text.slice(whole.to, trailing[0]?.[0]).trim() === "") {
      return { gaps: [[0, whole.start], [whole.end, whole.to], ...trailing], exact: [whole.start, whole.end] }
    }
    return last === null ? nothing : { gaps: trailing }
  }
  const gaps: Array<Span> = []
  let answer: Stated | undefined
  /** What stands before was looked at. */
  let at = 0
  const take = (gap: Span) => {
    if (gap[0] === 0) gaps.length = 0
    gaps.push(gap)
    answer = answerOf(gap[1])
    at = answer?.to ?? answer?.start ?? gap[1]
  }

  const takeLeads = (): Found | undefined => {
    for (let lead = leadAt(text, at, withWords); lead !== undefined; lead = leadAt(text, at, withWords)) {
      if (lead.end === undefined) return { unfinished: lead.start, what: "reasoning", ...lead.missing }
      if (answer === undefined) take([lead.start, lead.end])
      else return undefined
    }
    return undefined
  }
  const unfinished = takeLeads()
  if (unfinished !== undefined) return unfinished

  for (const [i, tag] of found.entries()) {
    if (tag.start < at) continue
    if (answer !== undefined || text.slice(at, tag.start).trim() !== "") break
    const last = tag.opens ? (tag.other ?? lastClosing(found, tag.kind, i)) : i
    if (last === undefined) return { unfinished: tag.start, what: "reasoning" }
    take([tag.start, found[last]!.end])
  }

  const further = takeLeads()
  if (further !== undefined) return further

  const orphan = lastOrphan(text, at, found, answerOf)
  if (orphan !== undefined) take([0, orphan.end])

  let lines: ReturnType<typeof linesOf> | undefined
  /** How often lines were looked at: what reasoning has of fences spoils those behind it. */
  let looks = 0
  for (const tag of found) {
    if (answer !== undefined) break
    if (tag.start < at || !tag.opens) continue
    lines ??= linesOf(text, at)
    const line = lines(tag.start)
    if (line.isCode) continue
    const starts = text.slice(Math.max(line.from, at), tag.start).trim() === ""
    const close = tag.other === undefined ? undefined : found[tag.other]!
    if (close === undefined && starts && !isSpokenOf(text, tag)) return { unfinished: tag.start, what: "reasoning" }
    if (close === undefined) continue
    if (starts) take([tag.start, close.end])
    // said in reasoning whose own first tag is not there
    else if (close.start > line.to && closesReasoning(text, close)) take([0, close.end])
    else continue
    if (looks++ < maxLooks) lines = undefined
  }
  if (answer === undefined) return { gaps: [...gaps, ...trailing] }
  const { from, end, start, to } = answer
  if (to === undefined) return { unfinished: start, what: "answer" }
  const other = otherAnswer(text, answer, to)
  if (other !== undefined) return { differing: [start, other] }
  const stops = trailing[0]?.[0] ?? text.length
  const isElement = ordinaryTag.test(text.slice(from, start)) && text.slice(to, stops).trim() !== ""
  return { gaps: [[0, start], [end, to], ...trailing], exact: isElement ? [from, stops] : [start, end] }
}

const maxLooks = 16

/** The last tag that closes reasoning whose opening tag is not there. */
const lastOrphan = (text: string, at: number, found: ReadonlyArray<Tag>, answerOf: AnswerOf): Tag | undefined => {
  const orphans = found.filter(
    (tag) => tag.start >= at && !tag.opens && tag.other === undefined && closesReasoning(text, tag)
  )
  if (orphans.length === 0) return undefined
  const lines = linesOf(text, at)
  const [from, to] = statedAnswer(at, found, answerOf)
  return orphans
    .filter(({ start }) => !(start >= from && start < to))
    .map((tag) => ({ tag, line: lines(tag.start) }))
    .findLast(({ line, tag }) => !line.isCode || (line.isInDoubt && isAlone(text, tag)))?.tag
}

/** The first answer in tags of its own that follows reasoning. */
const statedAnswer = (at: number, found: ReadonlyArray<Tag>, answerOf: AnswerOf): Span => {
  for (const { opens, other, start } of found) {
    const answer = start < at || !opens || other === undefined ? undefined : answerOf(found[other]!.end)
    if (answer?.to !== undefined) return [answer.start, answer.to]
  }
  return [at, at]
}

/** Every tag in order, each with its other; an opening one in a string of JSON is none. */
const read = (text: string): ReadonlyArray<Tag> => {
  if (!hint.test(text)) return []
  const found: Array<Tag> = []
  const open = tags.map((): Array<number> => [])
  let seen = 0
  let end = 0
  let isQuoted = false
  for (const { index } of text.matchAll(mayBegin)) {
    anyTag.lastIndex = index
    const match = index < end ? null : anyTag.exec(text)
    if (match === null) continue
    const between = text.slice(seen, match.index)
    const line = between.slice(between.lastIndexOf("\n") + 1)
    isQuoted = (isQuoted && line.length === between.length) !== hasOddQuotes(line)
    seen = match.index
    end = match.index + match[0].length
    const [name] = Object.entries(match.groups!).find(([, value]) => value !== undefined)!
    const kind = Number(name.slice(1))
    const opens = name.startsWith("o")
    if (opens && isQuoted) continue
    const tag: Tag = { kind, opens, isQuoted, start: match.index, end }
    if (opens) open[kind]!.push(found.length)
    else {
      const other = open[kind]!.pop()
      if (other !== undefined) {
        tag.other = other
        found[other]!.other = found.length
      }
    }
    found.push(tag)
  }
  return found
}

const isFirst = (text: string, { start }: Tag): boolean => {
  let before = start - 1
  while (text[before] === " " || text[before] === "\t") before--
  return before < 0 || text[before] === "\n"
}

const isLast = (text: string, { end }: Tag): boolean => {
  let after = end
  while (text[after] === " " || text[after] === "\t" || text[after] === "\r") after++
  return after === text.length || text[after] === "\n"
}

/**
 * Whether a tag stands where reasoning ends: first on its line, or right behind the words before it, last on its line or
 * right before an answer. In prose that speaks of a tag a blank stands before it.
 */
const closesReasoning = (text: string, tag: Tag): boolean => {
  if (isSpokenOf(text, tag)) return false
  if (isFirst(text, tag)) return true
  const before = text[tag.start - 1]!
  if (tag.isQuoted || /[\s`'"]/.test(before)) return false
  return (
    isLast(text, tag) || "{[<".includes(text[tag.end]!) || (/[.!?…。！？)]/.test(before) && /\S/.test(text[tag.end]!))
  )
}

/** Whether nothing else stands on its line. */
const isAlone = (text: string, tag: Tag): boolean => isFirst(text, tag) && isLast(text, tag)

const hasOddQuotes = (text: string): boolean => {
  let isOdd = false
  for (let i = text.indexOf('"'); i >= 0; i = text.indexOf('"', i + 1)) if (text[i - 1] !== "\\") isOdd = !isOdd
  return isOdd
}

/** Where an opening tag is named once more inside its reasoning, the last closing one counts. */
const lastClosing = (found: ReadonlyArray<Tag>, kind: number, from: number): number | undefined => {
  const last = found.findLastIndex((tag, i) => i > from && tag.kind === kind && !tag.opens)
  return last < 0 ? undefined : last
}

/** A text with its gaps blanked out, so that what is left stands in the same lines. */
export const blank = (text: string, gaps: Gaps): string => {
  let out = ""
  let at = 0
  for (const [from, to] of gaps) {
    out += text.slice(at, from) + text.slice(from, to).replace(/[^\n]+/g, "")
    at = to
  }
  return out + text.slice(at)
}

/** A text without its gaps. */
export const cut = (text: string, gaps: Gaps, exact: Span | undefined): string => {
  if (exact !== undefined) return text.slice(...exact)
  const ends = [...gaps, [text.length, text.length] as const]
  const parts = ends.map(([from], i) => text.slice(gaps[i - 1]?.[1] ?? 0, from)).filter((part) => part.trim() !== "")
  const isLed = text.slice(0, gaps[0]?.[0]).trim() === ""
  return parts
    .map((part, i) => (i > 0 || isLed ? part.trimStart() : part))
    .map((part, i) => (i < parts.length - 1 ? part.trimEnd() : part))
    .join("\n\n")
}

/** An answer that would be read otherwise, marked as one. */
export const enclose = (answer: string): string => `${opened}\n<answer>\n${answer}\n</answer>`
