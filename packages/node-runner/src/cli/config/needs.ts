import * as Providers from "@stepwright/llm/Providers"
import { byPlace } from "../../internal/files/byPlace.ts"
import type { Key, Problem } from "../../internal/files/yamlText.ts"
import type { Model, ProjectConfig } from "../../ProjectConfig.ts"
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
export const needsOf = (file: ConfigFile<ProjectConfig>): ReadonlyArray<Need> => {
  const { config, folder } = file
  const away = pathsIn(config).flatMap(([keys, to]): ReadonlyArray<Said> => {
    const deed = outside(String(keys.at(-1)), folder, to)
    return deed === undefined ? [] : [[keys, `is outside the folder of the file: ${to}`, deed]]
  })
  return [...ofModels(config), ...ofWork(config, folder), ...away]
    .map(([keys, detail, deed]): Need => ({ ...problemAt(file, keys, detail), deed }))
    .toSorted(byPlace)
}

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
