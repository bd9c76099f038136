import * as OutputParser from "@stepwright/core/OutputParser"
import type { SourceFile } from "@stepwright/core/Workspace"

type Files = Readonly<Record<string, string>>

const inOrder = (files: Iterable<readonly [path: string, content: string]>): ReadonlyArray<SourceFile> =>
  Array.from(files, ([path, content]) => ({ path, content })).toSorted((a, b) => (a.path < b.path ? -1 : 1))

/** Files as a prompt shows them, in the order of their paths. */
export const print = (files: Files): string => OutputParser.files.print(inOrder(Object.entries(files)))

/** Everything that is delivered and tested, by path: code, tests, and the `__init__.py` that a folder of Python lacks. */
export const ofPackage = (code: Files, tests: ReadonlyArray<SourceFile>): ReadonlyArray<SourceFile> => {
  const files = new Map(Object.entries(code))
  for (const { content, path } of tests) files.set(path, content)
  for (const path of [...files.keys()].filter((path) => path.endsWith(".py"))) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const init = `${path.slice(0, end)}/__init__.py`
      if (!files.has(init)) files.set(init, "")
    }
  }
  return inOrder(files)
}
