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
import { byPlace } from "../../internal/files/byPlace.ts"
import * as dataText from "../../internal/files/dataText.ts"
import { isUnder } from "../../internal/files/remainder.ts"
import type { SchemaProblem } from "../../internal/files/schemaProblems.ts"
import type { Key, Problem } from "../../internal/files/yamlText.ts"
import { catalogAt } from "../start/reach.ts"
import { mendDefinition } from "./mendDefinition.ts"
import * as userModule from "./userModule.ts"

/** How large a definition may be, and the text of a prompt. **Units** bytes */
const most = 1024 ** 2

interface Read {
  readonly workflow: Workflow.Any
  readonly layer: userModule.AnyLayer
  readonly hasLayer: boolean
}

const decode = dataText.decode(WorkflowDefinition, mendDefinition)

/**
 * The workflow that a file defines, with the steps of the coding workflows and those of the module that it names. **Fails
 * with** all that is wrong with it, each with its line and column.
 */
export const load = Effect.fnUntraced(function* (
  file: string
): Effect.fn.Return<Read, CliError, FileSystem.FileSystem | Path.Path> {
  const refuse = (problems: ReadonlyArray<Problem>) => usage(dataText.inWords(file, problems), { target: file })
  const decoded = decode(yield* textFile.named(file, most))
  const {
    lost: left,
    problems,
    rest
  } = Result.isFailure(decoded) ? decoded.failure : { problems: [], lost: [], rest: decoded.success }
  if (rest === undefined) return yield* refuse(problems)
  const { placeOf, value: definition } = rest
  const found: Array<SchemaProblem> = []
  const lost = [...left]
  const ready = yield* Effect.promise(() => import("@stepwright/steps/Catalog"))
  const named = definition.catalog === undefined ? undefined : catalogAt(file, definition.catalog)
  const own = yield* Effect.result(named === undefined ? Effect.succeed(nothing) : ownCatalog(named))
  if (Result.isFailure(own)) found.push({ keys: ["catalog"], detail: own.failure })
  const prompts: Record<string, string> = {}
  for (const [name, places] of filesIn(definition)) {
    const text = yield* Effect.result(promptAt(dirname(file), name))
    if (Result.isSuccess(text)) {
      prompts[name] = text.success
      continue
    }
    for (const keys of places) found.push({ keys, detail: text.failure })
    lost.push(...places)
  }
  const { catalog, ...services } = Result.getOrElse(own, () => nothing)
  const workflow = Workflow.fromConfig(definition, {
    steps: { ...ready.catalog.steps, ...catalog.steps },
    workflows: { ...ready.catalog.workflows, ...catalog.workflows },
    schemas: { ...ready.catalog.schemas, ...catalog.schemas },
    prompts: { ...catalog.prompts, ...prompts }
  })
  // what is not there without its module is no mistake of its own
  const further = Result.isFailure(workflow) && Result.isSuccess(own) ? workflow.failure.problems : []
  const all = [
    ...problems,
    ...dataText.placed([...found, ...further.filter(({ keys }) => !isUnder(keys, lost))], placeOf)
  ]
  if (all.length > 0 || Result.isFailure(workflow)) return yield* refuse(all.toSorted(byPlace))
  return { workflow: workflow.success, ...services }
})

interface Own {
  readonly catalog: Workflow.Catalog
  readonly layer: userModule.AnyLayer
  readonly hasLayer: boolean
}

const nothing: Own = { catalog: {}, layer: Layer.empty, hasLayer: false }

/** The catalog that `STEPS.ts#NAME` stands for; without a name that which is called `catalog`. */
const ownCatalog = Effect.fnUntraced(function* ({
  module,
  name = "catalog"
}: ReturnType<typeof catalogAt>): Effect.fn.Return<Own, string, FileSystem.FileSystem | Path.Path> {
  const file = relative(".", module)
  const { exported, exports, hasLayer, layer } = yield* Effect.mapError(
    userModule.load(file, "catalog"),
    ({ message }) => message
  )
  const catalog = exports[name]
  if (catalog === undefined) return yield* Effect.fail(`${file} exports no "${name}"; it exports ${exported}`)
  const problem = problemOf(catalog)
  if (problem !== undefined) return yield* Effect.fail(`"${name}" of ${file} is no catalog: ${problem}`)
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

/** The files that prompts are to be taken from, and where they are named. */
const filesIn = (definition: WorkflowDefinition): ReadonlyMap<string, ReadonlyArray<ReadonlyArray<Key>>> => {
  const found = new Map<string, Array<ReadonlyArray<Key>>>()
  const visit = (value: unknown, keys: ReadonlyArray<Key>): void => {
    if (typeof value !== "object" || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const at = [...keys, Array.isArray(value) ? Number(key) : key]
      const isFile = "step" in value && (key === "promptFile" || key === "systemFile")
      if (isFile && typeof inner === "string") found.set(inner, [...(found.get(inner) ?? []), at])
      visit(inner, at)
    }
  }
  visit(definition.steps, ["steps"])
  return found
}

/** The text of a prompt's file. Only what is inside the folder is read. */
const promptAt = Effect.fnUntraced(function* (
  folder: string,
  name: string
): Effect.fn.Return<string, string, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const outside = `the file "${name}" is outside the definition's folder: put it there`
  if (isAbsolute(name) || name.split(/[\\/]/u).includes("..")) return yield* Effect.fail(outside)
  const file = join(folder, name)
  const [root, real] = yield* Effect.mapError(
    Effect.all([fs.realPath(folder), fs.realPath(file)]),
    () => `there is no file "${name}" beside the definition`
  )
  if (!real.startsWith(join(root, "/"))) return yield* Effect.fail(outside)
  return yield* Effect.mapError(textFile.template(file, most), ({ message }) => message)
})
