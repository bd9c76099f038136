import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Edits from "@stepwright/core/Edits"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, interfaceToMarkdown } from "./ArchitectureDesignStep.ts"
import { Repair } from "./CodeRepairStep.ts"
import { Evidence, printFailures } from "./EvidenceStep.ts"
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

const skipsIn = (text: string): number => text.match(/\bskip\w*\b|\bexpectedFailure\b|\bxfail\b/gi)?.length ?? 0

/** What a repair does to tests that it must not. */
const problem = (repair: Repair, input: typeof Input.Type): string | undefined => {
  const before = Object.fromEntries([...input.tests, ...input.acceptance].map(({ content, path }) => [path, content]))
  const wrong = wrongTests(input)
  const stray = repair.find(({ path }) => !wrong.some(({ file }) => file === path))
  if (stray !== undefined) return `"${stray.path}" is none of the files with wrong tests`
  const mended = Edits.apply(before, repair)
  if (Result.isFailure(mended)) return mended.failure.message
  for (const { path } of repair) {
    const after = testNames.of(mended.success[path]!)
    if (skipsIn(mended.success[path]!) > skipsIn(before[path]!))
      return `a test of "${path}" is skipped, or expected to fail`
    for (const test of testNames.of(before[path]!)) {
      const same = after.filter(({ fullName }) => fullName === test.fullName)
      const isWrong = wrong.some((failure) => testNames.isOf(`${moduleName(path)}.${test.fullName}`, failure.test))
      if (same.length === 0) return `the test ${test.name} is gone from "${path}"`
      if (!isWrong && !same.some(({ source }) => source === test.source)) {
        return `the test ${test.name} of "${path}" is changed, which is not wrong`
      }
      const least = testNames.assertionsIn(test.source)
      if (isWrong && !same.some(({ source }) => testNames.assertionsIn(source) >= least)) {
        return `the test ${test.name} of "${path}" asserts less than before`
      }
    }
  }
  return undefined
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
    const paths = new Set(failures.map(({ file }) => file))
    return {
      interface: interfaceToMarkdown(input.design),
      tests: files.print(Object.fromEntries(Object.entries(input.evidence.tests).filter(([path]) => paths.has(path)))),
      failures: printFailures(failures),
      example: parser.print(TestRepairPrompt.example)
    }
  }
})
