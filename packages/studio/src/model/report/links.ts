import type { ReportedCriterion, Report, Standing } from "@stepwright/steps/ReportStep"
import type { Coverage, TestResult } from "@stepwright/core/TestRunner"
import type { Coding, Project } from "./coding.ts"

// which criteria, tests and files have to do with each other, both ways

export interface Test extends TestResult {
  /** Its name in the file that it stands in. */
  readonly label: string
  /** The criteria that it checks. */
  readonly criteria: ReadonlyArray<string>
  /** The file that it stands in, where that is known, and the line of its name. */
  readonly file: string | undefined
  readonly line: number | undefined
  /** The files that serve its criteria. */
  readonly covers: ReadonlyArray<string>
}

export interface File {
  readonly path: string
  readonly purpose: string
  readonly isTests: boolean
  /** The criteria that it serves, or that its tests check. */
  readonly criteria: ReadonlyArray<string>
  /** The tests that stand in it, or else those of its criteria. */
  readonly tests: ReadonlyArray<string>
  /** How many of its lines can run, and which did not, where that was counted. */
  readonly coverage: Coverage | undefined
}

export interface Links {
  readonly criteria: ReadonlyMap<string, ReportedCriterion>
  readonly tests: ReadonlyMap<string, Test>
  readonly files: ReadonlyMap<string, File>
}

/** The name by which a Python file is imported, `src/` being looked through as the project's folder is. */
const moduleOf = (path: string): string =>
  path
    .replace(/^src\//, "")
    .replace(/\.py$/, "")
    .replace(/\/__init__$/, "")
    .replaceAll("/", ".")

/** The full name of a test in what is reported of it, without its case, and out of what pytest and `setUpClass` say. */
const nameOf = (reported: string): string => {
  const name = reported.replace(/\[[^]*\]$/, "")
  return /\((.+)\)$/.exec(name)?.[1] ?? name
}

const within = (module: string, name: string): string =>
  name.startsWith(`${module}.`) ? name.slice(module.length + 1) : name

/** Finds the file of a test, by the longest name of a module that the name of the test begins with. */
const fileOfTest = ({ tests }: Project): ((name: string) => string | undefined) => {
  const modules = new Map([...tests].map((path) => [moduleOf(path), path]))
  return (name) => {
    for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1)) {
      const path = modules.get(name.slice(0, end)) ?? (tests.has(name) ? name : undefined)
      if (path !== undefined) return path
    }
    return undefined
  }
}

const heading = /^\s*(?:(class)|(?:async\s+)?def)\s+([\p{L}_][\p{L}\p{N}_]*)/u

/** Where the functions of a file begin, by their names, and by these after the name of their class. */
const functionsOf = (text: string): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  let around = ""
  text.split("\n").forEach((line, i) => {
    const [, isClass, name] = heading.exec(line) ?? []
    if (name === undefined) return
    if (isClass !== undefined) around = name
    else for (const key of [name, `${around}.${name}`]) if (!found.has(key)) found.set(key, i + 1)
  })
  return found
}

/** Everything that a report links, by name. */
export const of = ({ coverage = {}, project }: Coding, report: Report): Links => {
  const known = project ?? { texts: new Map<string, string>(), tests: new Set<string>() }
  const fileOf = fileOfTest(known)
  const criteria = new Map(report.criteria.map((criterion) => [criterion.id, criterion]))
  const ofTest = gathered(report.criteria.flatMap(({ id, tests }) => tests.map((test) => [test, id] as const)))
  const servedBy = gathered(report.criteria.flatMap(({ files, id }) => files.map((path) => [path, id] as const)))
  const functions = new Map([...known.tests].map((path) => [path, functionsOf(known.texts.get(path) ?? "")]))
  const lineOf = (file: string, name: string) => {
    const [own = "", around = ""] = name.split(".").toReversed()
    return functions.get(file)?.get(`${around}.${own}`) ?? functions.get(file)?.get(own)
  }
  const tests = new Map(
    report.tests.map((result): [string, Test] => {
      const name = nameOf(result.test)
      const file = fileOf(name)
      const checks = ofTest.get(result.test) ?? []
      return [
        result.test,
        {
          ...result,
          label: file === undefined ? result.test : within(moduleOf(file), result.test),
          criteria: checks,
          file,
          line: file === undefined ? undefined : lineOf(file, name),
          covers: [...new Set(checks.flatMap((id) => criteria.get(id)?.files ?? []))]
        }
      ]
    })
  )
  const inFile = gathered([...tests.values()].flatMap(({ file, test }) => (file === undefined ? [] : [[file, test]])))
  const purposes = new Map(report.files.map(({ path, purpose }) => [path, purpose]))
  const counted = new Map(Object.entries(coverage))
  const files = [...new Set([...purposes.keys(), ...known.texts.keys()])].toSorted().map((path): [string, File] => {
    const isTests = known.tests.has(path)
    const own = inFile.get(path) ?? []
    const served = isTests ? distinct(own.flatMap((test) => ofTest.get(test) ?? [])) : (servedBy.get(path) ?? [])
    return [
      path,
      {
        path,
        purpose: purposes.get(path) ?? "",
        isTests,
        criteria: served,
        tests: isTests ? own : distinct(served.flatMap((id) => criteria.get(id)?.tests ?? [])),
        coverage: counted.get(path)
      }
    ]
  })
  return { criteria, tests, files: new Map(files) }
}

const distinct = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(values)]

const gathered = (pairs: ReadonlyArray<readonly [string, string]>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const found = new Map<string, Array<string>>()
  for (const [key, value] of pairs) {
    const values = found.get(key)
    if (values === undefined) found.set(key, [value])
    else values.push(value)
  }
  return found
}

/** What is said of a criterion that stands so. */
export const standings: Readonly<Record<Standing, string>> = {
  passed: "shown to be met",
  failed: "not met",
  unproved: "not shown by its tests",
  untested: "no test"
}

/** What is said of a test that came out so. */
export const outcomes: Readonly<Record<TestResult["outcome"], string>> = {
  passed: "passed",
  failed: "failed",
  error: "error",
  skipped: "skipped",
  "expected-failure": "failed as expected",
  unsupported: "could not be run here"
}

export const isRed = ({ outcome }: Pick<TestResult, "outcome">): boolean => outcome === "failed" || outcome === "error"

/** What of each kind is not covered, or asks for somebody's eye. */
export const isOpen = {
  criterion: ({ standing }: ReportedCriterion): boolean => standing !== "passed",
  test: (test: Test): boolean => test.outcome !== "passed" || !test.asserts || test.criteria.length === 0,
  file: ({ coverage, criteria, isTests }: File): boolean =>
    coverage === undefined ? !isTests && criteria.length === 0 : coverage.missed.length > 0
}
