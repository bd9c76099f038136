import { gzipSync } from "node:zlib"
import { type Held, isNeeded } from "./held.ts"
import type { Line } from "./lines.ts"
import * as words from "./words.ts"

/** How much is unpacked at once, to open a text of it. **Units** characters */
const size = 256 * 1024

export interface Block {
  /** The number of its first text. */
  readonly first: number
  readonly base64: string
}

export const pack = (text: string): string => gzipSync(text, { level: 9 }).toString("base64")

/** Lines as a file has them, in their order, less what is left out. */
const printed = (lines: ReadonlyArray<Line>, leftOut: ReadonlySet<Held>): ReadonlyArray<string> =>
  lines.map(({ held, line, without }) =>
    held !== undefined && without !== undefined && leftOut.has(held) ? without : line
  )

const blocksOf = (lines: ReadonlyArray<string>, shorten: (text: string) => string): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let [texts, first, length] = [0, 0, 0]
  let block: Array<string> = []
  const end = () => {
    if (block.length > 0) blocks.push({ first, base64: pack(shorten(block.join("\n"))) })
    first = texts
    block = []
    length = 0
  }
  for (const line of lines) {
    block.push(line)
    length += line.length
    if (!line.startsWith("e")) texts++
    if (length >= size) end()
  }
  end()
  return blocks
}

export interface Fitting {
  readonly lines: ReadonlyArray<Line>
  /** What is left out whatever its size. */
  readonly leftOut: ReadonlySet<Held>
  /** How large a file of these may be. **Units** bytes */
  readonly most: number
  readonly sizeOf: (fitted: Fitted) => number
}

export interface Fitted {
  readonly blocks: ReadonlyArray<Block>
  /** The words that are short in them. */
  readonly words: ReadonlyArray<string>
  /** What was left out besides, the largest first. */
  readonly tooLarge: ReadonlyArray<Held>
}

/** Packs lines for a file; the largest texts are left out until it is no larger than it may be. `undefined`: it is, without any. */
export const fit = ({ leftOut, lines, most, sizeOf }: Fitting): Fitted | undefined => {
  const candidates = lines
    .flatMap(({ held }) => (held === undefined || leftOut.has(held) || isNeeded(held.kind) ? [] : [held]))
    .toSorted((a, b) => a.bytes - b.bytes)
  const tooLarge: Array<Held> = []
  for (;;) {
    const own = printed(lines, new Set([...leftOut, ...tooLarge]))
    // words of what is left out are left out, too
    const frequent = words.frequent(own)
    const fitted = { blocks: blocksOf(own, words.shortener(frequent)), words: frequent, tooLarge }
    const bytes = sizeOf(fitted)
    if (bytes <= most) return fitted
    if (candidates.length === 0) return undefined
    // as much as is too much, as if all could be compressed alike
    const all = candidates.reduce((sum, one) => sum + one.bytes, 0)
    for (let over = (bytes - most) * (all / bytes); over > 0 && candidates.length > 0;) {
      const largest = candidates.pop()!
      tooLarge.push(largest)
      over -= largest.bytes
    }
  }
}
