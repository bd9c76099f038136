import * as OutputParser from "@stepwright/core/OutputParser"
import type { SourceFile } from "@stepwright/core/Workspace"

type Files = Readonly<Record<string, string>>

const inOrder = (files: Iterable<readonly [path: string, content: string]>): ReadonlyArray<SourceFile> =>
  Array.from(files, ([path, content]) => ({ path, content })).toSorted((a, b) => (a.path < b.path ? -1 : 1))

/** Files as a prompt shows them, in the order of their paths. */
export const print = (files: Files): string => OutputParser.files.print(inOrder(Object.entries(files)))

/** Where tests find the modules of a project that has them below `src`. */
const findsSource = `import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "src"))
`

/** Everything that is delivered and tested, by path: code, tests, and the `__init__.py` that a folder of tests lacks. */
export const ofPackage = (code: Files, tests: ReadonlyArray<SourceFile>): ReadonlyArray<SourceFile> => {
  const files = new Map(Object.entries(code))
  for (const { content, path } of tests) files.set(path, content)
  const isBelowSource = Object.keys(code).some((path) => /^src\/.*\.py$/.test(path))
  for (const path of tests.map(({ path }) => path).filter((path) => path.endsWith(".py"))) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const init = `${path.slice(0, end)}/__init__.py`
      if (!files.has(init)) files.set(init, init === "tests/__init__.py" && isBelowSource ? findsSource : "")
    }
  }
  return inOrder(files)
}

/** The same of a project. */
export const ofProject = ({
  acceptance,
  code,
  tests
}: Readonly<Record<"tests" | "acceptance", ReadonlyArray<SourceFile>>> & { readonly code: Files }) =>
  ofPackage(code, [...tests, ...acceptance])
