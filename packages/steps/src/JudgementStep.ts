import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { Judgement } from "./Attempt.ts"
import { Evidence, type Failure, printFailures } from "./EvidenceStep.ts"
import * as files from "./internal/files.ts"
import { cite, passagesOf } from "./internal/passages.ts"
import * as testNames from "./internal/testNames.ts"
import * as JudgementPrompt from "./JudgementPrompt.ts"
import { print, Project } from "./Project.ts"
import { Specification, toMarkdown } from "./TraceStep.ts"

export { Judgement }

export const Judgements = Schema.Array(Judgement)
export type Judgements = typeof Judgements.Type

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  specification: Specification,
  evidence: Evidence
})

/** What is missing in judgements: one for each failure, and the sentence that decides it. */
const problem = (judgements: Judgements, { documents, evidence }: typeof Input.Type): string | undefined => {
  const passages = passagesOf(documents)
  for (const { test } of evidence.failures) {
    const of = judgements.filter((judgement) => judgement.test === test)
    if (of.length !== 1) return `there ${of.length === 0 ? "is no judgement" : "is more than one judgement"} of ${test}`
  }
  for (const { fault, quote, test } of judgements) {
    if (!evidence.failures.some((failure) => failure.test === test)) return `no test that failed is called ${test}`
    const isIn = (is: (file: string) => boolean) =>
      evidence.failures.some((failure) => failure.test === test && is(failure.file))
    if (fault === "test" && isIn((file) => file === ""))
      return `${test} is no test: code, specification or environment is at fault`
    // where no document decides, another reading may be as sensible
    if (fault === "test" && quote === "" && isIn(testNames.isOfAssumed)) continue
    const isQuoted = cite(passages, quote) !== undefined
    if ((fault === "test" || fault === "specification") && !isQuoted) {
      return `no document says "${quote}", which is to decide that the ${fault} of ${test} is wrong`
    }
  }
  return undefined
}

/** The failures that are blamed on something, with what is right. */
export const blamedOn = (
  blamed: ReadonlyArray<Judgement["fault"]>,
  { failures }: Evidence,
  judgements: Judgements
): ReadonlyArray<Failure> =>
  failures.flatMap((failure) =>
    judgements
      .filter(({ fault, test }) => test === failure.test && blamed.includes(fault))
      .map(({ quote, reason }) => {
        const said = quote === "" ? "" : `\nThe documents say: ${quote}`
        return { ...failure, detail: `${failure.detail.trimEnd()}\n\nRight is: ${reason}${said}` }
      })
  )

export const parser = OutputParser.json(Judgements)

/** Says of each test that failed whose fault it is, by the documents. */
export const step = Step.make("judgement", {
  input: Input,
  output: Judgements,
  parser,
  check: problem,
  prompt: JudgementPrompt.template,
  variables: ({ documents, evidence, specification }) => ({
    documents: print(documents),
    criteria: toMarkdown(specification),
    tests: files.print(evidence.tests),
    code: files.print(evidence.code),
    failures: printFailures(evidence.failures),
    example: parser.print(JudgementPrompt.example)
  })
})
