import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { Files } from "./ImplementationStep.ts"
import * as files from "./internal/files.ts"
import { relativePath } from "./internal/relativePath.ts"
import * as RequirementStep from "./RequirementStep.ts"
import * as TestGenerationPrompt from "./TestGenerationPrompt.ts"

/** A file of tests, or one that tests use. */
export class TestFile extends Schema.Opaque<TestFile>()(
  Schema.Struct({
    path: relativePath("below tests/"),
    content: Schema.String.annotate({ description: "the whole text of the file" })
  })
) {}

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

export const Input = Schema.Struct({
  requirement: RequirementStep.Requirement,
  /** The whole package as it was written. */
  code: Files
})

export const parser = OutputParser.files

/** Writes tests of the code against the criteria of the requirement. */
export const step = Step.make("test-generation", {
  input: Input,
  output: TestGeneration,
  parser,
  prompt: TestGenerationPrompt.template,
  variables: ({ code, requirement }) => ({
    requirement: RequirementStep.toMarkdown(requirement),
    code: files.print(code),
    example: parser.print(TestGenerationPrompt.example)
  })
})
