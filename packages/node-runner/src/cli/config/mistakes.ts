import type { Problem } from "../../internal/files/yamlText.ts"
import type { ProjectConfig } from "../../ProjectConfig.ts"
import { type ConfigFile, type Mistake, problemsIn } from "./readConfig.ts"
import { stepsIn, type Told } from "./stepsIn.ts"

/** What is wrong with a file whose every value is one that it may be. */
export const mistakesIn = (file: ConfigFile<ProjectConfig>): ReadonlyArray<Problem> => {
  const { models = {} } = file.config
  return problemsIn(file, [...ofModels(models), ...stepsIn(file.config).flatMap(ofStep)])
}

type Models = NonNullable<ProjectConfig["models"]>

const ofModels = (models: Models): ReadonlyArray<Mistake> =>
  Object.entries(models).flatMap(([alias, model]): ReadonlyArray<Mistake> => {
    if (typeof model === "string") {
      return model !== alias && isEndless(models, alias)
        ? [[["models", alias], `it stands for "${model}", which stands for it again`]]
        : []
    }
    const { password, username } = (model.baseUrl === undefined ? undefined : URL.parse(model.baseUrl)) ?? {}
    return password || username
      ? [
          [
            ["models", alias, "baseUrl"],
            "an address has no user name and no password in it: name a variable, by keyVariable"
          ]
        ]
      : []
  })

const isEndless = (models: Models, alias: string): boolean => {
  const seen = new Set<string>()
  for (let next: unknown = alias; typeof next === "string" && Object.hasOwn(models, next); next = models[next]) {
    if (seen.has(next)) return true
    seen.add(next)
  }
  return false
}

const ofStep = ({ keys, own: { prompt, promptFile, system, systemFile } }: Told): ReadonlyArray<Mistake> => {
  const twice = (text: string): Mistake => [
    [...keys, `${text}File`],
    `there is a ${text} beside it: leave one of them out`
  ]
  return [
    ...(prompt !== undefined && promptFile !== undefined ? [twice("prompt")] : []),
    ...(system !== undefined && systemFile !== undefined ? [twice("system")] : [])
  ]
}
