import * as Workspace from "@stepwright/core/Workspace"

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
  if (/^test_.*\.py$|_test\.py$/i.test(name)) return `"${path}" has the name of a test`
  return needed.some((module) => is(first)(module) || is(first)(`${module}.py`))
    ? `"${path}" would be in the place of a module that runs the tests`
    : undefined
}
