import { relative } from "node:path"
import { pathToFileURL } from "node:url"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import * as Workflow from "@stepwright/core/Workflow"
import { describeError } from "@stepwright/core/WorkflowError"
import { type CliError, configuration, usage } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import { lineOf, packageOf } from "../start/packages.ts"
import { placeOf } from "./placeOf.ts"
import { installFallback } from "./resolveFallback.ts"
import { watched } from "./watched.ts"

/** A workflow of whatever types. What its steps need is looked for when they run. */
export type AnyWorkflow = Workflow.Workflow<unknown, unknown, unknown, never>

/** Services that a module brings along for its steps. */
export type AnyLayer = Layer.Layer<never, unknown, never>

export interface Loaded {
  readonly workflow: AnyWorkflow
  readonly layer: AnyLayer
  /** Whether `layer` may provide a model. */
  readonly hasLayer: boolean
  /** The module it was exported from and its name there, unless it is the ready one. */
  readonly module?: string
  readonly name?: string
  /** The program whose own workflow it is. */
  readonly program?: string
}

/** The workflow of a program that called `NodeRunner.main`; `undefined` in the command `stepwright`. */
export const Bound = Context.Reference<Loaded | undefined>("@stepwright/node-runner/Bound", {
  defaultValue: () => undefined
})

/** What a person types to call the command line again, for a run of any workflow. */
export const command = Effect.map(Bound, (bound) => calling(bound?.program))

/** The same for a run that may be one of a program of its own, which this is not. */
export const commandOf = (settings: { readonly program?: string } | undefined) =>
  Effect.map(Bound, (bound) => calling(bound === undefined ? settings?.program : bound.program))

const calling = (program: string | undefined) => (program === undefined ? "stepwright" : `node ${program}`)

// the types of a workflow that comes from a module at run time cannot be known; its Schemas check what goes in and out
export const forget = (workflow: Workflow.Any) => workflow as unknown as AnyWorkflow

/** Where to find a workflow again: with paths that still lead there when the folder is moved as a whole. */
export const reference = Effect.fnUntraced(function* ({ module, name, program }: Loaded) {
  const path = yield* Path.Path
  const portable = (absolute: string) => {
    const relative = path.relative(".", absolute)
    return relative.startsWith("..") ? absolute : relative
  }
  return {
    ...(module === undefined ? {} : { module: portable(module) }),
    ...(name === undefined ? {} : { name }),
    ...(program === undefined ? {} : { program: portable(program) })
  }
})

/** The workflow that turns requirement documents into a tested package, or that of another name that comes with it. */
export const ready = (name?: string): Effect.Effect<Loaded> => {
  const workflow: Effect.Effect<Workflow.Any> =
    name === "change"
      ? Effect.map(
          Effect.promise(() => import("@stepwright/steps/ChangeWorkflow")),
          ({ workflow }) => workflow
        )
      : Effect.map(
          Effect.promise(() => import("@stepwright/steps/AutomatedCodingWorkflow")),
          ({ workflow }) => workflow
        )
  return Effect.map(workflow, (workflow) => ({ workflow: forget(workflow), layer: Layer.empty, hasLayer: false }))
}

/** The workflow that `M.ts#name` stands for; the name may be left out where the module exports only one. */
export const load = Effect.fnUntraced(function* (
  reference: string
): Effect.fn.Return<Loaded, CliError, FileSystem.FileSystem | Path.Path> {
  const at = reference.lastIndexOf("#")
  const file = at < 0 ? reference : reference.slice(0, at)
  const wanted = at < 0 ? undefined : reference.slice(at + 1)
  if (file === "") {
    return yield* usage("--workflow names no module", { target: "--workflow", fix: "write it as M.ts#NAME" })
  }
  const absolute = (yield* Path.Path).resolve(file)
  const fs = yield* FileSystem.FileSystem
  const found = yield* Effect.orElseSucceed(fs.stat(absolute), () => undefined)
  if (found === undefined) {
    const fix = "name a module that is there"
    return yield* usage(`there is no file ${file} to take the workflow from`, { target: file, fix })
  }
  if (found.type === "Directory") {
    return yield* usage(`${file} is a folder`, { target: file, fix: "name a module in it, as M.ts#NAME" })
  }
  const own = packageOf("effect", import.meta.url)
  const brought = packageOf("effect", pathToFileURL(absolute).href)
  if (own !== undefined && brought !== undefined && lineOf(own) !== lineOf(brought)) {
    const fix = `install effect@~${own.version} there`
    return yield* configuration(`${file} finds effect ${brought.version}, with which this version does not work`, {
      target: file,
      fix
    })
  }
  installFallback()
  const module = yield* Effect.tryPromise({
    try: (): Promise<Readonly<Record<string, unknown>>> => import(pathToFileURL(absolute).href),
    catch: (cause) => unloadable(file, absolute, cause)
  }).pipe(watched(file))
  const exports = exportsOf(module)
  const exported = Object.keys(exports).toSorted().join(", ") || "nothing"
  const workflows = Object.entries(exports).filter(([, value]) => Workflow.isWorkflow(value))
  const names = workflows.map(([name]) => name)
  const name = wanted ?? (names.length === 1 ? names[0] : undefined)
  if (name === "") {
    const fix = names.length === 0 ? `it exports ${exported}` : `its workflows are ${names.join(", ")}`
    return yield* usage(`${reference} names no workflow`, { target: reference, fix })
  }
  if (name === undefined) {
    return yield* names.length === 0
      ? usage(`${file} exports no workflow; it exports ${exported}`, { target: file })
      : usage(`${file} exports several workflows`, {
          target: file,
          fix: `say which, as ${file}#${names[0]} (${names.join(", ")})`
        })
  }
  const value = exports[name]
  if (!Workflow.isWorkflow(value)) {
    return yield* usage(
      name in exports
        ? `"${name}" of ${file} is not a workflow${names.length === 0 ? "" : `; its workflows are ${names.join(", ")}`}`
        : `${file} exports no "${name}"; it exports ${exported}`,
      { target: reference }
    )
  }
  const { layer } = exports
  if (layer !== undefined && !Layer.isLayer(layer)) {
    return yield* usage(`the \`layer\` that ${file} exports is not a Layer`, { target: file })
  }
  // a module's own layer provides what it provides; the steps look for it when they run
  const services = (layer ?? Layer.empty) as AnyLayer
  return { workflow: forget(value), layer: services, hasLayer: layer !== undefined, module: absolute, name }
})

/** What a module exports; one of CommonJS, of whose names Node knows some only, what it says itself. */
const exportsOf = (module: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { "module.exports": common } = module
  if (common === undefined) return module
  if (Workflow.isWorkflow(common)) return { default: common }
  return Predicate.isReadonlyObject(common) ? common : {}
}

/** Why a module cannot be loaded, with the line and column of what is wrong where it can be told. */
const unloadable = (file: string, absolute: string, cause: unknown) => {
  const message = oneLine(describeError(cause).message)
  const place = placeOf(cause, absolute)
  const where = place === undefined ? "" : `:${place.line}:${place.column}`
  const problem =
    place === undefined || place.file === absolute
      ? `${file}${where} cannot be loaded: ${message}`
      : `${file} cannot be loaded: ${relative(".", place.file)}${where}: ${message}`
  return usage(problem, { target: file, cause })
}
