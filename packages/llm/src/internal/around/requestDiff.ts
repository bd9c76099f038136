import { identity, type LlmRequest } from "@stepwright/core/LlmRequest"
import { sortedKeys } from "../file/sortedKeys.ts"

interface Line {
  readonly where: string
  readonly text: string
}

/** All that identifies a request, line by line. */
const render = ({ model, messages, format, parameters }: LlmRequest): ReadonlyArray<Line> => [
  { where: "model", text: model },
  ...Object.entries(parameters).map(([name, value]) => ({ where: "parameters", text: `${name} ${String(value)}` })),
  { where: "format", text: format.type === "json" ? `json ${format.name}` : "text" },
  ...(format.type === "json" ? lines("format", JSON.stringify(sortedKeys(format.schema), null, 2)) : []),
  ...messages.flatMap(({ role, content }, index) => lines(`message ${index + 1} (${role})`, content))
]

const lines = (where: string, text: string): ReadonlyArray<Line> =>
  text.split("\n").map((text, index) => ({ where: `${where}, line ${index + 1}`, text }))

/** The candidate that is most like `asked`: first by path and turn, then by the lines that both have. */
export const nearest = <A extends { readonly request: LlmRequest }>(
  asked: LlmRequest,
  candidates: Iterable<A>
): A | undefined => {
  const wanted = render(asked)
  let best: A | undefined
  let bestScore = -1
  for (const candidate of candidates) {
    const { metadata } = candidate.request
    const score =
      shared(wanted, render(candidate.request)) +
      (metadata.path === asked.metadata.path ? 2 : 0) +
      (metadata.turn === asked.metadata.turn ? 1 : 0)
    if (score <= bestScore) continue
    best = candidate
    bestScore = score
  }
  return best
}

/** The share of lines that both have, from 0 to 1. */
const shared = (self: ReadonlyArray<Line>, that: ReadonlyArray<Line>): number => {
  const counts = new Map<string, number>()
  for (const { text } of self) counts.set(text, (counts.get(text) ?? 0) + 1)
  let common = 0
  for (const { text } of that) {
    const count = counts.get(text) ?? 0
    if (count === 0) continue
    counts.set(text, count - 1)
    common++
  }
  return common / Math.max(self.length, that.length)
}

/** How much of two names is alike, from 0 to 1: what they begin and end with. */
export const likeness = (self: string, that: string): number => {
  if (self === that) return 1
  const start = commonPrefix(self, that)
  const end = commonPrefix(reverse(self.slice(start)), reverse(that.slice(start)))
  return (start + end) / Math.max(self.length, that.length)
}

const reverse = (text: string): string => [...text].toReversed().join("")

/** Where two requests begin to differ and how, in a few lines, none if they do not: `-` recorded, `+` asked. */
export const difference = (recorded: LlmRequest, asked: LlmRequest): ReadonlyArray<string> => {
  if (identity(recorded) === identity(asked)) return []
  const before = render(recorded)
  const after = render(asked)
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start]?.text === after[start]?.text) start++
  let end = 0
  while (end < shorter - start && before.at(-1 - end)?.text === after.at(-1 - end)?.text) end++
  const removed = before.slice(start, before.length - end).map((line) => line.text)
  const added = after.slice(start, after.length - end).map((line) => line.text)
  // one text in two of Unicode's forms looks alike
  const isAlike = removed.join("\n").normalize() === added.join("\n").normalize()
  const shown = (lines: ReadonlyArray<string>) => lines.map((line) => visible(line, isAlike ? /[^ -~]/gu : unseen))
  const where = (after[start] ?? before[start])?.where ?? "the messages' roles"
  const [less, more] = [shown(removed), shown(added)]
  const column = commonPrefix(less[0] ?? "", more[0] ?? "")
  return [`from ${where}:`, ...show("-", less, column), ...show("+", more, column)]
}

/** What is not seen, or not told from a blank. */
const unseen = /[\p{Control}\p{Format}\p{Zl}\p{Zp}]|(?! )\p{Zs}| $/gu

const visible = (line: string, hidden: RegExp): string =>
  line.replaceAll(hidden, (char) => {
    if (char === "\r") return String.raw`\r`
    if (char === "\t") return String.raw`\t`
    const code = (char.codePointAt(0) ?? 0).toString(16)
    if (code.length > 4) return String.raw`\u{${code}}`
    return code.length > 2 ? String.raw`\u${code.padStart(4, "0")}` : String.raw`\x${code.padStart(2, "0")}`
  })

const maxLines = 4
const maxColumns = 120

const show = (sign: string, lines: ReadonlyArray<string>, column: number): ReadonlyArray<string> => [
  ...lines.slice(0, maxLines).map((line, index) => `${sign} ${excerpt(line, index === 0 ? column : 0)}`),
  ...(lines.length > maxLines ? [`${sign} … ${lines.length - maxLines} more lines`] : [])
]

/** A part of a long line, with what is at `column` in it. */
const excerpt = (line: string, column: number): string => {
  const start = column < maxColumns / 2 ? 0 : column - maxColumns / 4
  const part = line.slice(start, start + maxColumns)
  return `${start > 0 ? "…" : ""}${part}${start + maxColumns < line.length ? "…" : ""}`
}

const commonPrefix = (self: string, that: string): number => {
  let length = 0
  while (length < self.length && self[length] === that[length]) length++
  return length
}
