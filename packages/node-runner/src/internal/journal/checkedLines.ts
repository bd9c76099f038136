import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"

/**
 * Lines of JSON objects, each of which ends with its number and a CRC-32 over its bytes before that and the name of what
 * it belongs to: `{"a":1,"n":7,"crc":"00c0ffee"}`. So a line that was changed, lost, doubled, moved or brought from
 * elsewhere is noticed, and every tool for JSON still reads it.
 */
export interface Line {
  /** As an editor counts it. */
  readonly line: number
  /** Where it begins and ends, in bytes, without its newline. */
  readonly start: number
  readonly end: number
  /** Its number, and where that begins; none where its checksum does not hold. */
  readonly number: number | undefined
  readonly body: number
}

const newline = 10
const comma = 44
const brace = 125

/** What a line ends with after its number, with zeros for the checksum. */
const tail = Buffer.from(',"crc":"00000000"}')
const checksumAt = 8
const numbering = Buffer.from(',"n":')

const seedOf = (name: string): number => crc32(`${name}\n`)

/** The line for the JSON of an object that has a member, with its newline. */
export const print = (name: string, number: number, json: string): string => {
  const numbered = `${json.slice(0, -1)},"n":${number}`
  return `${numbered},"crc":"${crc32(numbered, seedOf(name)).toString(16).padStart(8, "0")}"}\n`
}

/** All lines of a file; a last one without its newline is not whole. */
export const scan = (name: string, bytes: Buffer): ReadonlyArray<Line> => {
  const seed = seedOf(name)
  const lines: Array<Line> = []
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(newline, start)
    const end = found === -1 ? bytes.length : found
    const body = found === -1 ? -1 : bodyOf(bytes, start, end, seed)
    const number = body === -1 ? undefined : numberAt(bytes, body + numbering.length, end - tail.length)
    lines.push({ line: lines.length + 1, start, end, number, body: number === undefined ? end : body })
    start = end + 1
  }
  return lines
}

// byte by byte, without a text for each: a long journal is read in little more than the time that its JSON takes

/** Where the number of a line begins, or -1 where its checksum does not hold. */
const bodyOf = (bytes: Buffer, start: number, end: number, seed: number): number => {
  const last = end - tail.length
  if (last <= start) return -1
  let checksum = 0
  for (let i = 0; i < tail.length; i++) {
    const byte = bytes[last + i]!
    if (i >= checksumAt && i < checksumAt + 8) checksum = checksum * 16 + digit(byte)
    else if (byte !== tail[i]) return -1
  }
  // no checksum is that of what is no digit
  if (crc32(bytes.subarray(start, last), seed) !== checksum) return -1
  let at = last
  while (at > start && bytes[at - 1]! >= 48 && bytes[at - 1]! <= 57) at--
  at -= numbering.length
  return at > start && hasAt(bytes, at, numbering) ? at : -1
}

/** Whether bytes have others at a place. */
export const hasAt = (bytes: Buffer, at: number, others: Buffer): boolean => {
  for (let i = 0; i < others.length; i++) if (bytes[at + i] !== others[i]) return false
  return true
}

const digit = (byte: number): number =>
  byte >= 48 && byte <= 57 ? byte - 48 : byte >= 97 && byte <= 102 ? byte - 87 : Number.NaN

const numberAt = (bytes: Buffer, from: number, to: number): number | undefined => {
  let number = 0
  for (let i = from; i < to; i++) number = number * 10 + digit(bytes[i]!)
  return to > from && Number.isSafeInteger(number) ? number : undefined
}

/** The JSON of a line, as it was given. */
export const jsonOf = (bytes: Buffer, { body, end, number, start }: Line): string => {
  if (number === undefined) return bytes.toString("utf8", start, end)
  // in place of what is cut off, which would copy the text once more; the bytes are the reader's own
  bytes[body] = brace
  const json = bytes.toString("utf8", start, body + 1)
  bytes[body] = comma
  return json
}
