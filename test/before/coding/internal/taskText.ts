import * as Result from "effect/Result"
import * as OutputParser from "@stepwright/core/OutputParser"
import { normalise, pathProblem } from "./relativePath.ts"

/** What stands under one label, and how it becomes a value and back. */
interface Field<A> {
  readonly label: string
  /** What stands for the value in the instructions. */
  readonly description: string
  /** What should stand there where `read` says what is wrong with it. */
  readonly expected: string
  readonly read: (text: string) => Result.Result<A, string>
  readonly print: (value: A) => string
}

/** Another task, by its number or its file. */
type Reference = string | number

const said = (label: string, description: string): Field<string> => ({
  label,
  description,
  expected: "a text in every field",
  read: Result.succeed,
  print: (text) => text
})

const file: Field<string> = {
  label: "File Specification",
  description: "`path/to/file.py`",
  expected: "one path such as `shop/cart.py`",
  read: (text) => readFile(text),
  print: (file) => `\`${file}\``
}

const dependsOn: Field<ReadonlyArray<Reference>> & { readonly optional: true } = {
  label: "Depends on",
  description: "Task 1, Task 2",
  optional: true,
  expected: "`Task 1, Task 2` or `none`",
  read: (text) => readReferences(text),
  print: (references) =>
    references.length === 0
      ? "none"
      : references.map((to) => (typeof to === "string" ? `\`${to}\`` : `Task ${to}`)).join(", ")
}

/** The fields of a task by their names in its Schema, in the order in which they are printed. */
const fields = {
  objective: said("Objective", "the goal"),
  file,
  functionality: said("Functionality Details", "the behaviour"),
  integration: said("Integration Points", "what it uses and what uses it"),
  dependsOn
}

type Values = {
  readonly [K in keyof typeof fields]: (typeof fields)[K] extends Field<infer A> ? A : never
}

/** A task as a text has it. */
interface Draft extends Values {
  readonly number: number
  readonly title: string
}

type Block = OutputParser.TaggedBlock<OutputParser.FieldsOf<typeof fields>>

// all that is ever given to a field's `print` is what its `read` gave, or a task's value under the same name
const rows = Object.entries(fields) as ReadonlyArray<[keyof Values, Field<unknown>]>

const start = "#task start#"
const end = "#task end#"

export const blocks = OutputParser.taggedBlocks({
  start,
  end,
  heading: /^Task\s*#?\d/i,
  example: "Task 1: Title",
  body: OutputParser.fields(fields)
})

const inWords = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

export const instructions = [
  "Write each task like this, and nothing before, between or after the tasks:",
  [
    "#### Task N: Title",
    start,
    ...rows.map(([, { description, label }]) => `- **${label}**: ${description}`),
    end
  ].join("\n"),
  `N counts from 1. The tokens stand on lines of their own. Every task has all ${inWords[rows.length]} fields, each once.`
].join("\n\n")

export const toBlock = (heading: string, values: Values): Block => ({
  heading,
  // a text under each key of the fields
  body: Object.fromEntries(rows.map(([key, { print }]) => [key, print(values[key])])) as Block["body"]
})

/** One task as a prompt shows it: without numbers, so that a task put in before it changes nothing. */
export const print = (task: Values & { readonly title: string }): string =>
  blocks.print([toBlock(`Task: ${task.title}`, task)])

/** What a block says, or the first thing wrong with it: in the heading, in a field, then fields without text. */
export const read = ({ body, heading }: Block): Result.Result<Draft, OutputParser.OutputParseError> => {
  const [, number, title] =
    /^Task (\d+): ([^]*)$/.exec(heading) ?? /^Task\s*#?(\d+)[\s:.)–—-]*([^]*)$/i.exec(heading) ?? []
  if (number === undefined || title === undefined || title === "") {
    const detail = "the heading has no number or no title"
    return refuse({ expected: "a heading such as `#### Task 1: Title`", found: heading, heading, detail })
  }
  const values: Partial<Record<keyof Values, unknown>> = {}
  for (const [key, { expected, read }] of rows) {
    const found = body[key] ?? ""
    const value = read(found)
    if (Result.isFailure(value)) return refuse({ expected, found, heading, detail: value.failure })
    values[key] = value.success
  }
  const empty = rows.find(([key]) => values[key] === "")?.[1]
  if (empty !== undefined) {
    return refuse({ expected: empty.expected, found: "", heading, detail: `${empty.label} is empty` })
  }
  // under each key is what its field read
  return Result.succeed({ number: Number(number), title, ...(values as Values) })
}

/** The one path that a File Specification names, or what is wrong with it. */
const readFile = (text: string): Result.Result<string, string> => {
  const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span!.trim())
  const words = text.split(/[\s,;]+/).map((word) => word.replace(/^[*"'(<]+|[*"')>:.]+$/g, ""))
  const named = (spans.length > 0 ? spans : words).filter(looksLikePath)
  const paths = new Set((named.length > 0 ? named : [spans[0] ?? text.trim()]).map(normalise))
  const [path = "", ...others] = paths
  if (others.length > 0) return Result.fail(`a task adds one file, and this names ${paths.size}`)
  const problem = pathProblem(path)
  return problem === undefined ? Result.succeed(path) : Result.fail(`"${path}" is no path for a file: ${problem}`)
}

const looksLikePath = (text: string) => /[\\/]|\.(?:pyi?|md|toml|txt|cfg|ini|json|ya?ml|csv)$/i.test(text)

/** The tasks that a Depends on names, by number or by file. */
const readReferences = (text: string): Result.Result<ReadonlyArray<Reference>, string> => {
  const plain = text
    .replace(/[`*]/g, "")
    .replace(/\([^()]*\)/g, " ")
    .trim()
  if (/^(?:none|nothing|n\/a|no (?:other )?(?:tasks?|dependenc\w*))\b|^[-–—.]?$/i.test(plain)) return Result.succeed([])
  if (/^(?:\d+|tasks?|and|to|through|[#,;&.\s–—-])+$/i.test(plain) && /\d/.test(plain)) {
    return Result.succeed(numbers(plain))
  }
  const labelled = [...plain.matchAll(/\btask\s*#?(\d+)/gi)].map(([, number]) => Number(number))
  if (labelled.length > 0) return Result.succeed(labelled)
  const files = plain.split(/[,;\n]|\sand\s/).map((part) => normalise(part.trim()))
  return files.every((file) => looksLikePath(file) && pathProblem(file) === undefined)
    ? Result.succeed(files)
    : Result.fail("Depends on names no tasks by number")
}

const numbers = (text: string): ReadonlyArray<number> =>
  [...text.matchAll(/(\d+)(?:\s*(?:[–—-]|to|through)\s*(?:tasks?\s*)?#?(\d+))?/gi)].flatMap(([, first, last]) => {
    const from = Number(first)
    const to = Number(last ?? first)
    return Array.from({ length: Math.min(Math.max(to - from + 1, 1), 1000) }, (_, i) => from + i)
  })

/** An error in a task, or in how tasks go together where there is no `heading`. */
export const refuse = (fault: {
  readonly expected: string
  readonly found: string
  readonly detail: string
  readonly heading?: string
}) => {
  const { detail, expected, found, heading = "" } = fault
  return Result.fail(
    new OutputParser.OutputParseError({
      expected,
      found: found === "" ? "nothing" : found.slice(0, 160),
      place: heading === "" ? "" : `"${heading}"`,
      detail,
      truncated: false
    })
  )
}
