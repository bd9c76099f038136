import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Edits from "@stepwright/core/Edits"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, toMarkdown as designToMarkdown } from "./ArchitectureDesignStep.ts"
import * as CodeChangePrompt from "./CodeChangePrompt.ts"
import { Repair } from "./CodeRepairStep.ts"
import * as files from "./internal/files.ts"
import * as markdown from "./internal/markdown.ts"
import { Files } from "./Project.ts"
import { Reached } from "./ReachStep.ts"
import { SpecificationDelta } from "./SpecificationDeltaStep.ts"
import { Specification, toMarkdown } from "./TraceStep.ts"

export const Input = Schema.Struct({
  specification: Specification,
  design: ArchitectureDesign,
  delta: SpecificationDelta,
  reach: Reached,
  /** The whole code, as it is. */
  code: Files
})

/** What edits do to files that they must not touch, or leave undone. */
const problem = (edits: Repair, { code, reach }: typeof Input.Type): string | undefined => {
  const stray = edits.find(({ path }) => !reach.files.includes(path) && !reach.newFiles.includes(path))
  if (stray !== undefined) return `"${stray.path}" is none of the files that the change can reach`
  const changed = Edits.apply(code, edits)
  if (Result.isFailure(changed)) return changed.failure.message
  const missing = reach.newFiles.find((path) => !Object.hasOwn(changed.success, path))
  return missing === undefined ? undefined : `the new file "${missing}" is not there`
}

export const parser = OutputParser.edits

/** Makes a change of the specification in the code, by edits of the files that it can reach. */
export const step = Step.make("code-change", {
  input: Input,
  output: Repair,
  parser,
  check: problem,
  prompt: CodeChangePrompt.template,
  variables: ({ code, delta, design, reach, specification }) => ({
    design: designToMarkdown(design),
    criteria: toMarkdown(specification),
    files: files.print(Object.fromEntries(reach.files.map((path) => [path, code[path] ?? ""]))),
    newFiles: reach.newFiles.length === 0 ? "none" : markdown.list(reach.newFiles),
    changes: delta.text,
    example: parser.print(CodeChangePrompt.example)
  })
})
