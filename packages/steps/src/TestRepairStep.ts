import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Edits from "@stepwright/core/Edits"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, interfaceToMarkdown } from "./ArchitectureDesignStep.ts"
import { Repair } from "./CodeRepairStep.ts"
import { Evidence, printFailures, testsOf } from "./EvidenceStep.ts"
import * as files from "./internal/files.ts"
import { moduleName } from "./internal/moduleName.ts"
import * as testNames from "./internal/testNames.ts"
import { blamedOn, Judgements } from "./JudgementStep.ts"
import { TestGeneration } from "./TestGenerationStep.ts"
import * as TestRepairPrompt from "./TestRepairPrompt.ts"

export const Input = Schema.Struct({
  design: ArchitectureDesign,
  evidence: Evidence,
  judgements: Judgements,
  tests: TestGeneration,
  acceptance: TestGeneration
})

const wrongTests = ({ evidence, judgements }: Pick<typeof Input.Type, "evidence" | "judgements">) =>
  blamedOn(["test", "specification"], evidence, judgements)

/** What a repair does to tests that it must not. */
const problem = (repair: Repair, input: typeof Input.Type): string | undefined => {
  const before = Object.fromEntries([...input.tests, ...input.acceptance].map(({ content, path }) => [path, content]))
  const wrong = wrongTests(input)
  const stray = repair.find(({ path }) => !wrong.some(({ file }) => file === path))
  if (stray !== undefined) return `"${stray.path}" is none of the files with wrong tests`
  const mended = Edits.apply(before, repair)
  if (Result.isFailure(mended)) return mended.failure.message
  for (const path of new Set(repair.map(({ path }) => path))) {
    const found = changeProblem(path, before[path]!, mended.success[path]!, wrong)
    if (found !== undefined) return found
  }
  return undefined
}

/** What is wrong with the change of one file of tests, of which some are wrong. */
const changeProblem = (
  path: string,
  before: string,
  after: string,
  wrong: ReadonlyArray<{ readonly test: string }>
): string | undefined => {
  const isWrong = ({ fullName }: { readonly fullName: string }) =>
    wrong.some(({ test }) => testNames.isOf(`${moduleName(path)}.${fullName}`, test))
  const left = testNames.of(after)
  for (const test of testNames.of(before)) {
    const same = left.filter(({ fullName }) => fullName === test.fullName)
    const [one] = same
    if (one === undefined) return `the test ${test.name} is gone from "${path}"`
    if (same.length > 1) return `the test ${test.name} is in "${path}" twice`
    if (!isWrong(test) && one.source !== test.source) {
      return `the test ${test.name} of "${path}" is changed, which is not wrong`
    }
    const weaker = testNames.weakening(test, one)
    if (weaker !== undefined) return `the test ${test.name} of "${path}" ${weaker}`
  }
  // a file that cannot be read is wrong as a whole
  const isWhole = wrong.some(({ test }) => testNames.ownerOf(test) === moduleName(path))
  const rest = (text: string, tests: ReturnType<typeof testNames.of>) => testNames.restOf(text, tests.filter(isWrong))
  return isWhole || rest(before, testNames.of(before)) === rest(after, left)
    ? undefined
    : `"${path}" is changed outside of its wrong tests: only imports may be added`
}

export const parser = OutputParser.edits

/** Mends tests that contradict the documents; no test is lost, and none that is right changes. */
export const step = Step.make("test-repair", {
  input: Input,
  output: Repair,
  parser,
  check: problem,
  prompt: TestRepairPrompt.template,
  variables: (input) => {
    const failures = wrongTests(input)
    return {
      interface: interfaceToMarkdown(input.design),
      tests: files.print(testsOf(input.evidence, failures)),
      failures: printFailures(failures),
      example: parser.print(TestRepairPrompt.example)
    }
  }
})
