import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { stray } from "./AcceptanceTestStep.ts"
import { ArchitectureDesign } from "./ArchitectureDesignStep.ts"
import { Repair } from "./CodeRepairStep.ts"
import { DocumentDelta, gonePassages } from "./DocumentDeltaStep.ts"
import { cite, isQuoted, passagesOf } from "./internal/passages.ts"
import * as testNames from "./internal/testNames.ts"
import { print, Project } from "./Project.ts"
import { Reached } from "./ReachStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import { edited, editProblem, parser, variablesOf } from "./TestChangeStep.ts"
import * as TestChangePrompt from "./TestChangePrompt.ts"
import { TestGeneration } from "./TestGenerationStep.ts"

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  design: ArchitectureDesign,
  samples: SamplesStep.Shown,
  delta: DocumentDelta,
  reach: Reached,
  /** All tests of the documents, as they are. */
  tests: TestGeneration
})

const problem = (edits: Repair, input: typeof Input.Type): string | undefined => {
  const { delta, documents, tests } = input
  const gone = gonePassages(delta)
  const quotesWhatWent = ({ source }: testNames.Test) => {
    const quote = testNames.docstringOf(source)
    return quote !== undefined && isQuoted(gone, quote)
  }
  // a test of a person's own may quote nothing
  const found = editProblem(edits, input, quotesWhatWent)
  if (found !== undefined) return found
  const after = Result.getOrThrow(edited(tests, edits))
  const now = passagesOf(documents)
  const old = after
    .flatMap(({ content }) => testNames.of(content))
    .find((test) => quotesWhatWent(test) && cite(now, testNames.docstringOf(test.source)!) === undefined)
  if (old !== undefined) return `the test ${old.name} quotes a sentence that the documents do not have any more`
  return stray(after, input)
}

export { parser }

const naming =
  "The docstring of each test is the sentence, clause or table row of the documents that it checks, copied word for word; its name has no number. Files are named `tests/test_acceptance_<subject>.py`."

/** Makes the tests of documents check what has changed in them: it knows neither the specification nor the code. */
export const step = Step.make("acceptance-test-change", {
  input: Input,
  output: Repair,
  parser,
  check: problem,
  prompt: TestChangePrompt.template,
  variables: (input) => ({ naming, source: print(input.documents), ...variablesOf(input) })
})
