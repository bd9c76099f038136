import * as Schema from "effect/Schema"
import * as Workspace from "@stepwright/core/Workspace"

/** What is wrong with a path as the path of a file below some root; `undefined` if nothing is. */
export const pathProblem = (path: string): string | undefined => {
  if (/^[/~]|^[A-Za-z]:/.test(path)) return "it must be relative"
  if (path.includes("\\")) return "names must be joined by /"
  const names = path.split("/")
  if (names.some((name) => name === "" || name === "." || name === "..")) {
    return 'every name between slashes must be there, and none may be "." or ".."'
  }
  // the texts of steps have paths between backticks
  if (path.includes("`")) return "it may hold no backtick"
  return Workspace.refusePath(path)?.detail
}

/** A path of a file below some root, its names joined by `/`. */
export const relativePath = (description: string) =>
  Schema.String.annotate({ description }).check(
    Schema.makeFilter((path: string) => {
      const problem = pathProblem(path)
      return problem === undefined ? undefined : `"${path}" is no path for a file: ${problem}`
    })
  )

/** A path as a model may write it, with `/` between its names and no `./` before them. */
export const normalise = (path: string): string => path.replaceAll("\\", "/").replace(/^(?:\.\/+)+/, "")

/** Files that say how tests are run, and those of the report. */
const reserved = ["conftest.py", "pytest.ini", ".pytest.ini", "tox.ini", "report.md", "report.json"]

/** Modules that are run before any test, and in whose place a file at the top would be. */
const needed = ["unittest", "pytest", "_pytest"]

/** Why a file is none of the code of a project, if it is none: tests, what decides about tests, and the report. */
export const codePathProblem = (path: string): string | undefined => {
  const [first = "", ...others] = path.split("/")
  const name = others.at(-1) ?? first
  const is = (one: string) => (other: string) => Workspace.isSameName(one, other)
  if (is("tests")(first)) return `"${path}" is a test: only code is mended`
  if (reserved.some(is(name))) return `"${path}" is no file of the code: it says how tests are run, or is the report`
  if (/^test_.*\.py$|_test\.py$/i.test(name)) {
    return `"${path}" has the name of a test, and would be run as one: give it another`
  }
  return needed.some((module) => is(first)(module) || is(first)(`${module}.py`))
    ? `"${path}" would be in the place of a module that runs the tests`
    : undefined
}
