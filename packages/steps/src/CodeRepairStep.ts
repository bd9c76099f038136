import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Edits from "@stepwright/core/Edits"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as CodeRepairPrompt from "./CodeRepairPrompt.ts"
import { Evidence, printFailures, testsOf } from "./EvidenceStep.ts"
import * as files from "./internal/files.ts"
import { codePathProblem, pathProblem } from "./internal/relativePath.ts"
import { blamedOn, Judgements } from "./JudgementStep.ts"
import { Files } from "./Project.ts"
import { Specification, toMarkdown } from "./TraceStep.ts"

export const Repair = Schema.Array(Edits.Edit)
export type Repair = typeof Repair.Type

/** What is done where nothing is to be mended. */
export const nothing = Step.effect("nothing", {
  input: Schema.Struct({}),
  output: Repair,
  run: () => Effect.succeed([])
})

export const Input = Schema.Struct({
  specification: Specification,
  evidence: Evidence,
  judgements: Judgements,
  /** The whole code, of which the evidence has a part. */
  code: Files
})

const problem = (repair: Repair, { code, evidence }: typeof Input.Type): string | undefined => {
  for (const { path } of repair) {
    const wrong = pathProblem(path)
    if (wrong !== undefined) return `"${path}" is no path for a file: ${wrong}`
    const noCode = codePathProblem(path)
    if (noCode !== undefined) return noCode
    if (Object.hasOwn(code, path) && !Object.hasOwn(evidence.code, path)) {
      return `"${path}" is none of the files that are shown`
    }
  }
  const mended = Edits.apply(code, repair)
  if (Result.isFailure(mended)) return mended.failure.message
  const isSame = Object.entries(mended.success).every(([path, text]) => code[path] === text)
  return isSame ? "the edits change nothing" : undefined
}

export const parser = OutputParser.edits

/** Mends code by edits, all of which apply, or none. */
export const step = Step.make("code-repair", {
  input: Input,
  output: Repair,
  parser,
  check: problem,
  prompt: CodeRepairPrompt.template,
  variables: ({ evidence, judgements, specification }) => {
    const failures = blamedOn(["code", "specification"], evidence, judgements)
    return {
      criteria: toMarkdown(specification),
      code: files.print(evidence.code),
      tests: files.print(testsOf(evidence, failures)),
      failures: printFailures(failures),
      example: parser.print(CodeRepairPrompt.example)
    }
  }
})
