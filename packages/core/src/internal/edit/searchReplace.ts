import * as fences from "../text/fences.ts"

/** A text, and what is to replace it. */
export interface Change {
  readonly search: string
  readonly replace: string
}

/** A block that was read, with the lines that divide and close it; or why it cannot be. */
export type Block =
  | { readonly change: Change; readonly divider: number; readonly close: number }
  | { readonly detail: string; readonly isCutOff: boolean }

/** Each with its indentation and its signs. */
const opening = /^([ \t]*)(?:\*\*)?(<{5,}|-{5,}) ?SEARCH[:>]?(?:\*\*)?\s*$/i
const divider = /^([ \t]*)(={5,})\s*$/
const closing = /^([ \t]*)(?:\*\*)?(>{5,}|\+{5,}) ?REPLACE[:<]?(?:\*\*)?\s*$/i
/** What looks like one of them to a reader, whatever its words. */
const alike = /^[ \t>*]*(?:<{5,9}|>{5,9}) ?[A-Z]/i

export const isOpening = (line: string): boolean => opening.test(line)

export const isClosing = (line: string): boolean => closing.test(line)

export const isAlike = (line: string): boolean => alike.test(line)

const usual = 7

/** A change between its markers, which are as long as it takes to be none of the lines of its texts. */
export const print = ({ replace, search }: Change): string => {
  const lines = [search, replace].flatMap((text) => text.split("\n"))
  const taken = new Set(
    lines.map((line) => (opening.exec(line) ?? divider.exec(line) ?? closing.exec(line))?.[2]?.length)
  )
  let length = usual
  while (taken.has(length)) length++
  const [open, middle, close] = ["<", "=", ">"].map((sign) => sign.repeat(length))
  return `${open} SEARCH\n${printText(search)}${middle}\n${printText(replace)}${close} REPLACE\n`
}

/** The block that a line opens. */
export const read = (lines: ReadonlyArray<string>, open: number): Block => {
  const [, indent = "", signs = ""] = opening.exec(lines[open]!) ?? []
  const all = (mark: RegExp, from: number, to: number, isExact: boolean): ReadonlyArray<number> => {
    const found: Array<number> = []
    for (let i = from; i < to; i++) {
      const [, before, own] = mark.exec(lines[i]!) ?? []
      if (before?.length === indent.length && (!isExact || own!.length === signs.length)) found.push(i)
    }
    return found
  }
  /** Those as long as the first marker, or else any. */
  const marks = (mark: RegExp, from: number, to: number): ReadonlyArray<number> => {
    const exact = all(mark, from, to, true)
    return exact.length > 0 ? exact : all(mark, from, to, false)
  }
  const starts = `the block that starts at line ${open + 1}`
  let next = open + 1
  while (next < lines.length && all(opening, next, next + 1, true).length === 0) next++
  const [close] = marks(closing, open + 1, next)
  if (close === undefined) {
    const before = next < lines.length ? ` before another starts at line ${next + 1}` : ""
    const isCutOff = before === "" && !lines.slice(open).some(fences.isBare)
    return { detail: `${starts} has no \`>>>>>>> REPLACE\`${before}`, isCutOff }
  }
  const [middle, other] = marks(divider, open + 1, close)
  if (middle === undefined) {
    const detail = `nothing divides ${starts}; write \`=======\` on a line between its texts`
    return { detail, isCutOff: false }
  }
  if (other !== undefined) {
    const detail = `lines ${middle + 1} and ${other + 1} may both divide ${starts}; make its markers longer than any such line in its texts`
    return { detail, isCutOff: false }
  }
  const isCrlf = lines[open]!.endsWith("\r")
  const [search, replace] = [lines.slice(open + 1, middle), lines.slice(middle + 1, close)].map((own) =>
    readText(
      own.map((line) => line.slice(Math.min(indent.length, fences.indentOf(line)), isCrlf ? lengthOf(line) : undefined))
    )
  )
  return { change: { search: search!, replace: replace! }, divider: middle, close }
}

/** Without the line end of Windows. */
const lengthOf = (line: string): number => line.length - (line.endsWith("\r") ? 1 : 0)

/** What would be taken for the line that says that there is no line break, after more backslashes. */
const escaped = /^\\{2,} No newline at end of file$/

const printText = (text: string): string => {
  if (text === "") return ""
  if (!text.endsWith("\n")) return `${text}\n${fences.noNewline}\n`
  const last = text.slice(text.lastIndexOf("\n", text.length - 2) + 1, -1)
  const isEscaped = escaped.test(`\\${last}`)
  return isEscaped ? `${text.slice(0, text.length - last.length - 1)}\\${last}\n` : text
}

const readText = (lines: ReadonlyArray<string>): string => {
  const last = lines.at(-1)
  if (last === undefined) return ""
  const before = lines.slice(0, -1)
  if (last === fences.noNewline) return before.join("\n")
  return [...before, escaped.test(last) ? last.slice(1) : last, ""].join("\n")
}
