// Reads vitest's JSON report strictly: what it cannot account for is a failure.

import { relative } from "node:path"

interface Assertion {
  readonly ancestorTitles: ReadonlyArray<string>
  readonly title: string
  readonly status: string
}

export interface Report {
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: ReadonlyArray<Assertion>
  }>
}

export interface Verdict {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly problems: ReadonlyArray<string>
}

/** `allowed` names the tests that may be skipped: `test/file.test.ts > group > title`. One that is not there is a problem. */
export const judge = (
  root: string,
  report: Report | undefined,
  exitedWell: boolean,
  allowed: ReadonlyArray<string>
): Verdict => {
  const files = (report?.testResults ?? []).map((file) => ({
    ...file,
    name: relative(root, file.name).replaceAll("\\", "/")
  }))
  const tests = files.flatMap((file) =>
    file.assertionResults.map(({ ancestorTitles, status, title }) => ({
      name: [file.name, ...ancestorTitles, title].join(" > "),
      status
    }))
  )
  const passed = tests.filter(({ status }) => status === "passed").length
  const failed = tests.filter(({ status }) => status === "failed").map(({ name }) => `failed: ${name}`)
  const broken = files
    .filter((file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"))
    .map((file) => `failed to run: ${file.name}: ${file.message}`)
  const other = tests.filter(({ status }) => status !== "passed" && status !== "failed")
  const refused = other
    .filter(({ name }) => !allowed.includes(name))
    .map(({ name, status }) => `${status}, but not listed in scripts/allowed-skips.json: ${name}`)
  const stale = allowed
    .filter((listed) => !tests.some(({ name }) => name === listed))
    .map((listed) => `listed in scripts/allowed-skips.json, but there is no such test: ${listed}`)
  const problems = [...failed, ...broken, ...refused, ...stale]
  if (passed === 0) problems.push("vitest reported no passed test")
  if (!exitedWell && problems.length === 0) problems.push("vitest failed without naming a test")
  return { passed, failed: problems.length, skipped: other.length - refused.length, problems }
}
