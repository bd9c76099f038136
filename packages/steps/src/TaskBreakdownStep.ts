import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { orderProblem } from "@stepwright/core/Workflow"
import * as Workspace from "@stepwright/core/Workspace"
import * as ArchitectureDesignStep from "./ArchitectureDesignStep.ts"
import { relativePath } from "./internal/relativePath.ts"
import * as markdown from "./internal/markdown.ts"
import * as taskText from "./internal/taskText.ts"
import { text } from "./internal/text.ts"
import * as TaskBreakdownPrompt from "./TaskBreakdownPrompt.ts"
import * as TraceStep from "./TraceStep.ts"

/** One piece of work: exactly one file, and which other files have to be there first. */
export class Task extends Schema.Opaque<Task>()(
  Schema.Struct({
    number: Schema.Int.annotate({ description: "1, 2, … in order" }).check(Schema.isGreaterThan(0)),
    title: text("what is made, in a few words"),
    objective: text("the goal of the task"),
    file: relativePath("the file that the task adds"),
    functionality: text("the behaviour of the code in the file"),
    integration: text("what it uses of other code, and what uses it"),
    dependsOn: Schema.Array(Schema.String).annotate({ description: "the files of the tasks that must be done before" })
  })
) {}

/** Why tasks cannot be done as they are, by name; `undefined` if they can. */
const problem = (tasks: ReadonlyArray<Task>): string | undefined => {
  const byFile = new Map<string, Task>()
  const numbers = new Map<number, Task>()
  for (const task of tasks) {
    const sameNumber = numbers.get(task.number)
    if (sameNumber !== undefined) {
      return `two tasks have the number ${task.number}: "${sameNumber.title}" and "${task.title}"`
    }
    const sameFile = [...byFile.values()].find(({ file }) => Workspace.isSameName(file, task.file))
    if (sameFile !== undefined) return `${name(sameFile)} and ${name(task)} own one file; a file belongs to one task`
    numbers.set(task.number, task)
    byFile.set(task.file, task)
  }
  const found = orderProblem(tasks.map(({ dependsOn, file }) => [file, dependsOn]))
  // whatever is found is one of the files above, each of which is there once
  const of = (file: string) => name(byFile.get(file)!)
  if (found?._tag === "Unknown") return `${of(found.name)} depends on "${found.needed}", which is no task's file`
  if (found?._tag !== "Circle") return undefined
  return found.names.length === 2
    ? `${of(found.names[0]!)} depends on itself`
    : `these tasks depend on each other in a circle: ${found.names.map(of).join(" → ")}`
}

const name = ({ file, number }: Task) => `Task ${number} ("${file}")`

/** The work in tasks of one file each, those that others depend on before them. */
export const TaskBreakdown = Schema.Array(Task).check(Schema.isMinLength(1), Schema.makeFilter(problem))
export type TaskBreakdown = typeof TaskBreakdown.Type

export const Input = Schema.Struct({
  specification: TraceStep.Specification,
  design: ArchitectureDesignStep.ArchitectureDesign
})

/** The files of a design that somebody has to write. */
const written = ({ files, modules }: ArchitectureDesignStep.ArchitectureDesign): ReadonlyArray<string> =>
  [...modules.filter((module) => !ArchitectureDesignStep.isGenerated(module)), ...files].map(({ path }) => path)

/** What tasks leave out of a design, or add to it. */
const difference = (tasks: TaskBreakdown, design: ArchitectureDesignStep.ArchitectureDesign): string | undefined => {
  const wanted = written(design)
  const missing = wanted.find((path) => !tasks.some(({ file }) => file === path))
  if (missing !== undefined) return `no task adds the file "${missing}"`
  const stray = tasks.find(({ file }) => !wanted.includes(file))
  return stray === undefined ? undefined : `${name(stray)} adds a file that is not to be written`
}

/**
 * The tasks of a breakdown in the format of the founding document. `Depends on` may be left out, and names tasks by
 * number or by file; in the value it is files.
 *
 * **Fails with** what is wrong, by the task's name: a file that is no path or has two owners, a dependency that is
 * unknown, on itself or in a circle.
 */
export const parser: OutputParser.OutputParser<TaskBreakdown> = OutputParser.map(taskText.blocks, {
  id: "tasks@1",
  instructions: taskText.instructions,
  to: (blocks) =>
    Result.flatMap(Result.all(blocks.map(taskText.read)), (drafts) => {
      const files = new Map(drafts.map(({ file, number }) => [number, file]))
      const tasks: TaskBreakdown = drafts.map(({ dependsOn, ...task }) => {
        // a number that no task has stays as it is, for `problem` to name
        const fileOf = (to: string | number) => (typeof to === "string" ? to : (files.get(to) ?? `Task ${to}`))
        return { ...task, dependsOn: [...new Set(dependsOn.map(fileOf))] }
      })
      const detail = tasks.length === 0 ? "there is no task" : problem(tasks)
      if (detail === undefined) return Result.succeed(tasks)
      const expected = "tasks that can be done in some order, one file each"
      return taskText.refuse({ expected, found: tasks.map(outline).join("; "), detail })
    }),
  from: (tasks) => {
    const numbers = new Map(tasks.map(({ file, number }) => [file, number]))
    return tasks.map((task) =>
      taskText.toBlock(`Task ${task.number}: ${task.title}`, {
        ...task,
        // a file that no task owns is no dependency: `problem` refuses it
        dependsOn: task.dependsOn.map((file) => numbers.get(file)!)
      })
    )
  }
})

const outline = ({ dependsOn, file, number }: Task) =>
  `Task ${number}: ${file}${dependsOn.length === 0 ? "" : ` after ${dependsOn.join(", ")}`}`

/** Breaks a design into tasks of one file each. */
export const step = Step.make("task-breakdown", {
  input: Input,
  output: TaskBreakdown,
  parser,
  prompt: TaskBreakdownPrompt.template,
  check: (tasks, { design }) => difference(tasks, design),
  variables: ({ design, specification }) => ({
    documentation: `${TraceStep.toMarkdown(specification)}\n\n${ArchitectureDesignStep.toMarkdown(design)}`,
    files: markdown.list(
      written(design).map((path) => `\`${path}\``),
      "  "
    ),
    example: parser.print(TaskBreakdownPrompt.example)
  })
})
