import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as Workspace from "@stepwright/core/Workspace"
import { ArchitectureDesign, interfaceToMarkdown } from "./ArchitectureDesignStep.ts"
import * as markdown from "./internal/markdown.ts"
import { relativePath } from "./internal/relativePath.ts"
import * as testNames from "./internal/testNames.ts"
import { requirementToMarkdown } from "./RequirementStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import * as TestGenerationPrompt from "./TestGenerationPrompt.ts"
import { criteriaOf, isAssumed, markOf, Specification } from "./TraceStep.ts"

/** A file of tests, or one that tests use. */
export class TestFile extends Schema.Opaque<TestFile>()(
  Schema.Struct({
    path: relativePath("below tests/"),
    content: Schema.String.annotate({ description: "the whole text of the file" })
  })
) {}

const problem = (files: ReadonlyArray<TestFile>): string | undefined => {
  for (const [i, { path }] of files.entries()) {
    if (!path.startsWith("tests/")) return `"${path}" is not below tests/`
    if (files.slice(0, i).some((other) => Workspace.isSameName(other.path, path))) return `"${path}" is there twice`
  }
  return files.some(({ path }) => /\/test\w*\.py$/.test(path))
    ? undefined
    : "no file is named tests/test_<subject>.py, so unittest would find no test"
}

/** The tests of a project, for Python's `unittest`. */
export const TestGeneration = Schema.Array(TestFile).check(Schema.makeFilter(problem))
export type TestGeneration = typeof TestGeneration.Type

export const Input = Schema.Struct({
  specification: Specification,
  design: ArchitectureDesign,
  samples: SamplesStep.Shown
})

/** What of tests would be in the place of something else: of a sample, or of another test of the same name. */
export const twiceProblem = (files: TestGeneration, samples: SamplesStep.Shown): string | undefined => {
  for (const { content, path } of files) {
    if (samples.some((sample) => Workspace.isSameName(sample.path, path))) {
      return `"${path}" is a sample, which is there as it is`
    }
    const names = testNames.of(content).map(({ fullName }) => fullName)
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice !== undefined) return `the test ${twice} is in "${path}" twice: the first would never run`
  }
  return undefined
}

/** What tests do not keep to, as far as they are looked at: criteria in their names, those of assumed ones apart. */
export const straying = (
  files: TestGeneration,
  { samples, specification }: Pick<typeof Input.Type, "samples" | "specification">,
  isLookedAt = (_path: string, _test: testNames.Test) => true
): string | undefined => {
  const namesake = twiceProblem(files, samples)
  if (namesake !== undefined) return namesake
  const known = new Set(criteriaOf(specification.requirement).map(({ id }) => id))
  for (const { content, path } of files) {
    if (/\/test_acceptance\w*\.py$/.test(path))
      return `"${path}" has a name of acceptance tests, which are written apart`
    const isApart = testNames.isOfAssumed(path)
    for (const { criterion, name } of testNames.of(content).filter((test) => isLookedAt(path, test))) {
      if (criterion === undefined)
        return `the test ${name} in "${path}" does not name its criterion, as test_r1_2_… does`
      if (!known.has(criterion)) return `the test ${name} in "${path}" names ${criterion}, which is no criterion`
      const isOfAssumed = isAssumed(specification, criterion)
      if (isOfAssumed && !isApart)
        return `${criterion} is assumed: ${name} belongs into a file tests/test_assumed_<subject>.py`
      if (!isOfAssumed && isApart) return `${criterion} is not assumed: ${name} does not belong into "${path}"`
    }
  }
  return undefined
}

/** What the documents say, beside the criteria that were taken from it. */
export const passages = ({ traces }: Specification): string => {
  const lines = new Map<string, Array<string>>()
  for (const [id, { sources }] of Object.entries(traces)) {
    for (const { text } of sources) lines.set(text, [...(lines.get(text) ?? []), id])
  }
  return lines.size === 0 ? "none" : markdown.list([...lines].map(([text, ids]) => `${text} (${ids.join(", ")})`))
}

/** Criteria as tests are written by. */
export const criteria = (specification: Specification): string => {
  const { assumptions, constraints, requirements } = specification.requirement
  const mark = markOf(specification)
  return markdown.paragraphs([
    ...requirements.map((requirement) => requirementToMarkdown(requirement, mark)),
    ...markdown.section("Constraints", constraints),
    ...markdown.section("Assumptions", assumptions)
  ])
}

export const parser = OutputParser.files

/** Writes tests against the criteria of a specification, without a look at the code. */
export const step = Step.make("test-generation", {
  input: Input,
  output: TestGeneration,
  parser,
  check: (files, input) => straying(files, input),
  prompt: TestGenerationPrompt.template,
  variables: ({ design, samples, specification }) => ({
    criteria: criteria(specification),
    passages: passages(specification),
    interface: interfaceToMarkdown(design),
    samples: SamplesStep.print(samples),
    example: parser.print(TestGenerationPrompt.example)
  })
})
