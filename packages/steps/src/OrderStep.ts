import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, isGenerated, neededBy } from "./ArchitectureDesignStep.ts"
import { TaskBreakdown } from "./TaskBreakdownStep.ts"

/** The files that have to be written before one: what it imports, or what those offer again that nobody writes. */
const writtenBefore = (design: ArchitectureDesign, file: string): ReadonlyArray<string> => {
  const modules = new Map(design.modules.map((module) => [module.path, module]))
  const found = new Set<string>()
  const follow = (path: string) => {
    for (const needed of neededBy(modules.get(path)!)) {
      if (isGenerated(modules.get(needed)!)) follow(needed)
      else found.add(needed)
    }
  }
  if (modules.has(file)) follow(file)
  return [...found]
}

export const Input = Schema.Struct({ tasks: TaskBreakdown, design: ArchitectureDesign })

/**
 * Tasks with what the design says they depend on, whatever they say themselves. A file that is not Python keeps what its
 * task says, as far as that is Python: nothing that is written depends on it.
 */
export const step = Step.effect("order", {
  input: Input,
  output: TaskBreakdown,
  run: ({ design, tasks }) =>
    Effect.sync(() => {
      const python = new Set(design.modules.map(({ path }) => path))
      return tasks.map((task) => ({
        ...task,
        dependsOn: python.has(task.file)
          ? writtenBefore(design, task.file)
          : task.dependsOn.filter((file) => python.has(file))
      }))
    })
})
