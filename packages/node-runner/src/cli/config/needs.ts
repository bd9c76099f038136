import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Providers from "@stepwright/llm/Providers"
import { isInside } from "../../internal/disk/realPath.ts"
import type { Key, Problem } from "../../internal/files/yamlText.ts"
import type { Model, ProjectConfig } from "../../ProjectConfig.ts"
import { type ConfigFile, type Mistake, problemsIn } from "./readConfig.ts"
import { stepsIn } from "./stepsIn.ts"

/**
 * What a project's file says that is used only where it is trusted: where keys go, what runs on this machine, what a cap
 * in money counts with, and what is outside its folder.
 */
export const needsOf = Effect.fnUntraced(function* (
  file: ConfigFile<ProjectConfig>
): Effect.fn.Return<ReadonlyArray<Problem>, never, FileSystem.FileSystem | Path.Path> {
  const path = yield* Path.Path
  const needs: Array<Mistake> = [...ofModels(file.config), ...ofWork(file.config)]
  for (const [keys, to] of pathsIn(file.config)) {
    if (yield* isInside(file.folder, path.resolve(file.folder, to))) continue
    needs.push([keys, `is outside the folder of the file: ${to}`])
  }
  return problemsIn(file, needs)
})

const ofModels = ({ models = {} }: ProjectConfig): ReadonlyArray<Mistake> =>
  Object.entries(models).flatMap(([alias, model]): ReadonlyArray<Mistake> => {
    if (typeof model === "string") return []
    const keys = ["models", alias]
    return [
      ...ofKey(model).map((what) => [keys, what] as const),
      ...(model.price === undefined ? [] : [[[...keys, "price"], "says what a model costs"] as const])
    ]
  })

/** Where a key goes, unless it is that of a provider and goes to nobody but that. */
const ofKey = ({ baseUrl, keyVariable, provider = "openai" }: Model): ReadonlyArray<string> => {
  const { origin, variables } = Providers.table[provider]
  const own = `${variables}_API_KEY`
  const isOwn = (keyVariable ?? own) === own && (baseUrl === undefined || URL.parse(baseUrl)?.origin === origin)
  return isOwn ? [] : [`sends the value of ${keyVariable ?? own} to ${baseUrl ?? origin}`]
}

const ofWork = ({ install, prices, python, sandbox, workflow }: ProjectConfig): ReadonlyArray<Mistake> => [
  ...(workflow === undefined ? [] : [[["workflow"], `runs the code of ${workflow}, and what that imports`] as const]),
  ...(sandbox === "none" ? [[["sandbox"], "runs tests that a model wrote without a sandbox"] as const] : []),
  ...(python === undefined ? [] : [[["python"], `runs ${python}`] as const]),
  ...(install === true ? [[["install"], "installs packages"] as const] : []),
  ...(prices === undefined ? [] : [[["prices"], "says what models cost"] as const])
]

/** The paths in a file of which what is there is read or written. */
const pathsIn = (config: ProjectConfig): ReadonlyArray<readonly [keys: ReadonlyArray<Key>, to: string]> => {
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
