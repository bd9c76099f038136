import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Workflow from "@stepwright/core/Workflow"
import { type CliError, usage } from "../base/cliError.ts"
import * as userModule from "./userModule.ts"

/** A workflow of whatever types. What its steps need is looked for when they run. */
export type AnyWorkflow = Workflow.Workflow<unknown, unknown, unknown, never>

export interface Loaded {
  readonly workflow: AnyWorkflow
  readonly layer: userModule.AnyLayer
  /** Whether `layer` may provide a model. */
  readonly hasLayer: boolean
  /** The module it was exported from and its name there, or the file that defines it, unless it is the ready one. */
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

/** The workflow that `M.ts#name` stands for, or a file that defines it; a name is needed where a module exports several. */
export const load = Effect.fnUntraced(function* (
  reference: string
): Effect.fn.Return<Loaded, CliError, FileSystem.FileSystem | Path.Path> {
  const at = reference.lastIndexOf("#")
  const file = at < 0 ? reference : reference.slice(0, at)
  const wanted = at < 0 ? undefined : reference.slice(at + 1)
  if (file === "") {
    return yield* usage("--workflow names no module", { target: "--workflow", fix: "write it as M.ts#NAME" })
  }
  if (/\.(?:ya?ml|json)$/iu.test(file)) {
    if (wanted !== undefined && wanted !== "") {
      return yield* usage(`${file} defines one workflow`, { target: reference, fix: `leave #${wanted} out` })
    }
    // what reads YAML is loaded where there is some
    const definitionFile = yield* Effect.promise(() => import("./definitionFile.ts"))
    const { workflow, ...services } = yield* definitionFile.load(file)
    return { workflow: forget(workflow), ...services, module: (yield* Path.Path).resolve(file) }
  }
  const { absolute, exported, exports, hasLayer, layer } = yield* userModule.load(file, "workflow")
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
  return { workflow: forget(value), layer, hasLayer, module: absolute, name }
})
