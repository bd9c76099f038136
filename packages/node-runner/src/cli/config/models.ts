import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Providers from "@stepwright/llm/Providers"
import { meanings, type Standard } from "../../internal/services/models.ts"
import type { Configuration } from "./configuration.ts"
import { placeIn } from "./readConfig.ts"
import { modelsIn } from "./sourced.ts"
import type { Shown } from "./shown.ts"

/** Every model with a name, as it is asked by now, and who says so. Of a key it is shown whether there is one. */
export const shown = Effect.fnUntraced(function* (self: Configuration, told: Omit<Standard, "models">) {
  const named = modelsIn(self)
  const found = yield* meanings({ ...told, models: named }, Object.keys(named))
  const all: Array<Shown> = []
  for (const [alias, { apiKey: _, ...model }] of Object.entries(found)) {
    const { origin, variables } = Providers.table[model.provider]
    const { keyVariable = `${variables}_API_KEY` } = model
    const key = yield* Config.withDefault(Config.Redacted(keyVariable), Redacted.make(""))
    const baseUrl = model.baseUrl ?? ((yield* variable(`${variables}_BASE_URL`)) || origin)
    const hasKey = Redacted.value(key).trim() !== ""
    const name = yield* Providers.modelName(model)
    const next =
      model.fallback === undefined || model.fallback.length === 0 ? "" : `; else ${model.fallback.join(", ")}`
    all.push({
      name: `models.${alias}`,
      text: `${model.provider}/${name} at ${withoutSecrets(baseUrl)}, ${keyVariable} is ${hasKey ? "set" : "not set"}${next}`,
      value: { ...model, model: name, baseUrl: withoutSecrets(baseUrl), keyVariable, hasKey },
      ...(yield* sourceOf(self, alias, told, model))
    })
  }
  return all
})

const variable = (name: string) => Effect.map(Config.withDefault(Config.String(name), ""), (value) => value.trim())

/** Who says what a model is: for `default` a flag first, then the variable of its provider, then files. */
const sourceOf = Effect.fnUntraced(function* (
  { project, user }: Configuration,
  alias: string,
  told: Omit<Standard, "models">,
  { baseUrl, provider }: Providers.Options
) {
  if (alias === "default" && (told.model !== undefined || told.provider !== undefined)) {
    return { source: "flag", at: told.model === undefined ? "--provider" : "--model" } as const
  }
  const name = `${Providers.table[provider].variables}_MODEL`
  if (alias === "default" && baseUrl === undefined && (yield* variable(name)) !== "") {
    return { source: "environment", at: name } as const
  }
  for (const [source, file] of [
    ["project", project],
    ["user", user]
  ] as const) {
    if (file?.config.models === undefined || !Object.hasOwn(file.config.models, alias)) continue
    return { source, at: placeIn(file, ["models", alias]) } as const
  }
  return { source: "default", at: "default" } as const
})

/** An address as anybody may see it. */
const withoutSecrets = (address: string): string => {
  const { origin, pathname } = URL.parse(address) ?? { origin: "an address that is none", pathname: "" }
  return `${origin}${pathname.replace(/\/$/u, "")}`
}
