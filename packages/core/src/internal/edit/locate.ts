/** A stretch of a text, and what is to stand there. */
export interface Place {
  readonly start: number
  readonly end: number
  readonly instead: string
}

/**
 * Where a text is that is to be replaced. One that ends in a line break is whole lines. Where it is nowhere, lines count
 * that differ from it by blanks at their ends, or by the same indentation of all; what replaces them gets that too.
 */
export const locate = (text: string, search: string, replace: string): ReadonlyArray<Place> => {
  const exact = exactly(text, search).map((start) => ({ start, end: start + search.length, instead: replace }))
  return exact.length > 0 ? exact : byLines(text, search, replace)
}

const exactly = (text: string, search: string): ReadonlyArray<number> => {
  const isLines = search.endsWith("\n")
  const found: Array<number> = []
  for (let at = text.indexOf(search); at >= 0; at = text.indexOf(search, at + 1)) {
    if (!isLines || at === 0 || text[at - 1] === "\n") found.push(at)
  }
  return found
}

/** The lines of a text, without their line breaks; the end of the last one begins none. */
export const linesOf = (text: string): ReadonlyArray<string> => {
  const lines = text.split("\n")
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines
}

const byLines = (text: string, search: string, replace: string): ReadonlyArray<Place> => {
  const wanted = linesOf(search).map((line) => line.trimEnd())
  const lines = linesOf(text)
  const trimmed = lines.map((line) => line.trimEnd())
  const key = wanted.findIndex((line) => line !== "")
  if (key < 0) return []
  const moved = new Map<string, ReadonlyArray<string> | undefined>()
  const places: Array<Place> = []
  for (let first = 0, start = 0; first + wanted.length <= lines.length; start += lines[first]!.length + 1, first++) {
    const indent = indentBetween(trimmed[first + key]!, wanted[key]!)
    if (indent === undefined) continue
    const id = `${indent.more}|${indent.less}`
    if (!moved.has(id)) moved.set(id, indented(wanted, indent))
    if (moved.get(id)?.every((line, i) => line === trimmed[first + i]) !== true) continue
    const instead = indented(replace.split("\n"), indent)?.join("\n")
    if (instead === undefined) continue
    places.push(placeOf(text, start, lines.slice(first, first + wanted.length), search, instead))
  }
  return places
}

/** The place of lines, and what replaces them, with their line ends. */
const placeOf = (text: string, start: number, lines: ReadonlyArray<string>, search: string, instead: string): Place => {
  const isCrlf = lines.every((line) => line.endsWith("\r")) && !search.includes("\r")
  const last = start + lines.join("\n").length
  const isWhole = search.endsWith("\n")
  const end = isWhole ? Math.min(last + 1, text.length) : last - (isCrlf ? 1 : 0)
  const ended = isWhole && last === text.length ? instead.replace(/\n$/, "") : instead
  return { start, end, instead: isCrlf ? ended.replace(/\r?\n/g, "\r\n") : ended }
}

/** What lines have more before them than those searched, or less. */
interface Indent {
  readonly more: string
  readonly less: string
}

const indentBetween = (there: string, wanted: string): Indent | undefined => {
  const text = wanted.trimStart()
  if (!there.endsWith(text)) return undefined
  const [own, other] = [there.slice(0, -text.length), wanted.slice(0, -text.length)]
  if (own.trim() !== "") return undefined
  if (own.endsWith(other)) return { more: own.slice(0, own.length - other.length), less: "" }
  return other.endsWith(own) ? { more: "", less: other.slice(0, other.length - own.length) } : undefined
}

/** Lines with the indentation changed of each that has any text; `undefined` where one has not so much to lose. */
const indented = (lines: ReadonlyArray<string>, { less, more }: Indent): ReadonlyArray<string> | undefined => {
  const isBlank = (line: string) => line.trim() === ""
  return lines.every((line) => isBlank(line) || line.startsWith(less))
    ? lines.map((line) => (isBlank(line) ? line : more + line.slice(less.length)))
    : undefined
}
