import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Struct from "effect/Struct"
import * as Workflow from "@stepwright/core/Workflow"
import type { StepTemplateConfig, WorkflowConfig } from "@stepwright/core/WorkflowConfig"
import { byPlace } from "../../internal/files/byPlace.ts"
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
import { aliasesIn, misnamed } from "./aliases.ts"

interface Options {
  /** Whether the project's file speaks of this workflow. */
  readonly isMeant?: boolean
  /** Paths of steps that another workflow has, for which a file may be as well. */
  readonly others?: ReadonlyArray<string>
}

/**
 * A workflow as the files set it. **Fails with** every step that is not there, every prompt that does not fit, and every
 * model that is none, each with its place.
 */
export const configured = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  self: Configuration,
  options: Options = {}
): Effect.fn.Return<Workflow.Workflow<In, Out, E, R>, CliError, FileSystem.FileSystem | Path.Path> {
  yield* checkTrust(self)
  const { problems, steps } = yield* settingsFor(workflow, self, options)
  const file = self.project ?? self.user
  if (file !== undefined && problems.length > 0) return yield* refused(file.name, problems)
  const all: WorkflowConfig = { ...defaultsOf(self), ...(Object.keys(steps).length > 0 && { steps }) }
  // each of them fits
  return Object.keys(all).length === 0 ? workflow : yield* Effect.orDie(Workflow.configure(workflow, all))
})

/** What the files set for the steps of a workflow, and what of it cannot be set. Reads nothing that needs trust. */
export const settingsFor = Effect.fnUntraced(function* (
  workflow: Workflow.Any,
  self: Configuration,
  { isMeant = true, others = [] }: Options = {}
) {
  const { needs, project } = self
  const known = new Set(Workflow.stepPaths(workflow))
  const steps: Record<string, StepTemplateConfig> = {}
  const problems: Array<Problem> = []
  for (const { keys, own, path } of isMeant ? stepsIn(project?.config) : []) {
    if (project === undefined || (!known.has(path) && others.includes(path))) continue
    const isClosed = (name: string) => needs.some((need) => need.keys.join("\0") === [...keys, name].join("\0"))
    const { found, missing } = yield* textsOf(project, keys, own, isClosed)
    problems.push(...missing)
    const settings = { ...Struct.omit(own, ["promptFile", "systemFile"]), ...found }
    const fit = yield* Effect.result(Workflow.configure(workflow, { steps: { [path]: settings } }))
    if (fit._tag === "Success") steps[path] = settings
    else
      problems.push(problemOf(project, keys, own, fit.failure.detail, known.has(path) && settings.prompt !== undefined))
  }
  problems.push(...modelsOf(workflow, self, steps))
  return { steps, problems: problems.toSorted(byPlace) }
})

/** Models of steps that are near to those that files name, where no file says them of the step. */
const modelsOf = (
  workflow: Workflow.Any,
  { project, user }: Configuration,
  set: Readonly<Record<string, StepTemplateConfig>>
): ReadonlyArray<Problem> => {
  const file = project ?? user
  const aliases = aliasesIn(project, user)
  if (file === undefined || aliases.length === 0) return []
  const wrong = new Map<string, string>()
  for (const { path, step } of Workflow.steps(workflow)) {
    const own = Object.hasOwn(set, path) ? set[path] : undefined
    for (const name of own?.model === undefined ? (step.model?.models ?? []) : []) {
      const why = misnamed(aliases, name)
      if (why !== undefined && !wrong.has(name)) wrong.set(name, `the step ${path} names a model: ${why}`)
    }
  }
  return Array.from(wrong.values(), (detail) => problemAt(file, ["models"], detail, "key"))
}

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

/** The texts that stand in files of their own, and which of them cannot be read; those that nobody trusts are left alone. */
const textsOf = Effect.fnUntraced(function* (
  file: ConfigFile<ProjectConfig>,
  keys: ReadonlyArray<Key>,
  own: StepConfig,
  isClosed: (name: string) => boolean
) {
  const path = yield* Path.Path
  const found: { prompt?: string; system?: string } = {}
  const missing: Array<Problem> = []
  for (const key of Struct.keys(textFiles)) {
    const name = own[key]
    if (name === undefined || isClosed(key)) continue
    const text = yield* Effect.result(textFile.template(yield* nameOf(path.resolve(file.folder, name))))
    if (text._tag === "Success") found[textFiles[key]] = text.success
    else missing.push(problemAt(file, [...keys, key], text.failure.message))
  }
  return { found, missing }
})

/** What a step cannot be set to: at its name where it is not there, at its prompt's text where that does not fit. */
const problemOf = (
  file: ConfigFile<ProjectConfig>,
  keys: ReadonlyArray<Key>,
  own: StepConfig,
  detail: string,
  hasText: boolean
): Problem => {
  const text = own.promptFile === undefined ? "prompt" : "promptFile"
  return hasText ? problemAt(file, [...keys, text], detail) : problemAt(file, keys, detail, "key")
}
