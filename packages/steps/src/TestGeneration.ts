import * as Schema from "effect/Schema"
import { relativePath } from "./internal/relativePath.ts"

/** A file of tests, or one that tests use. */
export const TestFile = Schema.Struct({
  path: relativePath("below tests/"),
  content: Schema.String.annotate({ description: "the whole text of the file" })
})
export type TestFile = typeof TestFile.Type

const problem = (files: ReadonlyArray<TestFile>): string | undefined => {
  const paths = new Set<string>()
  for (const { path } of files) {
    if (!path.startsWith("tests/")) return `"${path}" is not below tests/`
    // a file system may not tell upper and lower case apart
    if (paths.has(path.toLowerCase())) return `"${path}" is there twice`
    paths.add(path.toLowerCase())
  }
  return files.some(({ path }) => /\/test\w*\.py$/.test(path))
    ? undefined
    : "no file is named tests/test_<subject>.py, so unittest would find no test"
}

/** The tests of a package, for Python's `unittest`. */
export const TestGeneration = Schema.Array(TestFile).check(Schema.makeFilter(problem))
export type TestGeneration = typeof TestGeneration.Type
