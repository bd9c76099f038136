import { isCertain, openString } from "../code/openString.ts"

/**
 * Fenced code blocks in Markdown.
 *
 * **Source** CommonMark 0.31, section 4.5; besides that, an opening fence may be indented as far as it likes, and a fence in
 * a string in three quotes is part of it.
 */
export interface Fence {
  /** Index of the line with the opening fence. */
  readonly open: number
  /** Index of the line with the closing fence; `undefined` where the text ends first. */
  readonly close: number | undefined
  readonly info: string
  /** What stands between, each line with its line break; without the last one where `noNewline` follows. */
  readonly content: string
  /** What makes it doubtful that the block ends where it does. */
  readonly doubt: Doubt | undefined
  /** Lines within a block of Markdown that open blocks as long. */
  readonly nested: ReadonlyArray<number>
}

/** A string in three quotes that is still open there, or a fence with a language inside, as long as the block's own. */
export type Doubt = { readonly _tag: "OpenString" } | { readonly _tag: "OtherBlock"; readonly line: number }

/** The line after a block whose content does not end in a line break. */
export const noNewline = "\\ No newline at end of file"

/** The length of the longest run of backticks in a text. */
export const longestRun = (text: string): number => {
  let longest = 0
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return longest
}

/** A fenced block that holds a content exactly. */
export const print = (content: string, info: string): string => {
  const fence = "`".repeat(Math.max(3, longestRun(content) + 1))
  return content === "" || content.endsWith("\n")
    ? `${fence}${info}\n${content}${fence}`
    : `${fence}${info}\n${content}\n${fence}\n${noNewline}`
}

/** All blocks of a text in order. In a block of Markdown, a fence with an info string opens one within it. */
export const parse = (
  text: string,
  languageOf: (info: string, open: number) => string,
  lines: ReadonlyArray<string> = text.split("\n")
): ReadonlyArray<Fence> => {
  const fences: Array<Fence> = []
  let at = 0
  for (let open = 0; open < lines.length; open++) {
    const line = lines[open]!
    const first = at + line.length + 1
    at = first
    const opening = opener(line)
    if (opening === undefined) continue
    const { close, doubt, nested } = endOf(lines, open, opening, languageOf(opening.info, open))
    const end = close ?? lines.length
    for (let i = open + 1; i < end; i++) at += lines[i]!.length + 1
    const content = contentOf(text.slice(first, at), opening.indent, line.endsWith("\r"))
    fences.push({
      open,
      close,
      info: opening.info,
      content: lines[end + 1]?.trim() === noNewline ? content.slice(0, -1) : content,
      doubt,
      nested
    })
    at += (lines[end]?.length ?? 0) + 1
    open = end
  }
  return fences
}

/** The line that closes the block which a line opens, by the language of what is in it. */
export const closeOf = (
  lines: ReadonlyArray<string>,
  open: number,
  languageOf: (info: string) => string
): number | undefined => {
  const opening = opener(lines[open]!)
  return opening && endOf(lines, open, opening, languageOf(opening.info)).close
}

/** The words beside the fence that a line is. */
export const infoOf = (line: string): string => opener(line)?.info ?? ""

/** The block which a line opens, by its fence alone, with its last line; whatever is in it. */
export const blockAt = (
  lines: ReadonlyArray<string>,
  open: number
): { readonly content: string; readonly end: number } | undefined => {
  const opening = opener(lines[open]!)
  if (opening === undefined) return undefined
  let close = open + 1
  while (close < lines.length && !closes(lines[close]!, opening.mark, opening.length)) close++
  if (close === lines.length) return undefined
  const inside = lines.slice(open + 1, close).map((line) => `${line}\n`)
  const content = contentOf(inside.join(""), opening.indent, lines[open]!.endsWith("\r"))
  return lines[close + 1]?.trim() === noNewline
    ? { content: content.slice(0, -1), end: close + 1 }
    : { content, end: close }
}

/** The blocks in the content of another, at the places where its text has them. */
export const within = (
  { content, open: before }: Fence,
  languageOf: (info: string, open: number) => string
): ReadonlyArray<Fence> =>
  parse(content, languageOf).map(({ close, open, ...block }) => ({
    ...block,
    open: open + before + 1,
    close: close === undefined ? undefined : close + before + 1
  }))

const endOf = (
  lines: ReadonlyArray<string>,
  open: number,
  { indent, info, length, mark }: Opener,
  language: string
) => {
  const isOpenAfter = openString(language)
  const nests = language === "markdown" || (info === "" && opensAsLong(lines[open + 1] ?? "", mark, length))
  const markCode = mark.charCodeAt(0)
  let depth = 0
  let isString = false
  /** Where the block would end if no string were open. */
  let inString: number | undefined
  /** Whether the string has a block open, and how many of the fences in it could end this one. */
  let isInner = false
  let ends = 0
  const inside: Array<number> = []
  for (let i = open + 1; i < lines.length; i++) {
    const line = lines[i]!
    const spaces = indentOf(line)
    if (isPlain(line.charCodeAt(spaces), markCode)) {
      isString = isOpenAfter(line)
      continue
    }
    const isOutside = spaces <= indent + 3
    if (isOutside && closes(line, mark, length) && (!nests || depth-- === 0)) {
      if (!isString) {
        // a fence that is longer than the one it would close belongs to another
        const isLonger = line.trim().length > length
        const other = nests ? inside.find((line) => isProse(opener(lines[line]!)!.info)) : inside[0]
        return { close: i, doubt: otherBlock(isLonger ? i : other), nested: inside }
      }
      inString ??= i
      isInner = !isInner
      ends++
    } else if (isString && isOutside && startsAsLong(line, mark, length)) {
      // what ended this block would have opened one in the string, and this one opens within that
      if (isInner) return { close: inString, doubt: otherBlock(i), nested: [] }
      isInner = true
    }
    if (!isString && isOutside && (nests ? opensAsLong(line, mark, length) : startsAsLong(line, mark, length))) {
      inside.push(i)
      depth++
    }
    isString = isOpenAfter(line)
  }
  const isDoubtful = inString !== undefined && (ends > 1 || isCertain(language))
  const doubt: Doubt | undefined = isDoubtful ? { _tag: "OpenString" } : undefined
  return { close: inString, doubt, nested: [] }
}

/** Whether no fence starts with a character. */
const isPlain = (code: number, mark: number): boolean => code > 0x20 && code < 0x80 && code !== mark

const opensAsLong = (line: string, mark: string, length: number): boolean => {
  const inner = opener(line)
  return inner?.mark === mark && inner.length >= length && inner.info !== ""
}

/** Whether what stands beside a fence is rather a sentence: the fence closed a block, and text was put behind it. */
const isProse = (info: string): boolean => /^[^\s={[]+(?:\s+[^\s={[]+){4}/.test(info)

/** Whether a line starts with a fence and goes on: a reader may take it for one. */
const startsAsLong = (line: string, mark: string, length: number): boolean => {
  const text = line.trimStart()
  const run = runLength(text, mark)
  return run >= length && text.slice(run).trim() !== ""
}

const otherBlock = (line: number | undefined): Doubt | undefined =>
  line === undefined ? undefined : { _tag: "OtherBlock", line }

/** Which lines are part of a closed block. A fence that nothing closes is a line like any other. */
export const mask = (lines: ReadonlyArray<string>): ReadonlyArray<boolean> => {
  const mayBeFence = lines.map((line) => line.includes("```") || line.includes("~~~"))
  if (!mayBeFence.includes(true)) return mayBeFence
  const longestCloser = { "`": new Int32Array(lines.length + 1), "~": new Int32Array(lines.length + 1) }
  for (let i = lines.length - 1; i >= 0; i--) {
    for (const mark of ["`", "~"] as const) {
      const length = mayBeFence[i]! && closes(lines[i]!, mark, 3) ? lines[i]!.trim().length : 0
      longestCloser[mark][i] = Math.max(length, longestCloser[mark][i + 1]!)
    }
  }
  const masked = lines.map(() => false)
  for (let i = 0; i < lines.length; i++) {
    const opening = mayBeFence[i]! ? opener(lines[i]!) : undefined
    if (opening === undefined || longestCloser[opening.mark][i + 1]! < opening.length) continue
    masked[i] = true
    do masked[++i] = true
    while (!closes(lines[i]!, opening.mark, opening.length))
  }
  return masked
}

/** The last line with text above a block; empty where there is none. */
export const lineAbove = (lines: ReadonlyArray<string>, open: number): string => {
  let above = open - 1
  while (above >= 0 && (lines[above]!.trim() === "" || lines[above]!.trim() === noNewline)) above--
  return lines[above] ?? ""
}

/** Whether a line by itself opens or closes a block. */
export const isFence = (line: string): boolean => opener(line) !== undefined

/** Whether a line can close a block: a fence without info string. */
export const isBare = (line: string): boolean => opener(line)?.info === ""

interface Opener {
  readonly indent: number
  readonly info: string
  readonly length: number
  readonly mark: "`" | "~"
}

const opener = (line: string): Opener | undefined => {
  const text = line.trim()
  const mark: "`" | "~" = text.startsWith("`") ? "`" : "~"
  const length = runLength(text, mark)
  const info = text.slice(length).trim()
  return length < 3 || (mark === "`" && info.includes("`")) ? undefined : { indent: indentOf(line), info, length, mark }
}

const closes = (line: string, mark: string, length: number): boolean => {
  const text = line.trim()
  return text.length >= length && text.startsWith(mark) && runLength(text, mark) === text.length
}

const runLength = (text: string, mark: string): number => {
  let length = 0
  while (text[length] === mark) length++
  return length
}

/** How many blanks and tabs a line begins with. */
export const indentOf = (line: string): number => {
  let indent = 0
  while (isBlank(line.charCodeAt(indent))) indent++
  return indent
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09

/** What stands in a block, without the indent and the line ends of its fence. */
const contentOf = (inside: string, indent: number, crlf: boolean): string =>
  indent === 0 && !crlf
    ? inside
    : inside
        .split("\n")
        .map((line) => line.slice(Math.min(indent, indentOf(line)), crlf && line.endsWith("\r") ? -1 : undefined))
        .join("\n")
