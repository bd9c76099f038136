import { dirname, isAbsolute, join, relative } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import * as Workflow from "@stepwright/core/Workflow"
import { WorkflowDefinition } from "@stepwright/core/WorkflowDefinition"
import { type CliError, usage } from "../base/cliError.ts"
import * as textFile from "../base/textFile.ts"
import * as dataText from "../../internal/files/dataText.ts"
import type { SchemaProblem } from "../../internal/files/schemaProblems.ts"
import type { Key, Problem } from "../../internal/files/yamlText.ts"
import { catalogAt } from "../start/reach.ts"
import * as userModule from "./userModule.ts"

/** How large a definition may be, and the text of a prompt. **Units** bytes */
const most = 1024 ** 2

interface Read {
  readonly workflow: Workflow.Any
  readonly layer: userModule.AnyLayer
  readonly hasLayer: boolean
}

const decode = dataText.decode(WorkflowDefinition)

/**
 * The workflow that a file defines, with the steps of the coding workflows and those of the module that it names. **Fails
 * with** all that is wrong with it, each with its line and column.
 */
export const load = Effect.fnUntraced(function* (
  file: string
): Effect.fn.Return<Read, CliError, FileSystem.FileSystem | Path.Path> {
  const refuse = (problems: ReadonlyArray<Problem>) => usage(dataText.inWords(file, problems), { target: file })
  const { placeOf, value: definition } = yield* Effect.mapError(
    Effect.fromResult(decode(yield* textFile.read(file, most))),
    refuse
  )
  const refuseAt = (...problems: ReadonlyArray<SchemaProblem>) => refuse(dataText.placed(problems, placeOf))
  const ready = yield* Effect.promise(() => import("@stepwright/steps/Catalog"))
  const own =
    definition.catalog === undefined
      ? nothing
      : yield* ownCatalog(catalogAt(file, definition.catalog), (detail) => refuseAt({ keys: ["catalog"], detail }))
  const files = filesIn(definition)
  const prompts = yield* Effect.forEach(files, ({ keys, name }) =>
    Effect.map(
      promptAt(dirname(file), name, (detail) => refuseAt({ keys, detail })),
      (text) => [name, text] as const
    )
  )
  const catalog: Workflow.Catalog = {
    steps: { ...ready.catalog.steps, ...own.catalog.steps },
    workflows: { ...ready.catalog.workflows, ...own.catalog.workflows },
    schemas: { ...ready.catalog.schemas, ...own.catalog.schemas },
    prompts: { ...own.catalog.prompts, ...Object.fromEntries(prompts) }
  }
  const workflow = Workflow.fromConfig(definition, catalog)
  if (Result.isFailure(workflow)) return yield* refuseAt(...workflow.failure.problems)
  return { workflow: workflow.success, layer: own.layer, hasLayer: own.hasLayer }
})

interface Own {
  readonly catalog: Workflow.Catalog
  readonly layer: userModule.AnyLayer
  readonly hasLayer: boolean
}

const nothing: Own = { catalog: {}, layer: Layer.empty, hasLayer: false }

/** The catalog that `STEPS.ts#NAME` stands for; without a name that which is called `catalog`. */
const ownCatalog = Effect.fnUntraced(function* (
  { module, name = "catalog" }: ReturnType<typeof catalogAt>,
  refuse: (detail: string) => CliError
): Effect.fn.Return<Own, CliError, FileSystem.FileSystem | Path.Path> {
  const file = relative(".", module)
  const { exported, exports, hasLayer, layer } = yield* Effect.mapError(
    userModule.load(file, "catalog"),
    ({ message }) => refuse(message)
  )
  const catalog = exports[name]
  if (catalog === undefined) return yield* refuse(`${file} exports no "${name}"; it exports ${exported}`)
  const problem = problemOf(catalog)
  if (problem !== undefined) return yield* refuse(`"${name}" of ${file} is no catalog: ${problem}`)
  // what is in it was looked at
  return { catalog: catalog as Workflow.Catalog, layer, hasLayer }
})

const members = {
  steps: ["a step", Step.isStep],
  workflows: ["a workflow", Workflow.isWorkflow],
  schemas: ["a Schema", Schema.isSchema],
  prompts: ["a text", Predicate.isString]
} as const

/** What keeps a value from being a catalog. */
const problemOf = (value: unknown): string | undefined => {
  if (!Predicate.isReadonlyObject(value)) return "it is no record with `steps`, `workflows`, `schemas` or `prompts`"
  for (const [member, inner] of Object.entries(value)) {
    const [what, is] = Object.hasOwn(members, member) ? members[member as keyof typeof members] : []
    if (is === undefined) return `it has "${member}"; there are ${Object.keys(members).join(", ")}`
    if (!Predicate.isReadonlyObject(inner)) return `its ${member} are no record`
    const other = Object.keys(inner).find((name) => !is(inner[name]))
    if (other !== undefined) return `"${other}" among its ${member} is not ${what}`
  }
  return undefined
}

/** The files that prompts are to be taken from, each once, and where they are named. */
const filesIn = (
  definition: WorkflowDefinition
): ReadonlyArray<{ readonly name: string; readonly keys: ReadonlyArray<Key> }> => {
  const found = new Map<string, ReadonlyArray<Key>>()
  const visit = (value: unknown, keys: ReadonlyArray<Key>): void => {
    if (typeof value !== "object" || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const at = [...keys, Array.isArray(value) ? Number(key) : key]
      const isFile = "step" in value && (key === "promptFile" || key === "systemFile")
      if (isFile && typeof inner === "string" && !found.has(inner)) found.set(inner, at)
      visit(inner, at)
    }
  }
  visit(definition.steps, ["steps"])
  return Array.from(found, ([name, keys]) => ({ name, keys }))
}

/** The text of a prompt's file, without the line end that editors put at its end. Only what is inside the folder is read. */
const promptAt = Effect.fnUntraced(function* (
  folder: string,
  name: string,
  refuse: (detail: string) => CliError
): Effect.fn.Return<string, CliError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const outside = `the file "${name}" is outside the definition's folder: put it there`
  if (isAbsolute(name) || name.split(/[\\/]/u).includes("..")) return yield* refuse(outside)
  const file = join(folder, name)
  const [root, real] = yield* Effect.mapError(Effect.all([fs.realPath(folder), fs.realPath(file)]), () =>
    refuse(`there is no file "${name}" beside the definition`)
  )
  if (!real.startsWith(join(root, "/"))) return yield* refuse(outside)
  const text = yield* Effect.mapError(textFile.document(file, most), ({ message }) => refuse(message))
  return text.replace(/\n$/u, "")
})
