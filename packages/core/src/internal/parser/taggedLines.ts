import * as fences from "../text/fences.ts"
import * as escapedLine from "../text/escapedLine.ts"
import * as taggedToken from "../text/taggedToken.ts"

/** What counts in a line outside code. */
interface Rules {
  readonly start: taggedToken.Token
  readonly end: taggedToken.Token
  /** Said of a line that can only be the heading of a block. */
  readonly isHeading: (line: string) => boolean
  /** Whether a title may be one of a block. */
  readonly fits: (title: string) => boolean
  /** Where it is not said what headings look like, the level that is asked for. */
  readonly level: number | undefined
  readonly names: { readonly start: string; readonly end: string }
}

export const makeRules = (options: {
  readonly start: string
  readonly end: string
  readonly heading?: RegExp
  readonly level?: number
}): Rules => {
  const { heading, level = 4 } = options
  // without the flags that make a test depend on the one before
  const pattern = heading === undefined ? undefined : new RegExp(heading.source, heading.flags.replace(/[gy]/g, ""))
  return {
    start: taggedToken.make(options.start),
    end: taggedToken.make(options.end),
    isHeading: (line) => pattern !== undefined && isMarked(line) && pattern.test(titleOf(line)),
    fits: (title) => pattern === undefined || pattern.test(title),
    level: heading === undefined ? level : undefined,
    names: { start: `\`${options.start}\``, end: `\`${options.end}\`` }
  }
}

export interface Block {
  readonly heading: string
  readonly line: number
  readonly text: string
}

interface Fault {
  readonly line: number
  readonly found: string
  readonly detail: string
  readonly truncated?: boolean
}

/** All blocks, or the first fault. */
export const read = (
  wrapped: ReadonlyArray<string>,
  rules: Rules
): { readonly blocks: ReadonlyArray<Block>; readonly fault?: Fault } => {
  const { end, isHeading, names, start } = rules
  const unwrapped = unwrap(wrapped, rules)
  const isCode = fences.mask(unwrapped)
  const lines = withHeadings(unwrapped, isCode, rules)
  /** Where a block starts in a code fence, and where one that also ends in it. */
  let inCode: number | undefined
  let fenced: number | undefined
  const blocks: Array<Block> = []
  let open: { readonly heading: string; readonly line: number; readonly body: Array<string> } | undefined
  const above = new Map<Kind | undefined, boolean | undefined>()
  const isAbove = (kind: Kind | undefined): boolean | undefined => {
    if (!above.has(kind)) above.set(kind, areAllBelow(lines, isCode, rules, kind))
    return above.get(kind)
  }
  let firstInCode: "start" | "end" | undefined
  let after = 0
  const stop = (line: number, detail: string, truncated = false) => ({
    blocks,
    fault: { line, found: lines.slice(line, line + 3).join("\n"), detail, truncated }
  })
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (isCode[i]) {
      if (fences.isFence(line)) firstInCode = undefined
      else if (end.isAlone(line)) {
        if (open === undefined && inCode !== undefined && !isSample(lines.slice(inCode + 1, i))) fenced ??= inCode
        inCode = undefined
        firstInCode ??= "end"
      } else if (start.isAlone(line)) {
        if (open !== undefined && firstInCode === "end") {
          return stop(open.line, `a code fence in "${open.heading}" is not closed before its ${names.end}`)
        }
        firstInCode ??= "start"
        if (open === undefined) inCode = i
      }
      open?.body.push(line)
    } else if (open === undefined) {
      if (end.isAlone(line)) return stop(i, `this ${names.end} has no ${names.start} before it`)
      if (!start.isAlone(line)) continue
      if (isQuoted(line) && isQuoted(lines[i + 1] ?? "")) {
        return stop(i, `this ${names.start} stands in a quotation; write it without the sign`)
      }
      if (isListed(line) && isListed(lines[i + 1] ?? "") && end.isAlone(lines[i + 1]!)) {
        i++
        continue
      }
      const found = headingsOf(lines, isCode, after, i, rules, isAbove)
      if (found.own === undefined) return stop(i, `this ${names.start} has no heading above it`)
      if (found.other !== undefined) {
        const [above, below] = [found.other, found.own].map((line) => titleOf(lines[line]!))
        return stop(found.other, `"${above}" and "${below}" may both head this block`)
      }
      if (found.lost !== undefined) return stop(found.lost, `"${titleOf(lines[found.lost]!)}" has no ${names.start}`)
      open = { heading: titleOf(lines[found.own]!), line: found.own, body: [] }
      after = i
    } else if (start.isAlone(line) || isHeading(line)) {
      return stop(open.line, `"${open.heading}" has no ${names.end}`)
    } else {
      const text = end.isAlone(line) ? undefined : lineBefore(line, end.atEnd(line))
      if (text !== undefined) open.body.push(text)
      if (text === line) continue
      const isCrlf = lines[after]!.endsWith("\r")
      const body = open.body.map((line) => unescape(isCrlf && line.endsWith("\r") ? line.slice(0, -1) : line, rules))
      blocks.push({ heading: open.heading, line: open.line, text: body.join("\n") })
      open = undefined
      after = i + 1
    }
  }
  if (open !== undefined) return stop(lines.length - 1, `"${open.heading}" has no ${names.end}`, true)
  if (blocks.length > 0 && fenced !== undefined) {
    return stop(fenced, `this ${names.start} stands in a code fence, and others do not; put none in one`)
  }
  const last = blocks.at(-1)
  const kind = rules.level === undefined || last === undefined ? undefined : kindOf(lines[last.line]!)
  const lost = lines.findIndex((line, i) => i >= after && !isCode[i] && (isHeading(line) || isOfKind(line, kind)))
  if (lost < 0) return { blocks }
  const below = lines.slice(lost + 1).filter((line) => line.trim() !== "")
  const other = below.find((line) => isLike(line, names.start))
  const instead = other === undefined ? "" : `; \`${other.trim()}\` is not it`
  const isLeftOut = other !== undefined || leftOut.test(below[0] ?? "")
  return stop(lost, `"${titleOf(lines[lost]!)}" has no ${names.start}${instead}`, !isLeftOut)
}

/** Whether a body has nothing in it, as that of a sample. */
const isSample = (body: ReadonlyArray<string>): boolean => /^\s*(?:…|\.{3,})?\s*$/.test(body.join("\n"))

const isQuoted = (line: string): boolean => /^\s*>/.test(line)

/** Whether a line by itself has the words of a token, in another order or with other signs. */
const isLike = (line: string, token: string): boolean =>
  line.length < 2 * token.length + 10 && /^\W*\w[\w -]*\W*$/.test(line) && wordsOf(line) === wordsOf(token)

const wordsOf = (text: string): string =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).toSorted((a, b) => (a < b ? -1 : 1)).join(" ")

/** What is said in place of a block. */
const leftOut =
  /^[\s>*_([-]*(?:skipped|omitted|unchanged|no changes?|same as|as (?:before|above)|see above|not needed|nothing|n\/a|none)\b/i

/** Lines in which a heading that is underlined is one with signs before it. */
const withHeadings = (
  lines: ReadonlyArray<string>,
  isCode: ReadonlyArray<boolean>,
  { end, start }: Rules
): ReadonlyArray<string> => {
  const read = [...lines]
  let isInside = false
  for (const [i, line] of lines.entries()) {
    if (isCode[i]) continue
    if (isInside) isInside = !end.isAlone(line) && end.atEnd(line) === undefined
    else if (start.isAlone(line)) isInside = true
    else {
      const mark = /^ {0,3}(?:(=+)|-{2,})\s*$/.exec(line)
      const above = lines[i - 1] ?? ""
      if (mark === null || isCode[i - 1] || isMarked(above) || /^\s*(?:[-*+>|]|$)/.test(above) || end.isAlone(above))
        continue
      // a line of dashes is drawn between other parts too
      const below = lines.slice(i + 1, i + 4).find((line) => line.trim() !== "")
      if (mark[1] === undefined && (below === undefined || !start.isAlone(below))) continue
      read[i - 1] = `${mark[1] === undefined ? "##" : "#"} ${above.trimStart()}`
      read[i] = ""
    }
  }
  return read
}

const lineBefore = (line: string, index: number | undefined): string =>
  index === undefined ? line : line.slice(0, index).trimEnd()

interface Headings {
  readonly own: number | undefined
  readonly lost?: number | undefined
  readonly other?: number | undefined
}

/** The line that heads the block that starts at `to`, one before it that heads nothing, and another that may head it. */
const headingsOf = (
  lines: ReadonlyArray<string>,
  isCode: ReadonlyArray<boolean>,
  from: number,
  to: number,
  rules: Rules,
  isAbove: (kind: Kind | undefined) => boolean | undefined
): Headings => {
  const { fits, isHeading, level } = rules
  const marked: Array<number> = []
  let plain: number | undefined
  for (let i = to - 1; i >= from; i--) {
    const line = lines[i]!
    if (isCode[i] || line.trim() === "") continue
    if (isMarked(line) && (fits(titleOf(line)) || (marked.length > 0 && isHeading(line)))) marked.push(i)
    else if (fits(titleOf(line))) plain ??= i
  }
  const [nearest = plain] = marked
  if (nearest === undefined || level === undefined) return { own: nearest, lost: marked[1] }
  const kind = kindOf(lines[nearest]!)
  const hashes = kind === bold ? marked.find((i) => kindOf(lines[i]!) !== bold) : undefined
  if (hashes === undefined) return { own: nearest, lost: marked.slice(1).find((i) => isOfKind(lines[i]!, kind)) }
  const above = kindOf(lines[hashes]!)
  const isNote = above === level || isAbove(above)
  const own = isNote ? hashes : nearest
  const others = marked.filter((i) => i < own)
  return {
    own,
    lost: others.find((i) => isOfKind(lines[i]!, kindOf(lines[own]!))),
    other: isNote === undefined ? hashes : undefined
  }
}

/** Whether each of several blocks has a heading of a kind above it. */
const areAllBelow = (
  lines: ReadonlyArray<string>,
  isCode: ReadonlyArray<boolean>,
  { end, start }: Rules,
  kind: Kind | undefined
): boolean | undefined => {
  let blocks = 0
  let isInside = false
  let isBelow = false
  for (const [i, line] of lines.entries()) {
    if (isCode[i]) continue
    if (isInside) isInside = !end.isAlone(line) && end.atEnd(line) === undefined
    else if (isOfKind(line, kind)) isBelow = true
    else if (start.isAlone(line)) {
      if (!isBelow) return false
      blocks++
      isInside = true
      isBelow = false
    }
  }
  return blocks > 1 ? true : undefined
}

/** A body as lines in which nothing counts. */
export const escape = (text: string, rules: Rules): ReadonlyArray<string> => {
  if (text === "") return []
  const lines = text.split("\n")
  const isCode = fences.mask(lines)
  return lines.map((line, i) => {
    const counts = line.startsWith("\\") || !(isCode[i] && fences.isFence(line))
    return counts && isSpecial(line, rules) ? `\\${line}` : line
  })
}

const unescape = (line: string, rules: Rules): string =>
  line.startsWith("\\") && isSpecial(line, rules) ? line.slice(1) : line

/** Whether a line, without backslashes before it, could count. */
const isSpecial = (line: string, { end, isHeading, start }: Rules): boolean => {
  const bare = line.replace(/^\\+/, "")
  return (
    start.isAlone(bare) || end.isAlone(bare) || end.atEnd(bare) !== undefined || isHeading(bare) || fences.isFence(bare)
  )
}

/** The lines without a code fence around all blocks. */
const unwrap = (lines: ReadonlyArray<string>, { end, start }: Rules): ReadonlyArray<string> => {
  const first = lines.findIndex(start.isAlone)
  if (first < 0 || !fences.mask(lines)[first]) return lines
  const opening = lines.findLastIndex((line, i) => i < first && fences.isFence(line))
  const closing = lines.findLastIndex((line) => end.isAlone(line) || fences.isBare(line))
  if (closing < first || !fences.isBare(lines[closing]!)) return lines
  return lines.with(opening, "").with(closing, "")
}

/** A heading's level, or 0 for a line all in bold. */
type Kind = number
const bold: Kind = 0

const kindOf = (line: string): Kind | undefined => {
  const mark = /^(?:#{1,6}(?!\S)|#{2,6}(?=[^\s#])|\*\*.*\*\*:?$|__.*__:?$)/.exec(line.trim())?.[0]
  return mark?.startsWith("#") === true ? mark.length : mark === undefined ? undefined : bold
}

const isOfKind = (line: string, kind: Kind | undefined): boolean => kind !== undefined && kindOf(line) === kind

/** A Markdown heading, or a line all in bold. */
const isMarked = (line: string): boolean => kindOf(line) !== undefined

const isListed = (line: string): boolean => /^\s*-[ \t]/.test(line)

/** What a heading line says, without its marks. */
const titleOf = (line: string): string => {
  const text = line.trimStart().replace(/^(?:#{1,6}(?:[ \t]|$)|#{1,6}(?=[^\s#]))/, "")
  return escapedLine.decode(text.endsWith("\r") ? text.slice(0, -1) : text) ?? clean(text)
}

/** A title as it is printed: as it is, if it can be told from other lines and comes back so. */
export const printTitle = (title: string, { end, start }: Rules): string =>
  title === "" || titleOf(`# ${title}`) !== title || title.includes("\n") || start.isAlone(title) || end.isAlone(title)
    ? escapedLine.encode(title)
    : title

/** A title as it is read from a line. */
const clean = (title: string): string =>
  title
    .trim()
    .replaceAll("**", "")
    .replace(/^__(.*)__$/, "$1")
    .replace(/[ \t]+#{1,20}$/, "")
    .replace(/:$/, "")
    .trim()
