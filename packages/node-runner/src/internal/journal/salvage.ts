import type { Buffer } from "node:buffer"
import * as Result from "effect/Result"
import * as checkedLines from "./checkedLines.ts"
import { readEvent } from "./journalFile.ts"

/** What is left of a damaged file, and what is not. */
export interface Salvage {
  /** JSON of the lines that are whole, in order, but for the first of a file. */
  readonly kept: ReadonlyArray<string>
  readonly lost: ReadonlyArray<Lost>
}

export interface Lost {
  /** Where it was; `undefined` for what is missing altogether. */
  readonly line?: number
  readonly what: string
}

/** Takes what is whole out of a file, whatever is between. */
export const salvage = (run: string, bytes: Buffer): Salvage => {
  const lines = checkedLines.scan(run, bytes)
  const isChecked = lines.some(({ number }) => number !== undefined)
  const isWhole = (line: checkedLines.Line) =>
    isChecked ? line.number !== undefined : isEvent(checkedLines.jsonOf(bytes, line))
  const last = lines.findLastIndex(isWhole)
  const whole = lines.filter(isWhole)
  const damaged = lines.slice(0, last).filter((line) => !isWhole(line))
  const numbers = new Set(whole.map(({ number }) => number))
  const missing = isChecked ? Math.max(...whole.map(({ number = 0 }) => number)) + 1 - numbers.size - damaged.length : 0
  const kept = whole
    .toSorted((a, b) => (a.number ?? a.line) - (b.number ?? b.line))
    .flatMap((line) => (line.number === 0 ? [] : [checkedLines.jsonOf(bytes, line)]))
  return {
    // one that stands there twice
    kept: kept.filter((json, i) => !isChecked || json !== kept[i - 1]),
    lost: [
      ...damaged.map((line) => ({ line: line.line, what: seenIn(checkedLines.jsonOf(bytes, line)) })),
      ...(missing > 0 ? [{ what: missing === 1 ? "a line that is missing" : `${missing} lines that are missing` }] : [])
    ]
  }
}

const isEvent = (json: string) => Result.isSuccess(readEvent(json))

/** What can still be read of a line. */
const seenIn = (text: string): string => {
  const [, tag] = /"_tag":"(\w+)"/u.exec(text) ?? []
  const [, path] = /"path":"([^"\\]+)"/u.exec(text) ?? []
  if (tag === undefined) return text.includes('"hash":"') ? "a prompt or a reply" : "what cannot be read"
  return path === undefined ? tag : `${tag} of ${path}`
}
