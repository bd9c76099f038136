import type { Problem } from "./recordedResult.ts"

const words: Readonly<Record<string, string>> = { failure: "failed", unsupported: "cannot run here" }

const title = ({ kind, test }: Problem): string => `${words[kind] ?? kind}: ${test}`

const indented = (text: string): ReadonlyArray<string> => text.split("\n").map((line) => `  ${line}`)

/** Each test that did not pass, with all that is known of it. */
export const whole = (problems: ReadonlyArray<Problem>): ReadonlyArray<string> =>
  problems.flatMap((problem) => [title(problem), ...indented(problem.detail.trimEnd())])

/** Where something was raised, as Python tells it: files, the code there, and what marks it. */
const frame = /^ *Traceback \(most recent call last\):\n|^ *File ".*", line \d+.*(?:\n {4}.*)*\n?/gmu

/** What a test says that did not pass, whole, without where: that of pytest is what it marks as the error. */
export const assertionOf = (detail: string): string => {
  const marked = detail.split("\n").filter((line) => /^E(?: {3}|$)/u.test(line))
  if (marked.length > 0) return marked.map((line) => line.replace(/^E {0,7}/u, "")).join("\n")
  return detail.replaceAll(frame, "").trim() || detail.trim()
}

/** How many tests are shown where they are not what one looks at, and how many lines of what each says. */
const most = { tests: 5, lines: 20 }

/** The first of the tests that did not pass, each with its assertion; of the rest how many there are, and what shows them. */
export const first = (problems: ReadonlyArray<Problem>, all: string): ReadonlyArray<string> => {
  if (problems.length === 0) return []
  const more = problems.length - most.tests
  return [
    ...problems.slice(0, most.tests).flatMap((problem) => {
      const lines = indented(assertionOf(problem.detail))
      const left = lines.length - most.lines
      return [title(problem), ...lines.slice(0, most.lines), ...(left > 0 ? [`  … and ${left} lines more`] : [])]
    }),
    `${more > 0 ? `${more} more; ` : ""}see ${problems.length === 1 ? "it" : "all of them"} whole with \`${all}\``
  ]
}
