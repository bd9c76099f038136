import { orderProblem } from "@stepwright/core/Workflow"
import * as Schema from "effect/Schema"
import { relativePath } from "./internal/relativePath.ts"
import { text } from "./internal/text.ts"

/** One piece of work: exactly one file, and which other files have to be there first. */
export const Task = Schema.Struct({
  number: Schema.Int.annotate({ description: "1, 2, … in order" }).check(Schema.isGreaterThan(0)),
  title: text("what is made, in a few words"),
  objective: text("the goal of the task"),
  file: relativePath("the file that the task adds"),
  functionality: text("the behaviour of the code in the file"),
  integration: text("what it uses of other code, and what uses it"),
  dependsOn: Schema.Array(Schema.String).annotate({ description: "the files of the tasks that must be done before" })
})
export type Task = typeof Task.Type

/** Why tasks cannot be done as they are, by name; `undefined` if they can. */
export const problem = (tasks: ReadonlyArray<Task>): string | undefined => {
  const byFile = new Map<string, Task>()
  const names = new Map<string | number, Task>()
  for (const task of tasks) {
    const sameNumber = names.get(task.number)
    if (sameNumber !== undefined) {
      return `two tasks have the number ${task.number}: "${sameNumber.title}" and "${task.title}"`
    }
    // a file system may not tell upper and lower case apart
    const sameFile = names.get(task.file.toLowerCase())
    if (sameFile !== undefined) return `${name(sameFile)} and ${name(task)} own one file; a file belongs to one task`
    names.set(task.number, task).set(task.file.toLowerCase(), task)
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
