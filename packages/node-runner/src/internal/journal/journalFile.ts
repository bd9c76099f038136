import { Buffer } from "node:buffer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as WorkflowEvent from "@stepwright/core/WorkflowEvent"
import * as WorkflowState from "@stepwright/core/WorkflowState"
import * as checkedLines from "./checkedLines.ts"
import * as fits from "./fits.ts"

/** The name of the file in a run's folder. */
export const name = "events.jsonl"

/** The format of the file, which is not that of a state: lines with numbers and checksums, texts among them. */
export const format = 2

const Header = Schema.Struct({ _tag: Schema.Literal("Journal"), format: Schema.Int, run: Schema.String })
const decodeHeader = Schema.decodeUnknownOption(Schema.fromJsonString(Header))

/** The first line of a run's file. */
export const header = (run: string): typeof Header.Type => ({ _tag: "Journal", format, run })

/** A prompt or a reply, which comes before the event that names it. */
const Text = Schema.Struct({ hash: Schema.String, text: Schema.String })

/** A line of a run's file, by its number. */
export const line = (
  run: string,
  number: number,
  content: typeof Header.Type | typeof Text.Type | WorkflowEvent.WorkflowEvent
): string => checkedLines.print(run, number, JSON.stringify(content))

/** What is wrong with a file, and in which line. */
export interface Fault {
  readonly reason: "Unreadable" | "Foreign" | "Newer"
  readonly line: number
  readonly detail: string
}

/** A file whose lines are whole and complete. What they say is not looked at yet. */
export interface Checked {
  readonly format: 1 | 2
  readonly bytes: Buffer
  readonly events: ReadonlyArray<checkedLines.Line>
  readonly texts: ReadonlyArray<checkedLines.Line>
  /** How many lines there are, and how many bytes they take. */
  readonly lines: number
  readonly length: number
}

/** A file that is not there, or of which nothing was ever on the disk. */
const nothing = (bytes: Buffer): Checked => ({
  format,
  bytes,
  events: [],
  texts: [],
  lines: 0,
  length: 0
})

const unreadable = (line: number, detail: string): Fault => ({ reason: "Unreadable", line, detail })

const foreign = (other: string): Fault => ({
  reason: "Foreign",
  line: 1,
  detail: `it is the journal of run ${other}: what goes on from that is a run of its own, by \`fork\` or \`import\``
})

/**
 * Checks the lines of a run's file. What follows the last whole one was never on the disk, as far as anyone was told: it
 * does not count. Damage before that is a fault.
 */
export const check = (run: string, bytes: Buffer): Result.Result<Checked, Fault> => {
  const lines = checkedLines.scan(run, bytes)
  const last = lines.findLastIndex(({ number }) => number !== undefined)
  const first = Option.getOrUndefined(decodeHeader(bytes.toString("utf8", 0, lines[0]?.end ?? 0)))
  if (first !== undefined && first.format > format) return Result.fail(newer(first.format, format, 1))
  if (last === -1) return withoutChecksums(run, bytes, lines, first)
  const wrong = lines.slice(0, last + 1).find(({ line, number }) => number !== line - 1)
  if (wrong !== undefined) return Result.fail(unreadable(wrong.line, misplaced(wrong)))
  if (first?.run !== run) return Result.fail(unreadable(1, "it is not the first line of a journal"))
  const events: Array<checkedLines.Line> = []
  const texts: Array<checkedLines.Line> = []
  for (let i = 1; i <= last; i++) (isText(bytes, lines[i]!) ? texts : events).push(lines[i]!)
  return Result.succeed({ format, bytes, events, texts, lines: last + 1, length: lines[last]!.end + 1 })
}

const misplaced = ({ line, number }: checkedLines.Line): string => {
  if (number === undefined) return "it was changed: its checksum does not hold"
  return number >= line
    ? `lines are missing before it: it is number ${number}, and ${line - 1} was to follow`
    : `it stands there twice, or is out of order: it is number ${number}, and ${line - 1} was to follow`
}

/** A file of format 1, one of which nothing was ever whole, or another run's. */
const withoutChecksums = (
  run: string,
  bytes: Buffer,
  lines: ReadonlyArray<checkedLines.Line>,
  first: typeof Header.Type | undefined
): Result.Result<Checked, Fault> => {
  if (first !== undefined && checkedLines.scan(first.run, bytes)[0]?.number === 0) {
    return Result.fail(foreign(first.run))
  }
  const whole = lines.filter(({ end }) => end < bytes.length)
  if (first !== undefined || !whole.some((line) => Option.isSome(decodeJson(checkedLines.jsonOf(bytes, line))))) {
    return Result.succeed(nothing(bytes))
  }
  return Result.succeed({
    ...nothing(bytes),
    format: 1,
    events: whole,
    lines: whole.length,
    length: whole.at(-1)!.end + 1
  })
}

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const textBegin = Buffer.from('{"hash":"')

const isText = (bytes: Buffer, { start }: checkedLines.Line): boolean => checkedLines.hasAt(bytes, start, textBegin)

/** The hash of a text, in its line. */
const hashIn = (bytes: Buffer, { start }: checkedLines.Line): string => {
  const from = start + textBegin.length
  return bytes.toString("latin1", from, bytes.indexOf(quote, from))
}

/** The hashes of all texts. */
export const hashes = ({ bytes, texts }: Checked): ReadonlyArray<string> => texts.map((line) => hashIn(bytes, line))

const quote = 34

const decodeText = Schema.decodeUnknownOption(Schema.fromJsonString(Text))

const indexes = new WeakMap<Checked, ReadonlyMap<string, checkedLines.Line>>()

/** The text under a hash, if the file has it. */
export const text = (self: Checked, hash: string): string | undefined => {
  const { bytes, texts } = self
  const index = indexes.get(self) ?? new Map(texts.map((line) => [hashIn(bytes, line), line]))
  indexes.set(self, index)
  const line = index.get(hash)
  return line && Option.getOrUndefined(decodeText(checkedLines.jsonOf(bytes, line)))?.text
}

const fitsEvent = fits.make(WorkflowEvent.WorkflowEvent.ast)
const isEvent = (value: unknown): value is WorkflowEvent.WorkflowEvent => fitsEvent(value)

const parseLine = (json: string): Result.Result<unknown, { readonly message: string }> => {
  const problem = WorkflowEvent.depthProblem(json)
  return problem === undefined
    ? Result.try({ try: (): unknown => JSON.parse(json), catch: () => ({ message: "it is no JSON" }) })
    : Result.fail({ message: problem })
}

/** The event that a line has. */
export const readEvent = (json: string): Result.Result<WorkflowEvent.WorkflowEvent, { readonly message: string }> =>
  Result.flatMap(parseLine(json), (parsed) =>
    // nearly every line is as it was written, and decoding takes most of the time
    isEvent(parsed) ? Result.succeed(parsed) : WorkflowEvent.decode(parsed)
  )

const Format = Schema.Struct({ format: Schema.Int })
/** The format of a first event, or of the state that it starts from. */
const decodeFormat = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Union([Format, Schema.Struct({ state: Format })]))
)

/** The events of a run. */
export const events = (
  run: string,
  { bytes, events }: Checked
): Result.Result<ReadonlyArray<WorkflowEvent.WorkflowEvent>, Fault> => {
  const decoded: Array<WorkflowEvent.WorkflowEvent> = []
  for (const line of events) {
    const json = checkedLines.jsonOf(bytes, line)
    const event = readEvent(json)
    if (Result.isFailure(event)) return Result.fail(notRead(line.line, json, event.failure.message))
    const isFirst = decoded.length === 0
    if (isFirst !== begins(event.success)) {
      const detail = isFirst ? "no run begins with it" : "a run begins once, with its first event"
      return Result.fail(unreadable(line.line, detail))
    }
    if (begins(event.success) && event.success.run !== run) {
      return Result.fail(foreign(event.success.run))
    }
    decoded.push(event.success)
  }
  return Result.succeed(decoded)
}

type Beginning = typeof WorkflowEvent.RunInitialized.Type | typeof WorkflowEvent.RunImported.Type

const begins = (event: WorkflowEvent.WorkflowEvent): event is Beginning =>
  event._tag === "RunInitialized" || event._tag === "RunImported"

/** A line that is no event: of a later version, perhaps. */
const notRead = (line: number, json: string, detail: string): Fault => {
  const first = Option.getOrUndefined(decodeFormat(json))
  const written = first && ("state" in first ? first.state : first).format
  return written !== undefined && written > WorkflowState.format
    ? newer(written, WorkflowState.format, line)
    : unreadable(line, detail.length > most ? `${detail.slice(0, most)}…` : detail)
}

/** The most characters of what is said of a line, which may hold names of any length. */
const most = 1000

const newer = (written: number, known: number, line: number): Fault => ({
  reason: "Newer",
  line,
  detail: `it has format ${written}, this version reads up to ${known}; install a newer one`
})

/** What a file holds that counts, in the format of this version. */
export const renewed = (run: string, { bytes, events, format, length }: Checked): string =>
  format === 1
    ? [
        line(run, 0, header(run)),
        ...events.map((event, i) => checkedLines.print(run, i + 1, checkedLines.jsonOf(bytes, event)))
      ].join("")
    : bytes.toString("utf8", 0, length)
