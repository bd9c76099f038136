import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as Workspace from "@stepwright/core/Workspace"
import { ArchitectureDesign, interfaceToMarkdown } from "./ArchitectureDesignStep.ts"
import { Mutant } from "./Attempt.ts"
import * as markdown from "./internal/markdown.ts"
import * as MutantTestPrompt from "./MutantTestPrompt.ts"
import * as SamplesStep from "./SamplesStep.ts"
import { criteria, passages, straying, TestFile } from "./TestGenerationStep.ts"
import { Specification } from "./TraceStep.ts"

/** Files of tests that are added to others, or none. */
export const More = Schema.Array(TestFile)
export type More = typeof More.Type

export const Input = Schema.Struct({
  specification: Specification,
  design: ArchitectureDesign,
  samples: SamplesStep.Shown,
  /** The paths of all files that there are. */
  taken: Schema.Array(Schema.String),
  /** Changes of the code that no test noticed. */
  survivors: Schema.Array(Mutant)
})

const problem = (files: More, input: typeof Input.Type): string | undefined => {
  for (const { path } of files) {
    if (!/^tests\/(?:.*\/)?test\w*\.py$/.test(path)) return `"${path}" is not of the form tests/test_<subject>.py`
    if (input.taken.some((other) => Workspace.isSameName(other, path))) {
      return `"${path}" is there already: tests are added in new files`
    }
  }
  return straying(files, input)
}

const change = ({ after, before, line, path, within }: Mutant): string =>
  `${path}, ${within === "" ? "" : `in ${within}, `}line ${line}\n${before}\n${after}`

export const parser = OutputParser.files

/**
 * Writes tests that notice what the tests so far did not. It adds files only. Unlike whoever wrote the others it sees
 * something of the code: the first line of each statement that was changed.
 */
export const step = Step.make("mutant-test", {
  input: Input,
  output: More,
  parser,
  check: problem,
  prompt: MutantTestPrompt.template,
  variables: ({ design, samples, specification, survivors, taken }) => ({
    criteria: criteria(specification),
    passages: passages(specification),
    interface: interfaceToMarkdown(design),
    samples: SamplesStep.print(samples),
    taken: markdown.list(taken),
    unnoticed: markdown.list(survivors.map(change)),
    example: parser.print(MutantTestPrompt.example)
  })
})
