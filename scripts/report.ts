// Reads strictly what scripts/reporter.ts wrote down: what cannot be accounted for is a failure.

export type Line = Test | { readonly broken: string } | { readonly isWhole: true }

/** What is known of a test; the last line of an id holds. */
export interface Test {
  readonly id: string
  /** `test/file.test.ts > group > title` */
  readonly name: string
  readonly status: "running" | "passed" | "failed" | "skipped" | "pending"
  /** The tool without which it is skipped. */
  readonly needs?: string
}

export interface Verdict {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly problems: ReadonlyArray<string>
  /** Which tests were skipped, and for want of what. */
  readonly notes: ReadonlyArray<string>
}

/** The lines of a file, less one that was not written to its end. */
export const parse = (text: string): ReadonlyArray<Line> =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))

/** A test may be skipped where `isThere` does not find the tool that it needs. A run that was stopped is a failure by itself. */
export const judge = (
  lines: ReadonlyArray<Line>,
  { ok, stopped }: { readonly ok: boolean; readonly stopped: boolean },
  isThere: (tool: string) => boolean
): Verdict => {
  const byId = new Map(lines.flatMap((line) => ("id" in line ? [[line.id, line] as const] : [])))
  const tests = [...byId.values()]
  const having = (status: Test["status"]) => tests.filter((test) => test.status === status)
  const isLacking = ({ needs }: Test) => needs !== undefined && !isThere(needs)
  const skipped = having("skipped").filter(isLacking)
  const refused = having("skipped").filter((test) => !isLacking(test))
  const passed = having("passed").length
  const isWhole = lines.some((line) => "isWhole" in line)
  const running = having("running")
  const cutOff = new Set([...having("pending"), ...(isWhole ? running : [])].map(({ name }) => name.split(" > ")[0]))
  const problems = [
    ...having("failed").map(({ name }) => `failed: ${name}`),
    ...lines.flatMap((line) => ("broken" in line ? [`failed to run: ${line.broken}`] : [])),
    ...refused.map(
      ({ name, needs }) =>
        `skipped, but ${needs === undefined ? "not for want of a tool" : `${needs} is there`}: ${name}`
    ),
    ...[...cutOff].map((file) => `ended before all of its tests had: ${file}`)
  ]
  if (!stopped) {
    if (!isWhole) problems.push("vitest ended before all tests had")
    else if (passed === 0) problems.push("vitest reported no passed test")
    if (!ok && problems.length === 0) problems.push("vitest failed without naming a test")
  }
  return {
    passed,
    failed: problems.length + (stopped ? 1 : 0),
    skipped: skipped.length,
    problems: [...problems, ...running.map(({ name }) => `last heard of: ${name}`)],
    notes: skipped.map(({ name, needs }) => `skipped, there is no ${needs}: ${name}`)
  }
}
