import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Struct from "effect/Struct"
import * as Workflow from "@stepwright/core/Workflow"
import type { StepsTemplateConfig, StepTemplateConfig, WorkflowConfig } from "@stepwright/core/WorkflowConfig"
import type { Key, Problem } from "../../internal/files/yamlText.ts"
import type { ProjectConfig, StepConfig } from "../../ProjectConfig.ts"
import type { CliError } from "../base/cliError.ts"
import * as textFile from "../base/textFile.ts"
import { type Configuration, checkTrust } from "./configuration.ts"
import { valueAt } from "./rows.ts"
import type { Shown } from "./shown.ts"
import { type ConfigFile, placeIn, problemAt, shown as nameOf } from "./readConfig.ts"
import { refused } from "./refusal.ts"
import { stepsIn } from "./stepsIn.ts"

/**
 * A workflow as the files set it. `others` are paths of steps that another workflow has, for which a file may be as well.
 * **Fails with** every step that is not there and every prompt that does not fit, each with its place.
 */
export const configured = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  self: Configuration,
  { isMeant = true, others = [] }: { readonly isMeant?: boolean; readonly others?: ReadonlyArray<string> } = {}
): Effect.fn.Return<Workflow.Workflow<In, Out, E, R>, CliError, FileSystem.FileSystem | Path.Path> {
  yield* checkTrust(self)
  const { project } = self
  const told = isMeant ? stepsIn(project?.config) : []
  const known = new Set(Workflow.stepPaths(workflow))
  const steps: Record<string, StepTemplateConfig> = {}
  const problems: Array<Problem> = []
  for (const { keys, own, path } of told) {
    if (project === undefined || (!known.has(path) && others.includes(path))) continue
    const texts = yield* Effect.result(textsOf(project, keys, own))
    if (texts._tag === "Failure") {
      problems.push(texts.failure)
      continue
    }
    const settings = { ...Struct.omit(own, ["promptFile", "systemFile"]), ...texts.success }
    const fit = yield* Effect.result(Workflow.configure(workflow, { steps: { [path]: settings } }))
    if (fit._tag === "Success") steps[path] = settings
    else problems.push(problemOf(project, keys, own, fit.failure.detail, known.has(path)))
  }
  if (project !== undefined && problems.length > 0) return yield* refused(project.name, problems)
  const all: WorkflowConfig = { ...defaultsOf(self), ...(told.length > 0 && { steps }) }
  // each of them fits
  return Object.keys(all).length === 0 ? workflow : yield* Effect.orDie(Workflow.configure(workflow, all))
})

/** What the files say of every step that sets nothing. */
const defaultsOf = ({ project, user }: Configuration): WorkflowConfig => {
  const of = (config: ProjectConfig = {}) => Struct.pick(config, ["parameters", "repair", "timeout"])
  const [own, other] = [of(project?.config), of(user?.config)]
  const parameters = { ...other.parameters, ...own.parameters }
  return { ...other, ...own, ...(Object.keys(parameters).length > 0 && { parameters }) }
}

/** What the files say of steps, and where. */
export const shown = (self: Configuration): ReadonlyArray<Shown> => {
  const { project, user } = self
  const of = (source: "project" | "user", file: ConfigFile<ProjectConfig> | undefined, keys: ReadonlyArray<Key>) => ({
    source,
    at: file === undefined ? "" : placeIn(file, keys)
  })
  const { parameters = {}, ...others } = defaultsOf(self)
  const defaults = [
    ...Object.entries(parameters).map(([name, value]) => [["parameters", name], value] as const),
    ...Object.entries(others).map(([name, value]) => [[name], value] as const)
  ].map(([keys, value]): Shown => {
    const isOwn = project !== undefined && valueAt(project.config, keys) !== undefined
    return { name: keys.join("."), value, ...(isOwn ? of("project", project, keys) : of("user", user, keys)) }
  })
  const steps = stepsIn(project?.config).flatMap(({ keys, own, path }) =>
    Object.entries(own).map(([name, value]): Shown => ({
      name: `steps.${path}.${name}`,
      value,
      ...of("project", project, [...keys, name])
    }))
  )
  return [...defaults, ...steps]
}

const textFiles = { promptFile: "prompt", systemFile: "system" } as const

/** The texts that stand in files of their own. */
const textsOf = Effect.fnUntraced(function* (
  file: ConfigFile<ProjectConfig>,
  keys: ReadonlyArray<Key>,
  own: StepConfig
): Effect.fn.Return<
  Pick<StepsTemplateConfig[string], "prompt" | "system">,
  Problem,
  FileSystem.FileSystem | Path.Path
> {
  const path = yield* Path.Path
  const texts: { prompt?: string; system?: string } = {}
  for (const key of Struct.keys(textFiles)) {
    const name = own[key]
    if (name === undefined) continue
    const at = yield* nameOf(path.resolve(file.folder, name))
    texts[textFiles[key]] = yield* Effect.mapError(textFile.document(at), ({ message }) =>
      problemAt(file, [...keys, key], message)
    )
  }
  return texts
})

/** What a step cannot be set to: at its name where it is not there, at its prompt's text where that does not fit. */
const problemOf = (
  file: ConfigFile<ProjectConfig>,
  keys: ReadonlyArray<Key>,
  own: StepConfig,
  detail: string,
  isThere: boolean
): Problem => {
  const text = own.promptFile !== undefined ? "promptFile" : own.prompt !== undefined ? "prompt" : undefined
  return isThere && text !== undefined ? problemAt(file, [...keys, text], detail) : problemAt(file, keys, detail, "key")
}
