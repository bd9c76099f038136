import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Edits from "@stepwright/core/Edits"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, interfaceToMarkdown } from "./ArchitectureDesignStep.ts"
import { Repair } from "./CodeRepairStep.ts"
import * as markdown from "./internal/markdown.ts"
import * as testNames from "./internal/testNames.ts"
import { Reached } from "./ReachStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import { SpecificationDelta } from "./SpecificationDeltaStep.ts"
import * as TestChangePrompt from "./TestChangePrompt.ts"
import { criteria, passages, straying, TestGeneration } from "./TestGenerationStep.ts"
import { Specification } from "./TraceStep.ts"

/** Tests with edits in them; a file whose tests are all taken out is gone. */
export const edited = (before: TestGeneration, edits: Repair): Result.Result<TestGeneration, Edits.EditError> => {
  const texts = Object.fromEntries(before.map(({ content, path }) => [path, content]))
  const hasTests = (text: string | undefined) => text !== undefined && testNames.of(text).length > 0
  return Result.map(Edits.apply(texts, edits), (after) =>
    Object.entries(after)
      .filter(([path, content]) => hasTests(content) || !hasTests(texts[path]))
      .map(([path, content]) => ({ path, content }))
  )
}

const decode = Schema.decodeUnknownResult(Schema.toType(TestGeneration))

/**
 * What edits of tests do that they must not: change other files, and take out or weaken tests of what is as it was. One
 * of these may well rely on what changed.
 */
export const editProblem = (
  edits: Repair,
  { reach, tests }: { readonly reach: Reached; readonly tests: TestGeneration },
  isFree: (test: testNames.Test) => boolean
): string | undefined => {
  const isThere = (path: string) => tests.some((file) => file.path === path)
  const stray = edits.find(({ path }) => isThere(path) && !reach.files.includes(path))
  if (stray !== undefined) return `"${stray.path}" is none of the files that the change can reach`
  const after = edited(tests, edits)
  if (Result.isFailure(after)) return after.failure.message
  const decoded = decode(after.success)
  if (Result.isFailure(decoded)) return decoded.failure.message
  const changed = new Set(edits.map(({ path }) => path))
  const idle = after.success.find(({ content, path }) => !isThere(path) && testNames.of(content).length === 0)
  if (idle !== undefined) return `"${idle.path}" is new, and has no test`
  for (const { content, path } of tests.filter(({ path }) => changed.has(path))) {
    const text = after.success.find((file) => file.path === path)?.content ?? ""
    const left = testNames.of(text)
    if (testNames.isMeddling(content, text, [...testNames.of(content), ...left])) {
      return `"${path}" may skip tests, or replace what they test, by what stands outside of them`
    }
    for (const test of testNames.of(content).filter((test) => !isFree(test))) {
      const one = left.find(({ fullName }) => fullName === test.fullName)
      if (one === undefined) return `the test ${test.name} is gone from "${path}", and what it checks is as it was`
      const weaker = testNames.weakening(test, one)
      if (weaker !== undefined) return `the test ${test.name} of "${path}" ${weaker}`
    }
  }
  return undefined
}

/** Whether a test is not as it was. */
export const isNew =
  (before: TestGeneration) =>
  (path: string, { fullName, source }: testNames.Test): boolean =>
    !testNames
      .of(before.find((file) => file.path === path)?.content ?? "")
      .some((test) => test.fullName === fullName && test.source === source)

export const Input = Schema.Struct({
  specification: Specification,
  design: ArchitectureDesign,
  samples: SamplesStep.Shown,
  delta: SpecificationDelta,
  reach: Reached,
  /** All tests of the specification, as they are. */
  tests: TestGeneration
})

type Input = typeof Input.Type

const problem = (edits: Repair, input: Input): string | undefined => {
  const { delta, tests } = input
  const isTouched = ({ criterion }: testNames.Test) => criterion !== undefined && delta.touched.includes(criterion)
  const found = editProblem(edits, input, isTouched)
  if (found !== undefined) return found
  const after = Result.getOrThrow(edited(tests, edits))
  const retired = after
    .flatMap(({ content }) => testNames.of(content))
    .find(({ criterion }) => delta.retired.some(({ id }) => id === criterion))
  if (retired !== undefined)
    return `the test ${retired.name} is of ${retired.criterion}, which is no longer wanted: take it out`
  return straying(after, input, isNew(tests))
}

export const parser = OutputParser.edits

/** What the prompt shows of any change of tests. */
export const variablesOf = ({
  delta,
  design,
  reach,
  samples,
  tests
}: Pick<Input, "design" | "reach" | "samples" | "tests"> & { readonly delta: { readonly text: string } }) => ({
  interface: interfaceToMarkdown(design),
  samples: SamplesStep.print(samples),
  tests:
    reach.files.length === 0
      ? "none"
      : OutputParser.files.print(tests.filter(({ path }) => reach.files.includes(path))),
  changes: delta.text,
  example: parser.print(TestChangePrompt.example)
})

const naming =
  'A test is named after its criterion, `test_r2_1_…` for R2.1. Tests of criteria marked "(assumed)" stand in files of their own, named `tests/test_assumed_<subject>.py`; all others in `tests/test_<subject>.py`.'

/** Makes the tests of a specification check what has changed in it, without a look at the code. */
export const step = Step.make("test-change", {
  input: Input,
  output: Repair,
  parser,
  check: problem,
  prompt: TestChangePrompt.template,
  variables: (input) => ({
    naming,
    source: markdown.paragraphs([criteria(input.specification), "## Passages", passages(input.specification)]),
    ...variablesOf(input)
  })
})
