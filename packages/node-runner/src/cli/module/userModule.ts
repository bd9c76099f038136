import { relative } from "node:path"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import * as Workflow from "@stepwright/core/Workflow"
import { describeError } from "@stepwright/core/WorkflowError"
import { type CliError, configuration, usage } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import { Seen } from "../../internal/files/seen.ts"
import { lineOf, packageOf, trapOf } from "../start/packages.ts"
import { placeOf } from "./placeOf.ts"
import { installFallback } from "./resolveFallback.ts"
import { watched } from "./watched.ts"

/** Services that a module brings along for its steps. */
export type AnyLayer = Layer.Layer<never, unknown, never>

export interface UserModule {
  readonly absolute: string
  readonly exports: Readonly<Record<string, unknown>>
  /** Their names, as a person is told them. */
  readonly exported: string
  readonly layer: AnyLayer
  /** Whether `layer` may provide a model. */
  readonly hasLayer: boolean
}

/** Loads a module of the user's; `what` is to be taken from it. */
export const load = Effect.fnUntraced(function* (
  file: string,
  what: string
): Effect.fn.Return<UserModule, CliError, FileSystem.FileSystem | Path.Path> {
  const absolute = (yield* Path.Path).resolve(file)
  const fs = yield* FileSystem.FileSystem
  const found = yield* Effect.orElseSucceed(fs.stat(absolute), () => undefined)
  if (found === undefined) {
    const fix = "name a module that is there"
    return yield* usage(`there is no file ${file} to take the ${what} from`, { target: file, fix })
  }
  if (found.type === "Directory") {
    return yield* usage(`${file} is a folder`, { target: file, fix: "name a module in it, as M.ts#NAME" })
  }
  const trap = trapOf(absolute, "effect")
  if (trap !== undefined) {
    const fix = "remove it, or put a file there"
    return yield* configuration(`${trap} is no file, and Node would wait for it before it loads ${file}`, {
      target: trap,
      fix
    })
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
  const seen = yield* Seen
  const module = yield* Effect.tryPromise({
    try: (): Promise<Readonly<Record<string, unknown>>> => import(pathToFileURL(absolute).href),
    catch: (cause) => unloadable(file, absolute, cause)
  }).pipe(watched(file), seen.around)
  const exports = exportsOf(module)
  const exported = Object.keys(exports).toSorted().join(", ") || "nothing"
  const { layer } = exports
  if (layer !== undefined && !Layer.isLayer(layer)) {
    return yield* usage(`the \`layer\` that ${file} exports is not a Layer`, { target: file })
  }
  // a module's own layer provides what it provides; the steps look for it when they run
  return { absolute, exports, exported, layer: (layer ?? Layer.empty) as AnyLayer, hasLayer: layer !== undefined }
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
