import { Buffer } from "node:buffer"
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import * as checkedLines from "./checkedLines.ts"
import * as journalFile from "./journalFile.ts"

/** How far the file of a run was read. */
export interface Tail {
  /** Which file it was. */
  readonly file: bigint
  /** How many bytes and lines were read. */
  readonly bytes: number
  readonly lines: number
}

/** An event as its line has it. */
export interface Kept {
  readonly json: string
  /** The checksum of its line, which another event at its place has not. */
  readonly checksum: string
}

export interface Read {
  readonly tail: Tail
  /** What came since. */
  readonly events: ReadonlyArray<Kept>
  /** Whether it is another file than before, so that these are all its events. */
  readonly isAnew: boolean
}

const newline = 10
const checksumLength = 8

/**
 * Reads on in the file of a run, whoever writes to it: whole lines only. What is not as it was written is left, and read
 * no further. It throws what the system says.
 */
export const readOn = (file: string, run: string, before: Tail | undefined): Read => {
  // a pipe would be waited for
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = fstatSync(descriptor, { bigint: true })
    if (!stats.isFile()) throw new Error("it is no file")
    const { ino, size } = stats
    const isAnew = before === undefined || before.file !== ino || Number(size) < before.bytes
    const from = isAnew ? { bytes: 0, lines: 0 } : before
    const bytes = Buffer.alloc(Number(size) - from.bytes)
    const count = readSync(descriptor, bytes, 0, bytes.length, from.bytes)
    const read = bytes.subarray(0, bytes.subarray(0, count).lastIndexOf(newline) + 1)
    const events: Array<Kept> = []
    let { bytes: at, lines } = from
    for (const line of checkedLines.scan(run, read)) {
      if (line.number !== lines) break
      lines++
      at += line.end + 1 - line.start
      if (lines === 1 || journalFile.isText(read, line)) continue
      const end = line.end - 2
      const checksum = read.toString("latin1", end - checksumLength, end)
      events.push({ json: checkedLines.jsonOf(read, line), checksum })
    }
    return { tail: { file: ino, bytes: at, lines }, events, isAnew }
  } finally {
    closeSync(descriptor)
  }
}
