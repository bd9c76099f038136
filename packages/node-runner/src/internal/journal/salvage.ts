import type { Buffer } from "node:buffer"
import * as Result from "effect/Result"
import * as checkedLines from "./checkedLines.ts"
import { isText, placeProblem, readEvent, wasWritten } from "./journalFile.ts"

/** What is left of a damaged file, and what is not. */
export interface Salvage {
  /** Whether the checksum of any line holds. */
  readonly isChecked: boolean
  /** Whether the event is there with which the run began. */
  readonly isBegun: boolean
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
  const whole = lines.filter(isWhole).toSorted((a, b) => (a.number ?? a.line) - (b.number ?? b.line))
  const damaged = lines.filter((line, i) => !isWhole(line) && (i < last || wasWritten(bytes, line)))
  const numbers = new Set(whole.map(({ number }) => number))
  const missing = isChecked ? Math.max(...whole.map(({ number = 0 }) => number)) + 1 - numbers.size - damaged.length : 0
  const kept: Array<string> = []
  const lost: Array<Lost> = damaged
    .map((line) => ({ line: line.line, what: seenIn(checkedLines.jsonOf(bytes, line)) }))
    // what the first line of a file says is known without it
    .filter(({ what }) => what !== "Journal")
  let isBegun = false
  let before: string | undefined
  for (const line of whole) {
    const json = checkedLines.jsonOf(bytes, line)
    // the first of a file, and one that stands there twice
    if (line.number === 0 || (isChecked && json === before)) continue
    before = json
    const isOfText = isText(bytes, line)
    const problem: string | undefined = isOfText ? undefined : eventProblem(json, !isBegun)
    if (problem === undefined) kept.push(json)
    else lost.push({ line: line.line, what: `${seenIn(json)}: ${problem}` })
    isBegun ||= problem === undefined && !isOfText
  }
  if (missing > 0) lost.push({ what: missing === 1 ? "a line that is missing" : `${missing} lines that are missing` })
  return { isBegun, isChecked, kept, lost: lost.toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity)) }
}

const isEvent = (json: string) => Result.isSuccess(readEvent(json))

/** What keeps a line whose checksum holds from being an event of its run. */
const eventProblem = (json: string, isFirst: boolean): string | undefined => {
  const event = readEvent(json)
  return Result.isFailure(event) ? event.failure.message : placeProblem(event.success, isFirst)
}

/** What can still be read of a line. */
const seenIn = (text: string): string => {
  const [, tag] = /"_tag":"(\w+)"/u.exec(text) ?? []
  const [, path] = /"path":"([^"\\]+)"/u.exec(text) ?? []
  if (tag === undefined) return text.includes('"hash":"') ? "a prompt or a reply" : "what cannot be read"
  return path === undefined ? tag : `${tag} of ${path}`
}
