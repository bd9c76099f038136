import { OutputParseError } from "@stepwright/core/OutputParser"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Result from "effect/Result"
import { problem, type Task } from "../TaskBreakdown.ts"
import { readFile, readReferences } from "./taskFields.ts"

const start = "#task start#"
const end = "#task end#"

const labels = {
  objective: { label: "Objective", description: "the goal" },
  file: { label: "File Specification", description: "`path/to/file.py`" },
  functionality: { label: "Functionality Details", description: "the behaviour" },
  integration: { label: "Integration Points", description: "what it uses and what uses it" },
  dependsOn: { label: "Depends on", description: "Task 1, Task 2", optional: true }
} as const

const fields = OutputParser.fields(labels)

const blocks = OutputParser.taggedBlocks({
  start,
  end,
  heading: /^Task\s*#?\d/i,
  example: "Task 1: Title",
  body: fields
})

type Block = OutputParser.TaggedBlock<typeof fields extends OutputParser.OutputParser<infer A> ? A : never>

const instructions = [
  "Write each task like this, and nothing before, between or after the tasks:",
  [
    "#### Task N: Title",
    start,
    ...Object.values(labels).map(({ description, label }) => `- **${label}**: ${description}`),
    end
  ].join("\n"),
  "N counts from 1. The tokens stand on lines of their own. Every task has all five fields, each once."
].join("\n\n")

const toBlock = (task: Task, heading: string, nameOf: (file: string) => string): Block => ({
  heading,
  body: {
    objective: task.objective,
    file: `\`${task.file}\``,
    functionality: task.functionality,
    integration: task.integration,
    dependsOn: task.dependsOn.length === 0 ? "none" : task.dependsOn.map(nameOf).join(", ")
  }
})

/** One task as a prompt shows it: without numbers, so that a task put in before it changes nothing. */
export const printTask = (task: Task): string =>
  blocks.print([toBlock(task, `Task: ${task.title}`, (file) => `\`${file}\``)])

/**
 * The tasks of a breakdown in the format of the founding document. `Depends on` may be left out, and names tasks by
 * number or by file; in the value it is files.
 *
 * **Fails with** what is wrong, by the task's name: a file that is no path or has two owners, a dependency that is
 * unknown, on itself or in a circle.
 */
export const taskParser: OutputParser.OutputParser<ReadonlyArray<Task>> = OutputParser.map(blocks, {
  id: "tasks@1",
  instructions,
  to: (found): Result.Result<ReadonlyArray<Task>, OutputParseError> => {
    const drafts: Array<Draft> = []
    for (const block of found) {
      const draft = read(block)
      if (Result.isFailure(draft)) return Result.fail(draft.failure)
      drafts.push(draft.success)
    }
    const files = new Map(drafts.map(({ file, number }) => [number, file]))
    const tasks: ReadonlyArray<Task> = drafts.map(({ references, ...task }) => ({
      ...task,
      // a number that no task has stays as it is, for `problem` to name
      dependsOn: [...new Set(references.map((to) => (typeof to === "string" ? to : (files.get(to) ?? `Task ${to}`))))]
    }))
    const detail = tasks.length === 0 ? "there is no task" : problem(tasks)
    return detail === undefined
      ? Result.succeed(tasks)
      : refuse("tasks that can be done in some order, one file each", tasks.map(outline).join("; "), "", detail)
  },
  from: (tasks: ReadonlyArray<Task>) => {
    const numbers = new Map(tasks.map(({ file, number }) => [file, number]))
    // a file that no task owns is no dependency: `problem` refuses it
    const nameOf = (file: string) => `Task ${numbers.get(file)!}`
    return tasks.map((task) => toBlock(task, `Task ${task.number}: ${task.title}`, nameOf))
  }
})

const outline = ({ dependsOn, file, number }: Task) =>
  `Task ${number}: ${file}${dependsOn.length === 0 ? "" : ` after ${dependsOn.join(", ")}`}`

type Draft = Omit<Task, "dependsOn"> & { readonly references: ReadonlyArray<string | number> }

const read = ({ body, heading }: Block): Result.Result<Draft, OutputParseError> => {
  const [, number, title] =
    /^Task (\d+): ([^]*)$/.exec(heading) ?? /^Task\s*#?(\d+)[\s:.)–—-]*([^]*)$/i.exec(heading) ?? []
  if (number === undefined || title === undefined || title === "") {
    return refuse("a heading such as `#### Task 1: Title`", heading, heading, "the heading has no number or no title")
  }
  const file = readFile(body.file)
  if (Result.isFailure(file)) return refuse("one path such as `shop/cart.py`", body.file, heading, file.failure)
  const references = readReferences(body.dependsOn ?? "none")
  if (references === undefined) {
    return refuse("`Task 1, Task 2` or `none`", body.dependsOn ?? "", heading, "Depends on names no tasks by number")
  }
  const { functionality, integration, objective } = body
  const empty = (["objective", "functionality", "integration"] as const).find((key) => body[key] === "")
  if (empty !== undefined) return refuse("a text in every field", "", heading, `${labels[empty].label} is empty`)
  return Result.succeed({
    number: Number(number),
    title,
    objective,
    file: file.success,
    functionality,
    integration,
    references
  })
}

const refuse = (expected: string, found: string, heading: string, detail: string) =>
  Result.fail(
    new OutputParseError({
      expected,
      found: found === "" ? "nothing" : found.slice(0, 160),
      at: heading === "" ? "" : `"${heading}"`,
      detail,
      truncated: false
    })
  )
