import { byPlace } from "../../internal/files/byPlace.ts"
import type { Problem } from "../../internal/files/yamlText.ts"
import type { Model, ProjectConfig } from "../../ProjectConfig.ts"
import { aliasesIn, misnamed, unnamed } from "./aliases.ts"
import { type ConfigFile, type Mistake, problemsIn } from "./readConfig.ts"
import { isGits } from "../start/outside.ts"
import { pathsIn } from "./needs.ts"
import { stepsIn, type Told } from "./stepsIn.ts"

/** What is wrong with a file, in all that it says; a project may name the models of a person's file, too. */
export const mistakesIn = (
  file: ConfigFile<ProjectConfig>,
  other?: ConfigFile<ProjectConfig>
): ReadonlyArray<Problem> => {
  const aliases = aliasesIn(file, other)
  const { models = {} } = file.config
  const ofSteps = stepsIn(file.config).flatMap((step) => ofStep(step, aliases))
  const own = [...ofModels(models, aliases), ...ofSteps, ...ofPaths(file)]
  return [...file.problems, ...problemsIn(file, own)].toSorted(byPlace)
}

const ofPaths = ({ config, folder }: ConfigFile<ProjectConfig>): ReadonlyArray<Mistake> =>
  pathsIn(config).flatMap(([keys, to]): ReadonlyArray<Mistake> =>
    isGits(folder, to) ? [[keys, `is in the folder that git keeps: ${to}`]] : []
  )

type Models = NonNullable<ProjectConfig["models"]>

const ofModels = (models: Models, aliases: ReadonlyArray<string>): ReadonlyArray<Mistake> =>
  Object.entries(models).flatMap(([alias, model]): ReadonlyArray<Mistake> => {
    const keys = ["models", alias]
    if (typeof model === "string") {
      const why =
        model !== alias && isEndless(models, alias)
          ? `it stands for "${model}", which stands for it again`
          : misnamed(aliases, model)
      return model === alias || why === undefined ? [] : [[keys, why]]
    }
    const { password, username } = (model.baseUrl === undefined ? undefined : URL.parse(model.baseUrl)) ?? {}
    const address: Mistake = [
      [...keys, "baseUrl"],
      "an address has no user name and no password in it: name a variable, by keyVariable"
    ]
    return [...(password || username ? [address] : []), ...ofFallback(models, alias, model, aliases)]
  })

const ofFallback = (
  models: Models,
  alias: string,
  { fallback = [] }: Model,
  aliases: ReadonlyArray<string>
): ReadonlyArray<Mistake> =>
  fallback.flatMap((name, i): ReadonlyArray<Mistake> => {
    const keys = ["models", alias, "fallback", i]
    const before = [alias, ...fallback.slice(0, i)]
    if (before.some((one) => meantBy(models, one) === meantBy(models, name))) {
      return [[keys, `${JSON.stringify(name)} is asked before: leave it out`]]
    }
    const why = unnamed(aliases, name)
    return why === undefined ? [] : [[keys, why]]
  })

/** The entry that a name comes to. */
const meantBy = (models: Models, name: string): string => {
  const next = Object.hasOwn(models, name) && !isEndless(models, name) ? models[name] : undefined
  return typeof next === "string" && next !== name ? meantBy(models, next) : name
}

const isEndless = (models: Models, alias: string): boolean => {
  const seen = new Set<string>()
  for (let next: unknown = alias; typeof next === "string" && Object.hasOwn(models, next); next = models[next]) {
    if (seen.has(next)) return true
    seen.add(next)
  }
  return false
}

const ofStep = (
  { keys, own: { model, prompt, promptFile, system, systemFile } }: Told,
  aliases: ReadonlyArray<string>
): ReadonlyArray<Mistake> => {
  const twice = (text: string): Mistake => [
    [...keys, `${text}File`],
    `there is a ${text} beside it: leave one of them out`
  ]
  const names = typeof model === "string" ? [model] : (model ?? [])
  return [
    ...names.flatMap((name, i): ReadonlyArray<Mistake> => {
      const why = misnamed(aliases, name)
      return why === undefined ? [] : [[[...keys, "model", ...(typeof model === "string" ? [] : [i])], why]]
    }),
    ...(prompt !== undefined && promptFile !== undefined ? [twice("prompt")] : []),
    ...(system !== undefined && systemFile !== undefined ? [twice("system")] : [])
  ]
}
