import { Buffer } from "node:buffer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
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

/** A file that is not there. */
export const missing: Checked = { format, bytes: Buffer.alloc(0), events: [], texts: [], lines: 0, length: 0 }

const unreadable = (line: number, detail: string): Fault => ({ reason: "Unreadable", line, detail })

const foreign = (other: string): Fault => ({
  reason: "Foreign",
  line: 1,
  detail: `it is the journal of run ${other}: what goes on from that is a run of its own, by \`fork\` or \`import\``
})

/**
 * Checks the lines of a run's file. An end that a write left which was cut off was never on the disk, as far as anyone was
 * told: it does not count. All other damage is a fault.
 */
export const check = (run: string, bytes: Buffer): Result.Result<Checked, Fault> => {
  const lines = checkedLines.scan(run, bytes)
  const last = lines.findLastIndex(({ number }) => number !== undefined)
  const first = Option.getOrUndefined(decodeHeader(bytes.toString("utf8", 0, lines[0]?.end ?? 0)))
  // where other lines are as this version writes them, so is the first, unless it was changed
  if (first !== undefined && first.format > format && (last === -1 || lines[0]?.number === 0)) {
    return Result.fail(newer(first.format, format, 1))
  }
  if (last === -1) return withoutChecksums(run, bytes, lines, first)
  const written = lines.findLastIndex((line, i) => i <= last || wasWritten(bytes, line))
  const wrong = lines.slice(0, written + 1).find(({ line, number }) => number !== line - 1)
  if (wrong !== undefined) return Result.fail(unreadable(wrong.line, misplaced(wrong)))
  if (first?.run !== run) return Result.fail(unreadable(1, "it is not the first line of a journal"))
  const events: Array<checkedLines.Line> = []
  const texts: Array<checkedLines.Line> = []
  for (let i = 1; i <= last; i++) (isText(bytes, lines[i]!) ? texts : events).push(lines[i]!)
  return Result.succeed({ format, bytes, events, texts, lines: last + 1, length: lines[last]!.end + 1 })
}

/** Whether a line was written to its end: what is cut off ends before, or has nothing in the place of what never came. */
export const wasWritten = (bytes: Buffer, { end, start }: checkedLines.Line): boolean => {
  const nothing = bytes.indexOf(0, start)
  return end < bytes.length && (nothing === -1 || nothing > end)
}

const misplaced = ({ line, number }: checkedLines.Line): string => {
  if (number === undefined) return "it was changed: its checksum does not hold"
  return number >= line
    ? `lines are missing before it: it is number ${number}, and ${line - 1} was to follow`
    : `it stands there twice, or is out of order: it is number ${number}, and ${line - 1} was to follow`
}

/** A file of format 1, another run's, or one that was changed from its beginning to its end. */
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
  const read = (line: checkedLines.Line) => decodeJson(checkedLines.jsonOf(bytes, line))
  const hasChecksum = (line: checkedLines.Line) =>
    Option.exists(read(line), (json) => Predicate.hasProperty(json, "crc"))
  // nearly every file of format 1 is read no further than its first line here
  if (bytes.includes('"crc"') && whole.some(hasChecksum)) {
    const undo = "where its ends of lines became others, as on the way through another system, bring those back"
    return Result.fail(unreadable(1, `it was changed throughout, and no checksum holds; ${undo}`))
  }
  if (!whole.some((line) => Option.isSome(read(line)))) return Result.fail(unreadable(1, "nothing in it is whole"))
  return Result.succeed({
    ...missing,
    format: 1,
    bytes,
    events: whole,
    lines: whole.length,
    length: whole.at(-1)!.end + 1
  })
}

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const textBegin = Buffer.from('{"hash":"')

/** Whether a line has a text. */
export const isText = (bytes: Buffer, { start }: checkedLines.Line): boolean =>
  checkedLines.hasAt(bytes, start, textBegin)

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

const tags = new Set<unknown>(WorkflowEvent.WorkflowEvent.members.map(({ fields }) => fields._tag.schema.literal))

/** The event that a line has. */
export const readEvent = (json: string): Result.Result<WorkflowEvent.WorkflowEvent, { readonly message: string }> =>
  Result.flatMap(parseLine(json), (parsed) => {
    // nearly every line is as it was written, and decoding takes most of the time
    if (isEvent(parsed)) return Result.succeed(parsed)
    return Predicate.hasProperty(parsed, "_tag") && !tags.has(parsed._tag)
      ? Result.fail({ message: `there is no event ${JSON.stringify(parsed._tag)}` })
      : WorkflowEvent.decode(parsed)
  })

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
    const problem = placeProblem(event.success, decoded.length === 0)
    if (problem !== undefined) return Result.fail(unreadable(line.line, problem))
    if (begins(event.success) && event.success.run !== run) return Result.fail(foreign(event.success.run))
    decoded.push(event.success)
  }
  return decoded.length === 0 ? Result.fail(unreadable(1, "no run begins in it")) : Result.succeed(decoded)
}

/** What is said of an end that does not count, where there is one. */
export const tornOf = (file: string, { bytes, length }: Checked): string | undefined =>
  bytes.length === length
    ? undefined
    : `${file}: its end was never whole, and does not count (${bytes.length - length} bytes)`

/** What keeps an event from being where it is. */
export const placeProblem = (event: WorkflowEvent.WorkflowEvent, isFirst: boolean): string | undefined => {
  if (isFirst === begins(event)) return undefined
  return isFirst ? "no run begins with it" : "a run begins once, with its first event"
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
export const renewed = (run: string, { bytes, events, format, length }: Checked): Uint8Array =>
  format === 1
    ? ofLines(
        run,
        events.map((event) => checkedLines.jsonOf(bytes, event))
      )
    : bytes.subarray(0, length)

/** A file of lines, after its first. */
export const ofLines = (run: string, lines: ReadonlyArray<string>): Buffer =>
  // a text has an end before a file has
  Buffer.concat(
    [JSON.stringify(header(run)), ...lines].map((json, number) => Buffer.from(checkedLines.print(run, number, json)))
  )
