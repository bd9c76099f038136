import * as Prices from "@stepwright/llm/Prices"
import { isNear, nearest } from "../../internal/files/nearest.ts"
import { providers, split } from "../../internal/services/models.ts"
import type { ProjectConfig } from "../../ProjectConfig.ts"

type File = { readonly config: Pick<ProjectConfig, "models">; readonly lost: ReadonlyArray<ReadonlyArray<unknown>> }

/** The names that files give to models, also where what stands under one is wrong. */
export const aliasesIn = (...files: ReadonlyArray<File | undefined>): ReadonlyArray<string> =>
  unique(
    files.flatMap((file) => [
      ...Object.keys(file?.config.models ?? {}),
      ...(file?.lost.flatMap(([first, alias]) => (first === "models" && typeof alias === "string" ? [alias] : [])) ??
        [])
    ])
  )

const unique = (names: ReadonlyArray<string>) => [...new Set(names)]

/** Why the name of a model is that of none: it is near to one that files give, or to a provider, but is neither. */
export const misnamed = (aliases: ReadonlyArray<string>, name: string): string | undefined => {
  if (isKnown(aliases, name) || Prices.find(Prices.snapshot, name) !== undefined) return undefined
  const [vendor = "", ...rest] = name.split("/")
  const [provider] = rest.length === 0 ? [] : nearest(vendor, providers)
  const [alias] = nearest(name, ["default", ...aliases])
  if (alias !== undefined && isNear(name, alias)) {
    return `no model is called ${JSON.stringify(name)} here; did you mean ${JSON.stringify(alias)}? ${otherwise(name)}`
  }
  return provider !== undefined && isNear(vendor, provider)
    ? `there is no provider ${JSON.stringify(vendor)}; did you mean ${JSON.stringify([provider, ...rest].join("/"))}?`
    : undefined
}

/** The same where only a name that files give will do, or one with its provider. */
export const unnamed = (aliases: ReadonlyArray<string>, name: string): string | undefined => {
  if (isKnown(aliases, name)) return undefined
  const near = misnamed(aliases, name)
  if (near !== undefined || name.includes("/")) return near
  const there = aliases.length === 0 ? "" : `; there are ${aliases.join(", ")}`
  return `no model is called ${JSON.stringify(name)} here${there}. ${otherwise(name)}`
}

const isKnown = (aliases: ReadonlyArray<string>, name: string) =>
  name === "default" || aliases.includes(name) || split(name) !== undefined

const otherwise = (name: string) => `A model that its provider calls so is ${JSON.stringify(`openai/${name}`)}`
