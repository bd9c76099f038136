type Files = Readonly<Record<string, string>>

/** How many lines stand around a change. */
const around = 3

/** How many lines are compared each with each. **Units** pairs */
const mostPairs = 4_000_000

/** How long a difference may be. **Units** characters */
const most = 8000

interface Line {
  readonly mark: " " | "-" | "+"
  readonly text: string
}

/** The lines of a text; the last one says so where it has no end. */
const linesOf = (text: string): ReadonlyArray<string> => {
  const lines = text.split("\n")
  const rest = lines.pop()!
  return rest === "" ? lines : [...lines, `${rest}\n\\ No newline at end of file`]
}

const marked = (mark: Line["mark"], lines: ReadonlyArray<string>) => lines.map((text): Line => ({ mark, text }))

/** The lines of two texts, as many as can be in common. */
const compared = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): ReadonlyArray<Line> => {
  if (a.length * b.length > mostPairs) return [...marked("-", a), ...marked("+", b)]
  const width = b.length + 1
  // how many lines the rests have in common
  const common = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j
      common[at] = a[i] === b[j] ? common[at + width + 1]! + 1 : Math.max(common[at + width]!, common[at + 1]!)
    }
  }
  const lines: Array<Line> = []
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const at = i * width + j
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ mark: " ", text: a[i]! })
      i++
      j++
    } else if (j === b.length || (i < a.length && common[at + width]! >= common[at + 1]!)) {
      lines.push({ mark: "-", text: a[i++]! })
    } else lines.push({ mark: "+", text: b[j++]! })
  }
  return lines
}

/** Where lines differ, with what stands around it: from and to. */
const rangesOf = (lines: ReadonlyArray<Line>): ReadonlyArray<readonly [from: number, to: number]> => {
  const ranges: Array<[number, number]> = []
  for (const [i, { mark }] of lines.entries()) {
    if (mark === " ") continue
    const last = ranges.at(-1)
    if (last !== undefined && i - around <= last[1]) last[1] = i + around + 1
    else ranges.push([Math.max(0, i - around), i + around + 1])
  }
  return ranges
}

/** Where a part begins and how long it is, where so many lines are before it. */
const place = (before: number, length: number) => `${length === 0 ? before : before + 1},${length}`

const withoutMark = (mark: Line["mark"], lines: ReadonlyArray<Line>) =>
  lines.filter((line) => line.mark !== mark).length

/** What is other in a text, in the unified format, cut off where it is long. */
const unified = (path: string, before: string | undefined, after: string): string => {
  const [a, b] = [linesOf(before ?? ""), linesOf(after)]
  let head = 0
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++
  let tail = 0
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const lines = [
    ...marked(" ", a.slice(0, head)),
    ...compared(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...marked(" ", a.slice(a.length - tail))
  ]
  const hunks = rangesOf(lines).flatMap(([from, to]) => {
    const [earlier, own] = [lines.slice(0, from), lines.slice(from, to)]
    const left = place(withoutMark("+", earlier), withoutMark("+", own))
    const right = place(withoutMark("-", earlier), withoutMark("-", own))
    return [`@@ -${left} +${right} @@`, ...own.map(({ mark, text }) => mark + text)]
  })
  const text = [`--- ${before === undefined ? "/dev/null" : path}`, `+++ ${path}`, ...hunks].join("\n")
  if (text.length <= most) return text
  const shown = text.slice(0, text.lastIndexOf("\n", most))
  return `${shown}\n... (${text.slice(shown.length + 1).split("\n").length} more lines)`
}

/** A file that changed, and how. */
export interface Change {
  readonly path: string
  readonly diff: string
}

/** How files became others, by path; none is lost. */
export const changes = (before: Files, after: Files): ReadonlyArray<Change> =>
  Object.keys(after)
    .filter((path) => before[path] !== after[path])
    .toSorted()
    .map((path) => ({ path, diff: unified(path, before[path], after[path]!) }))
