import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as AcceptanceTestPrompt from "./AcceptanceTestPrompt.ts"
import { ArchitectureDesign, interfaceToMarkdown } from "./ArchitectureDesignStep.ts"
import * as testNames from "./internal/testNames.ts"
import { print, Project } from "./Project.ts"
import * as SamplesStep from "./SamplesStep.ts"
import { TestGeneration, twiceProblem } from "./TestGenerationStep.ts"

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  design: ArchitectureDesign,
  samples: SamplesStep.Shown
})

/** What is wrong with tests of documents: their names, or those of the files that they are in. */
export const stray = (files: TestGeneration, { samples }: Pick<typeof Input.Type, "samples">): string | undefined => {
  const path = files.map(({ path }) => path).find((path) => !/^tests\/test_acceptance\w*\.py$/.test(path))
  if (path !== undefined) return `"${path}" is not of the form tests/test_acceptance_<subject>.py`
  const numbered = files
    .flatMap(({ content }) => testNames.of(content))
    .find(({ criterion }) => criterion !== undefined)
  if (numbered !== undefined) return `the test ${numbered.name} names a criterion, and is to quote a sentence`
  return twiceProblem(files, samples)
}

export const parser = OutputParser.files

/** Writes a second, smaller set of tests, from the documents alone: it shares no mistake of the specification. */
export const step = Step.make("acceptance-test", {
  input: Input,
  output: TestGeneration,
  parser,
  check: stray,
  prompt: AcceptanceTestPrompt.template,
  variables: ({ design, documents, samples }) => ({
    documents: print(documents),
    interface: interfaceToMarkdown(design),
    samples: SamplesStep.print(samples),
    example: parser.print(AcceptanceTestPrompt.example)
  })
})
