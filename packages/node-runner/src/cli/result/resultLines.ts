import * as format from "../base/format.ts"
import * as redTests from "./redTests.ts"
import type { Result } from "./result.ts"

/** So many notes of one kind are shown; of the rest a person is told how many there are. */
const mostOfAKind = 6

/** Notes a line each, those of a kind together. */
const noteLines = (notes: Result["notes"], all: string): ReadonlyArray<string> =>
  [...new Set(notes.map(({ kind }) => kind))].flatMap((kind) => {
    const texts = notes.filter((note) => note.kind === kind).map(({ text }) => format.oneLine(text))
    const more = texts.length - mostOfAKind
    return [
      ...texts.slice(0, mostOfAKind).map((text) => `${kind}: ${text}`),
      ...(more > 0 ? [`${kind}: ${more} more; see them with \`${all}\``] : [])
    ]
  })

/** What a person reads of a result. `again` is how the command line is called. */
export const resultLines = (self: Result, run: string, out: string, again: string): ReadonlyArray<string> => {
  const { changed, delivery, files, judged, noted, notes, red, tests } = self
  return [
    ...(files.length === 0 ? [] : [`files: ${out} (${format.count(files.length, "file")})`]),
    ...files.flatMap(({ beside, path }) =>
      beside !== undefined && changed.includes(path)
        ? [
            `  ${path} was changed by hand and left alone; its new text is in ${beside} (\`step ${run} ${delivery} --force\` overwrites it)`
          ]
        : []
    ),
    ...(tests === undefined ? [] : [`tests: ${format.tests(tests)}`]),
    ...redTests.first(red, `${again} show ${run} ${judged}`).map((line) => `  ${line}`),
    ...noteLines(notes, `${again} show ${run} ${noted}`),
    ...(changed.length === 0
      ? []
      : [
          `changed by hand: ${changed.join(", ")}${tests === undefined ? "" : `; the tests ran on the run's own version, try \`${again} verify ${out}\``}`
        ])
  ]
}
