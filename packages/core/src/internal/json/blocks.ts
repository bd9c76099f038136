import {
  isForeign,
  isJson as isOfJson,
  isBehindSource,
  isLabelled as isBehindLabel,
  languageAfter,
  startsLine
} from "./place.ts"
import { repair } from "./repair.ts"

/** How a value stands in a reply: `alone` before `inline`. */
export type Standing = 2 | 1
/** On lines of its own, over several lines, in a fence of JSON, or after a colon. */
const alone: Standing = 2
/** Inside a sentence. */
const inline: Standing = 1
/** What is no value inside a sentence: an empty one, and numbers, which are citations. */
const noInline = /^(?:\{\}|\[[\d,\s-]*\])$/
const numbers = /^\[[\d,\s-]+\]$/
/** What follows brackets that are part of a link. */
const link = /\(|: *https?:/y

/** A complete JSON object or array in a text, its small faults repaired. */
export interface JsonBlock {
  readonly start: number
  readonly json: string
  readonly standing: Standing
}

export interface JsonBlocks {
  /** Those that are in no fence of another language. */
  readonly blocks: ReadonlyArray<JsonBlock>
  /** Where a block starts that the text ends in the middle of. */
  readonly unclosed: number | undefined
  /** The first of the best standing that began like JSON and stopped being it; one that describes a shape after all others. */
  readonly invalid: Broken | undefined
  /** The language of a fence that has JSON in it all the same. */
  readonly foreign: string | undefined
}

interface Broken {
  readonly standing: Standing
  readonly index: number
  readonly detail: string
  readonly isShape: boolean
  /** Whether its brackets are closed all the same. */
  readonly isWhole: boolean
}

const opener = /[{[]|`{3,}/g
const quote = `["'“‘”„＂`
const objectStart = new RegExp(`\\{\\s*(?:${quote}}]|/[/*]|#|[A-Za-z_$][\\w$]*\\s*[:：]|$)`, "y")
const arrayStart = new RegExp(`\\[\\s*(?:${quote}{[\\]\\d-]|/[/*]|(?:true|false|null|True|False|None)\\b|$)`, "y")
const quotedKey = new RegExp(`\\{\\s*${quote}]`, "y")
const info = /[\w.+#-]*/y
/** What may stand on a line after a value that stands alone. */
const after = /[ \t`"'*_.,;)]*(?:\r?\n|$|[{[])/y

/** All JSON in a text, in one pass. What stands inside a value, or inside a broken one, is not a value of its own. */
export const find = (text: string): JsonBlocks => {
  const blocks: Array<JsonBlock> = []
  let invalid: JsonBlocks["invalid"]
  let language: string | undefined
  let foreign: string | undefined
  /** The text from here on was not read yet. */
  let read = 0
  /** Whether nothing but values that stand alone came on this line. */
  let isFirst = true
  let inBroken = false
  /** Whether broken JSON was followed to the next fence in vain. */
  let isHopeless = false
  opener.lastIndex = 0
  for (let match = opener.exec(text); match !== null; match = opener.exec(text)) {
    const start = match.index
    const prose = text.slice(read, start)
    const between = prose.slice(prose.lastIndexOf("\n") + 1)
    isFirst = (isFirst || between.length < prose.length) && startsLine(between)
    read = start
    if (match[0].startsWith("`")) {
      const name = matched(info, text, opener.lastIndex)
      language = languageAfter(language, name)
      isHopeless = inBroken = false
      isFirst = true
      read = opener.lastIndex += name.length
      continue
    }
    const isObject = match[0] === "{"
    if (!isAt(isObject ? objectStart : arrayStart, text, start)) continue
    const isJson = isOfJson(language)
    if (isForeign(language)) {
      foreign ??= language
      continue
    }
    const region = repair(text, start)
    const isLabelled: boolean = isBehindLabel(between)
    if (region._tag === "Unclosed") {
      const isInline: boolean = !isFirst && !isLabelled && !isJson
      // a bracket in prose takes nothing back of what is finished and stands alone
      const isDone = blocks.some(({ standing }) => standing === alone) && !breaksAfter(text, start)
      if (isInline && (isDone || hasBreakInString(text, start))) {
        const rest = text.indexOf("\n", start)
        opener.lastIndex = rest < 0 ? text.length : rest
        continue
      }
      return { blocks, unclosed: start, invalid, foreign }
    }
    if (region._tag === "Closed") {
      const spans = text.slice(start, region.end).includes("\n")
      const standsAlone: boolean = isJson || spans || isLabelled || (isFirst && isAt(after, text, region.end))
      const standing: Standing = standsAlone ? alone : inline
      const isCitation = isBehindSource(between) && numbers.test(region.json)
      const isNone = isCitation || isAt(link, text, region.end) || (standing === inline && noInline.test(region.json))
      if (!inBroken && !isNone) blocks.push({ start, json: region.json, standing })
      isFirst &&= standing === alone
      read = opener.lastIndex = region.end
      continue
    }
    const standing: Standing = isFirst || isJson || isLabelled ? alone : inline
    const isFirstThere: boolean = isFirst
    isFirst = false
    const counts = standing === alone || (isObject && isAt(quotedKey, text, start))
    const end: number | undefined = isHopeless || !counts ? undefined : region.end?.()
    if (
      counts &&
      !inBroken &&
      (invalid === undefined || rank(region.isShape, standing) > rank(invalid.isShape, invalid.standing))
    ) {
      const { detail, index, isShape } = region
      invalid = { standing, index, detail, isShape, isWhole: isObject && end !== undefined }
    }
    if (end !== undefined) {
      opener.lastIndex = end
      continue
    }
    isHopeless ||= counts
    const isProse = !isJson && (!isFirstThere || region.end === undefined)
    if (counts && !isProse) inBroken = true
    const rest = counts && isProse ? text.indexOf("\n", start) : region.index
    opener.lastIndex = Math.max(rest < 0 ? text.length : rest, start + 1)
  }
  return { blocks, unclosed: undefined, invalid, foreign }
}

const rank = (isShape: boolean, standing: Standing): number => (isShape ? 0 : standing)

/** Whether the first line of an unfinished value ends in a string, as prose in which a bracket and a quote stand does. */
const hasBreakInString = (text: string, start: number): boolean => {
  const end = text.indexOf("\n", start)
  const line = text.slice(start, end < 0 ? undefined : end).replace(/\\./g, "")
  return (line.match(/["'“”]/g)?.length ?? 0) % 2 === 1
}

/** Whether a value goes on below the line on which its bracket is last. */
const breaksAfter = (text: string, start: number): boolean => /^[{[][ \t]*\r?\n/.test(text.slice(start, start + 80))

const matched = (sticky: RegExp, text: string, index: number): string => {
  sticky.lastIndex = index
  return sticky.exec(text)?.[0] ?? ""
}

const isAt = (sticky: RegExp, text: string, index: number): boolean => {
  sticky.lastIndex = index
  return sticky.test(text)
}
