import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, isGenerated, neededBy, rulesToMarkdown, serves } from "./ArchitectureDesignStep.ts"
import * as markdown from "./internal/markdown.ts"
import { outlines } from "./internal/python/outline.ts"
import * as taskText from "./internal/taskText.ts"
import { Files } from "./Project.ts"
import { requirementToMarkdown } from "./RequirementStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import { Task } from "./TaskBreakdownStep.ts"
import { markOf, Specification } from "./TraceStep.ts"

/** All that whoever writes a file is told, in the sections of the prompt. What is common to all files stands apart. */
export class Brief extends Schema.Opaque<Brief>()(
  Schema.Struct({
    file: Schema.String,
    common: Schema.String,
    criteria: Schema.String,
    design: Schema.String,
    dependencies: Schema.String,
    samples: SamplesStep.Shown,
    task: Schema.String
  })
) {}

export const Input = Schema.Struct({
  task: Task,
  specification: Specification,
  design: ArchitectureDesign,
  samples: SamplesStep.Shown,
  /** What the task depends on, as it was written. */
  dependencies: Files
})
type Input = typeof Input.Type

const common = ({ design, samples, specification }: Input): string =>
  markdown.paragraphs([
    `# ${specification.requirement.title}\n${specification.requirement.summary}`,
    ...markdown.section("Constraints", specification.requirement.constraints),
    ...markdown.section(
      "Files",
      [...design.modules, ...design.files].map(({ path, purpose }) => `${path}: ${purpose}`)
    ),
    ...markdown.section(
      "Sample files",
      samples.map(({ path }) => path)
    ),
    ...rulesToMarkdown(design)
  ])

/** The ids that a text names, those between the ends of a range too: R1.2 to R1.4. */
const named = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\b(R\d+)(?:\.(\d+)(?:\s*(?:to|through|[–-])\s*(?:\1\.)?(\d+)\b)?)?/g)].flatMap(
    ([, requirement, first, last = first]) => {
      if (first === undefined) return [requirement!]
      const from = Number(first)
      const count = Math.min(Math.max(Number(last) - from + 1, 1), 100)
      return Array.from({ length: count }, (_, i) => `${requirement}.${from + i}`)
    }
  )

/** The criteria that a file serves, or that the design or the task names for it. */
const criteria = (input: Input): string => {
  const { specification, task } = input
  const meets = [...input.design.modules, ...input.design.files].find(({ path }) => path === task.file)?.meets ?? []
  const wanted = new Set([...meets, ...named(`${task.objective}\n${task.functionality}\n${design(input)}`)])
  const parts = specification.requirement.requirements.flatMap((requirement) => {
    const criteria = requirement.criteria.filter(({ id }) => serves([...wanted], id))
    return criteria.length === 0 ? [] : [requirementToMarkdown({ ...requirement, criteria }, markOf(specification))]
  })
  return parts.length === 0 ? "none" : markdown.paragraphs(parts)
}

/** What the design says of a file. */
const design = ({ design: { files, modules }, task }: Input): string => {
  const module = modules.find(({ path }) => path === task.file)
  if (module !== undefined) {
    const { members, purpose } = module
    return markdown.paragraphs([
      purpose,
      markdown.list(members.map(({ behaviour, signature }) => `${signature}\n${behaviour}`))
    ])
  }
  const file = files.find(({ path }) => path === task.file)
  return file === undefined ? "nothing" : `${file.purpose}\n${file.content}`
}

/** What there is to import, by file: of files that are written their signatures, of others what they offer. */
const dependencies = ({ design: { modules }, task }: Input, signatures: Readonly<Record<string, string>>): string => {
  const own = modules.find(({ path }) => path === task.file)
  const offered = modules
    .filter((module) => own !== undefined && neededBy(own).includes(module.path) && isGenerated(module))
    .map(({ path, reexports }) => [
      path,
      reexports.map(({ module, names }) => `# offers ${names.join(", ")} of ${module}`).join("\n")
    ])
  const parts = [...Object.entries(signatures), ...offered].map(
    ([path, text]) => `### ${path}\n${OutputParser.codeBlock("python").print(`${text}\n`)}`
  )
  return parts.length === 0 ? "none" : parts.join("\n\n")
}

/** What the design says of files, where no interpreter can be asked for their signatures. */
const designed = ({ dependencies, design: { modules } }: Input): Readonly<Record<string, string>> =>
  Object.fromEntries(
    modules
      .filter(({ path }) => Object.hasOwn(dependencies, path))
      .map(({ members, path }) => [path, members.map(({ signature }) => signature).join("\n")])
  )

/** Gathers what the writer of one file has to know: what it serves, and the signatures of what it depends on. */
export const step = Step.effect("brief", {
  input: Input,
  output: Brief,
  run: (input) =>
    Effect.gen(function* () {
      const { samples, task } = input
      const python = Object.fromEntries(Object.entries(input.dependencies).filter(([path]) => path.endsWith(".py")))
      const signatures = yield* Effect.catch(outlines(python), () => Effect.succeed(designed(input)))
      const own = { criteria: criteria(input), design: design(input), task: taskText.print(task) }
      const text = Object.values(own).join("\n")
      return {
        file: task.file,
        common: common(input),
        dependencies: dependencies(input, signatures),
        samples: samples.filter(({ path }) => text.includes(path) || text.includes(path.split("/").at(-1)!)),
        ...own
      }
    })
})
