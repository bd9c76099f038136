import * as Providers from "@stepwright/llm/Providers"
import { byPlace } from "../../internal/files/byPlace.ts"
import type { Key, Problem } from "../../internal/files/yamlText.ts"
import { split } from "../../internal/services/models.ts"
import type { Model, ProjectConfig, UserConfig } from "../../ProjectConfig.ts"
import { outside } from "../start/outside.ts"
import { codeOf } from "../start/reach.ts"
import type { Deed } from "../start/trusted.ts"
import { type ConfigFile, problemAt } from "./readConfig.ts"
import { stepsIn } from "./stepsIn.ts"

/** What a file does that is used only where it is trusted: where it says so, and what is trusted with that. */
export interface Need extends Problem {
  readonly deed: Deed
}

type Said = readonly [keys: ReadonlyArray<Key>, detail: string, deed: Deed]

/**
 * What a project's file says that is used only where it is trusted: where keys go, what runs on this machine, what a cap
 * in money counts with, and what is outside its folder. Looks where links lead.
 */
export const needsOf = (file: ConfigFile<ProjectConfig>, user?: ConfigFile<UserConfig>): ReadonlyArray<Need> => {
  const { config, folder } = file
  const away = pathsIn(config).flatMap(([keys, to]): ReadonlyArray<Said> => {
    const deed = outside(String(keys.at(-1)), folder, to)
    return deed === undefined ? [] : [[keys, `is outside the folder of the file: ${to}`, deed]]
  })
  return [...ofModels(config), ...ofOthers(config, user?.config), ...ofWork(config, folder), ...away]
    .map(([keys, detail, deed]): Need => ({ ...problemAt(file, keys, detail), deed }))
    .toSorted((a, b) => Number(isGrave(b)) - Number(isGrave(a)) || byPlace(a, b))
}

/** What runs, and where keys go, comes first. */
const isGrave = ({ deed: [kind] }: Need) => grave.has(kind)
const grave: ReadonlySet<string> = new Set(["workflow", "catalog", "key", "model", "python", "sandbox", "install"])

const ofModels = ({ models = {} }: ProjectConfig): ReadonlyArray<Said> =>
  Object.entries(models).flatMap(([alias, model]): ReadonlyArray<Said> => {
    if (typeof model === "string") return []
    const keys = ["models", alias]
    const { model: name = "", price, provider = "openai" } = model
    const cost: Deed = ["price", provider, name, JSON.stringify(price ?? null)]
    return [
      ...ofKey(model).map(([what, deed]) => [keys, what, deed] as const),
      ...(price === undefined ? [] : [[[...keys, "price"], "says what a model costs", cost] as const])
    ]
  })

/** Models of the person's own that are asked elsewhere: what they are sent is not to go there unasked. */
const ofOthers = (config: ProjectConfig, { models: own = {} }: UserConfig = {}): ReadonlyArray<Said> => {
  const all = { ...own, ...config.models }
  return Object.keys(own).flatMap((alias): ReadonlyArray<Said> => {
    const [before, now] = [placeOf(own, alias), placeOf(all, alias)]
    if (before === now) return []
    const keys = ["models", alias]
    return [[keys, `asks your model ${alias} at ${now}, in place of ${before}`, ["model", alias, now]]]
  })
}

/** Where a model with a name is asked. */
const placeOf = (models: NonNullable<ProjectConfig["models"]>, alias: string, left = 100): string => {
  const model = Object.hasOwn(models, alias) ? models[alias] : undefined
  if (typeof model === "string" && model !== alias && left > 0) return placeOf(models, model, left - 1)
  const { baseUrl, provider = split(alias)?.provider ?? "openai" } = typeof model === "object" ? model : {}
  return baseUrl ?? Providers.table[provider].origin
}

/** Where a key goes, unless it is that of a provider and goes to nobody but that. */
const ofKey = ({
  baseUrl,
  keyVariable,
  provider = "openai"
}: Model): ReadonlyArray<readonly [detail: string, deed: Deed]> => {
  const { origin, variables } = Providers.table[provider]
  const own = `${variables}_API_KEY`
  const isOwn = (keyVariable ?? own) === own && (baseUrl === undefined || URL.parse(baseUrl)?.origin === origin)
  const [key, to] = [keyVariable ?? own, baseUrl ?? origin]
  return isOwn ? [] : [[`sends the value of ${key} to ${to}`, ["key", key, to]]]
}

const ofWork = ({ install, prices, python, sandbox, workflow }: ProjectConfig, folder: string): ReadonlyArray<Said> => {
  const { deeds, runs } = workflow === undefined ? { deeds: [] } : codeOf(folder, workflow)
  return [
    ...deeds.map((deed): Said => {
      const detail =
        deed[0] === "outside"
          ? `is outside the folder of the file: ${workflow}`
          : `runs the code of ${runs}, and what that imports`
      return [["workflow"], detail, deed]
    }),
    ...said("sandbox", sandbox === "none" ? sandbox : undefined, "runs tests that a model wrote without a sandbox"),
    ...said("python", python, `runs ${python}`, folder),
    ...said("install", install === true ? "yes" : undefined, "installs packages"),
    ...said("prices", prices, "says what models cost", folder)
  ]
}

const said = (key: string, value: string | undefined, detail: string, folder?: string): ReadonlyArray<Said> =>
  value === undefined ? [] : [[[key], detail, folder === undefined ? [key, value] : [key, value, folder]]]

/** The paths in a file of which what is there is read or written. */
export const pathsIn = (config: ProjectConfig): ReadonlyArray<readonly [keys: ReadonlyArray<Key>, to: string]> => {
  const { cache, prices, record, relay, replay, store, workspace } = config
  const folder = typeof cache === "object" ? cache.folder : undefined
  const all: ReadonlyArray<readonly [ReadonlyArray<Key>, string | undefined]> = [
    [["prices"], prices],
    [["store"], store],
    [["cache", "folder"], folder],
    [["record"], record],
    [["replay"], replay],
    [["relay"], relay],
    [["workspace"], workspace],
    ...stepsIn(config).flatMap(({ keys, own: { promptFile, systemFile } }) => [
      [[...keys, "promptFile"], promptFile] as const,
      [[...keys, "systemFile"], systemFile] as const
    ])
  ]
  return all.flatMap(([keys, to]) => (to === undefined ? [] : [[keys, to] as const]))
}
