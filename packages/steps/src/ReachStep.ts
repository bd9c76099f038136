import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, isGenerated, serves } from "./ArchitectureDesignStep.ts"
import { isEdited } from "./AssemblyStep.ts"
import { DocumentDelta, gonePassages, newPassages } from "./DocumentDeltaStep.ts"
import { cite, isQuoted, passagesOf } from "./internal/passages.ts"
import * as testNames from "./internal/testNames.ts"
import { Files, Project } from "./Project.ts"
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

/** What a project offered, and what it offers now. */
const designs = { before: ArchitectureDesign, design: ArchitectureDesign }

const TestsInput = Schema.Struct({ ...designs, tests: TestGeneration, delta: SpecificationDelta })

const AcceptanceInput = Schema.Struct({
  ...designs,
  tests: TestGeneration,
  documents: Project.fields.documents,
  delta: DocumentDelta,
  /** Whether the specification is not as it was: other words may ask for the same. */
  isChanged: Schema.Boolean
})

/** Files that serve what changed, or of which the design says something else, and those that are new in it. */
const codeOf = ({ before: was, code, delta: { touched }, design }: typeof CodeInput.Type): Reached => {
  const isOther = isEdited(was, code)
  const partsOf = ({ files, modules }: ArchitectureDesign) => [
    ...modules.filter((module) => !isGenerated(module) || isOther(module.path)),
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

/** The words of all signatures, but for those of a letter or two, which mean anything. */
const wordsOf = ({ modules }: ArchitectureDesign): ReadonlySet<string> =>
  new Set(
    modules.flatMap(({ members }) =>
      members.flatMap(({ signature }) => signature.match(/[\p{L}_][\p{L}\p{N}_]{2,}/gu) ?? [])
    )
  )

/** Files with names that the project does not offer any more. */
const filesOfGoneNames = (
  files: TestGeneration,
  { before, design }: { readonly before: ArchitectureDesign; readonly design: ArchitectureDesign }
): ReadonlyArray<string> => {
  const now = wordsOf(design)
  const gone = new Set([...wordsOf(before)].filter((word) => !now.has(word)))
  const isOfGone = (text: string) => text.match(/[\p{L}_][\p{L}\p{N}_]*/gu)?.some((word) => gone.has(word)) === true
  return files.filter(({ content }) => isOfGone(content)).map(({ path }) => path)
}

const testsIn = (files: TestGeneration) => files.map(({ content, path }) => ({ path, tests: testNames.of(content) }))

/** Files of tests, and with them what these may import: files without tests. */
const withHelpers = (files: TestGeneration, wanted: ReadonlySet<string>, isMore: boolean): Reached => {
  const isReached = wanted.size > 0 || isMore
  const paths = testsIn(files.filter(({ content }) => content.trim() !== "")).flatMap(({ path, tests }) =>
    wanted.has(path) || tests.length === 0 ? [path] : []
  )
  return reached(isReached ? paths : [], [], isReached)
}

/** Files with tests of each criterion that changed, or else of the requirement under which it is new, or of gone names. */
const testsOf = ({ delta: { isChanged, touched }, tests, ...designs }: typeof TestsInput.Type): Reached => {
  const files = testsIn(tests)
  const filesOf = (start: string) =>
    files.flatMap(({ path, tests }) =>
      tests.some(({ criterion = "" }) => `${criterion}.`.startsWith(start)) ? [path] : []
    )
  const paths = touched.flatMap((id) => {
    const own = filesOf(`${id}.`)
    return own.length > 0 ? own : filesOf(`${id.split(".")[0]}.`)
  })
  return withHelpers(tests, new Set([...paths, ...filesOfGoneNames(tests, designs)]), isChanged)
}

/** Tells tests that quote what an edit took away, or what the documents do not say, however long since. */
export const quotesGone = ({ delta, documents }: Pick<typeof AcceptanceInput.Type, "delta" | "documents">) => {
  const [gone, now] = [gonePassages(delta), passagesOf(documents)]
  return ({ source }: testNames.Test): boolean => {
    const quote = testNames.docstringOf(source)
    return quote !== undefined && (isQuoted(gone, quote) || cite(now, quote) === undefined)
  }
}

/** Files with tests of passages that changed, or of gone names; none where other words ask for the same. */
const acceptanceOf = ({ isChanged, tests: files, ...change }: typeof AcceptanceInput.Type): Reached => {
  if (!isChanged) return reached([])
  const isGone = quotesGone(change)
  const paths = testsIn(files).flatMap(({ path, tests }) => (tests.some(isGone) ? [path] : []))
  const wanted = new Set([...paths, ...filesOfGoneNames(files, change)])
  return withHelpers(files, wanted, newPassages(change.delta).length > 0)
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
