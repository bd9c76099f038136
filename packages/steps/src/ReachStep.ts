import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, isGenerated, serves } from "./ArchitectureDesignStep.ts"
import { DocumentDelta, gonePassages, newPassages } from "./DocumentDeltaStep.ts"
import { cite } from "./internal/passages.ts"
import * as testNames from "./internal/testNames.ts"
import { Files } from "./Project.ts"
import { SpecificationDelta } from "./SpecificationDeltaStep.ts"
import { TestGeneration } from "./TestGenerationStep.ts"

/** Files that a change can reach, and paths of those to be made; all others stay as they are. */
export const Reached = Schema.Struct({
  files: Schema.Array(Schema.String),
  newFiles: Schema.Array(Schema.String),
  isReached: Schema.Boolean
})
export type Reached = typeof Reached.Type

const CodeInput = Schema.Struct({
  code: Files,
  before: ArchitectureDesign,
  design: ArchitectureDesign,
  delta: SpecificationDelta
})

const TestsInput = Schema.Struct({ tests: TestGeneration, delta: SpecificationDelta })

const AcceptanceInput = Schema.Struct({ tests: TestGeneration, delta: DocumentDelta })

/** Files that serve what changed, or of which the design says something else, and those that are new in it. */
const codeOf = ({ before: was, code, delta: { touched }, design }: typeof CodeInput.Type): Reached => {
  const partsOf = ({ files, modules }: ArchitectureDesign) => [
    ...modules.filter((module) => !isGenerated(module)),
    ...files
  ]
  const before = new Map(partsOf(was).map((part) => [part.path, part]))
  const isReached = (part: ReturnType<typeof partsOf>[number]) => {
    const was = before.get(part.path)
    const meets = [...part.meets, ...(was?.meets ?? [])]
    return JSON.stringify(was) !== JSON.stringify(part) || touched.some((id) => serves(meets, id))
  }
  const paths = partsOf(design)
    .filter(isReached)
    .map(({ path }) => path)
  const isThere = (path: string) => Object.hasOwn(code, path)
  return reached(
    paths.filter(isThere),
    paths.filter((path) => !isThere(path))
  )
}

const reached = (files: ReadonlyArray<string>, newFiles: ReadonlyArray<string> = [], isMore = false): Reached => ({
  files,
  newFiles,
  isReached: files.length + newFiles.length > 0 || isMore
})

const filesWith = (files: TestGeneration, isWanted: (test: ReturnType<typeof testNames.of>[number]) => boolean) =>
  files.filter(({ content }) => testNames.of(content).some(isWanted)).map(({ path }) => path)

/** Files with tests of criteria that changed, or else of the requirements under which they are new. */
const testsOf = ({ delta: { isChanged, touched }, tests }: typeof TestsInput.Type): Reached => {
  const own = filesWith(tests, ({ criterion }) => criterion !== undefined && touched.includes(criterion))
  const requirements = touched.map((id) => `${id.split(".")[0]}.`)
  const near = filesWith(tests, ({ criterion = "" }) => requirements.some((id) => criterion.startsWith(id)))
  return reached(own.length > 0 ? own : near, [], isChanged)
}

/** Files with tests that quote a sentence which is not there any more. */
const acceptanceOf = ({ delta, tests }: typeof AcceptanceInput.Type): Reached => {
  const gone = gonePassages(delta)
  const isGone = ({ source }: { readonly source: string }) => {
    const quote = testNames.docstringOf(source)
    return quote !== undefined && cite(gone, quote) !== undefined
  }
  return reached(filesWith(tests, isGone), [], newPassages(delta).length > 0)
}

/** Finds the files of code that a change can reach. */
export const code = Step.effect("reach-code", {
  input: CodeInput,
  output: Reached,
  run: (input) => Effect.sync(() => codeOf(input))
})

/** Finds the files of tests that a change of the specification can reach. */
export const tests = Step.effect("reach-tests", {
  input: TestsInput,
  output: Reached,
  run: (input) => Effect.sync(() => testsOf(input))
})

/** Finds the files of tests that an edit of documents can reach. */
export const acceptance = Step.effect("reach-acceptance", {
  input: AcceptanceInput,
  output: Reached,
  run: (input) => Effect.sync(() => acceptanceOf(input))
})
