import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Providers from "@stepwright/llm/Providers"
import { isInside } from "../../internal/disk/realPath.ts"
import type { Key, Problem } from "../../internal/files/yamlText.ts"
import type { Model, ProjectConfig, StepsConfig } from "../../ProjectConfig.ts"
import { type ConfigFile, problemAt } from "./readConfig.ts"

/** One thing that a file of a project may say only where it is trusted, and what comes of it. */
interface Need {
  readonly keys: ReadonlyArray<Key>
  readonly what: string
}

/**
 * What a project's file says that is used only where it is trusted: where keys go, what runs on this machine, what a cap
 * in money counts with, and what is outside its folder.
 */
export const needsOf = Effect.fnUntraced(function* (
  file: ConfigFile<ProjectConfig>
): Effect.fn.Return<ReadonlyArray<Problem>, never, FileSystem.FileSystem | Path.Path> {
  const path = yield* Path.Path
  const needs: Array<Need> = [...ofModels(file.config), ...ofWork(file.config)]
  for (const [keys, to] of pathsIn(file.config)) {
    if (yield* isInside(file.folder, path.resolve(file.folder, to))) continue
    needs.push({ keys, what: `is outside the folder of the file: ${to}` })
  }
  return needs
    .map(({ keys, what }) => problemAt(file, keys, what))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
})

const ofModels = ({ models = {} }: ProjectConfig): ReadonlyArray<Need> =>
  Object.entries(models).flatMap(([alias, model]) => {
    if (typeof model === "string") return []
    const keys = ["models", alias]
    return [
      ...ofKey(model).map((what) => ({ keys, what })),
      ...(model.price === undefined ? [] : [{ keys: [...keys, "price"], what: "says what a model costs" }])
    ]
  })

/** Where a key goes, unless it is that of a provider and goes to nobody but that. */
const ofKey = ({ baseUrl, keyVariable, provider = "openai" }: Model): ReadonlyArray<string> => {
  const { origin, variables } = Providers.table[provider]
  const own = `${variables}_API_KEY`
  const isOwn = (keyVariable ?? own) === own && (baseUrl === undefined || URL.parse(baseUrl)?.origin === origin)
  return isOwn ? [] : [`sends the value of ${keyVariable ?? own} to ${baseUrl ?? origin}`]
}

const ofWork = ({ install, prices, python, sandbox, workflow }: ProjectConfig): ReadonlyArray<Need> => [
  ...(workflow === undefined
    ? []
    : [{ keys: ["workflow"], what: `runs the code of ${workflow}, and what that imports` }]),
  ...(sandbox === "none" ? [{ keys: ["sandbox"], what: "runs tests that a model wrote without a sandbox" }] : []),
  ...(python === undefined ? [] : [{ keys: ["python"], what: `runs ${python}` }]),
  ...(install === true ? [{ keys: ["install"], what: "installs packages" }] : []),
  ...(prices === undefined ? [] : [{ keys: ["prices"], what: "says what models cost" }])
]

/** The paths in a file of which what is there is read or written. */
const pathsIn = (config: ProjectConfig): ReadonlyArray<readonly [keys: ReadonlyArray<Key>, to: string]> => {
  const { cache, prices, record, relay, replay, steps = {}, store, workspace } = config
  const folder = typeof cache === "object" ? cache.folder : undefined
  const all: ReadonlyArray<readonly [ReadonlyArray<Key>, string | undefined]> = [
    [["prices"], prices],
    [["store"], store],
    [["cache", "folder"], folder],
    [["record"], record],
    [["replay"], replay],
    [["relay"], relay],
    [["workspace"], workspace],
    ...ofSteps(steps, ["steps"])
  ]
  return all.flatMap(([keys, to]) => (to === undefined ? [] : [[keys, to] as const]))
}

const ofSteps = (
  steps: StepsConfig,
  above: ReadonlyArray<Key>
): ReadonlyArray<readonly [ReadonlyArray<Key>, string | undefined]> =>
  Object.entries(steps).flatMap(([name, { promptFile, steps: inner = {}, systemFile }]) => {
    const keys = [...above, name]
    return [
      [[...keys, "promptFile"], promptFile] as const,
      [[...keys, "systemFile"], systemFile] as const,
      ...ofSteps(inner, [...keys, "steps"])
    ]
  })
