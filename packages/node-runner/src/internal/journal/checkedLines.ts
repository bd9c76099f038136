import type { Buffer } from "node:buffer"
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
/** `,"crc":"00c0ffee"}` */
const checksumLength = 18
const numbering = /,"n":(0|[1-9]\d{0,14})$/

const seedOf = (name: string): number => crc32(`${name}\n`)

const checksum = (bytes: string | Uint8Array, seed: number): string =>
  `,"crc":"${crc32(bytes, seed).toString(16).padStart(8, "0")}"}`

/** The line for the JSON of an object that has a member, with its newline. */
export const print = (name: string, number: number, json: string): string => {
  const numbered = `${json.slice(0, -1)},"n":${number}`
  return `${numbered}${checksum(numbered, seedOf(name))}\n`
}

/** All lines of a file; a last one without its newline is not whole. */
export const scan = (name: string, bytes: Buffer): ReadonlyArray<Line> => {
  const seed = seedOf(name)
  const lines: Array<Line> = []
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(newline, start)
    const end = found === -1 ? bytes.length : found
    const numbered = found === -1 ? undefined : numberedEnd(bytes, start, end, seed)
    lines.push({ line: lines.length + 1, start, end, ...(numbered ?? { number: undefined, body: end }) })
    start = end + 1
  }
  return lines
}

/** The number of a line and where that begins, if its checksum holds. */
const numberedEnd = (bytes: Buffer, start: number, end: number, seed: number) => {
  const last = end - checksumLength
  if (last <= start) return undefined
  if (bytes.toString("latin1", last, end) !== checksum(bytes.subarray(start, last), seed)) return undefined
  const [written, number] = numbering.exec(bytes.toString("latin1", Math.max(start, last - 20), last)) ?? []
  return written === undefined ? undefined : { number: Number(number), body: last - written.length }
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
