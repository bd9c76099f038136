import type { SourceFile } from "@stepwright/core/Workspace"
import type { Files } from "../Implementation.ts"
import type { TestGeneration } from "../TestGeneration.ts"

/** Everything that is delivered and tested, by path: code, tests, and the `__init__.py` that a folder of Python lacks. */
export const packageFiles = (code: Files, tests: TestGeneration): ReadonlyArray<SourceFile> => {
  const files = new Map(Object.entries(code))
  for (const { content, path } of tests) files.set(path, content)
  for (const path of [...files.keys()].filter((path) => path.endsWith(".py"))) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const init = `${path.slice(0, end)}/__init__.py`
      if (!files.has(init)) files.set(init, "")
    }
  }
  return [...files].map(([path, content]) => ({ path, content })).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
