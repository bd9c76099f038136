import { dirname, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Workflow from "@stepwright/core/Workflow"
import * as dataText from "../../internal/files/yamlText.ts"
import type { Key } from "../../internal/files/yamlText.ts"
import * as textFile from "../base/textFile.ts"
import { checkTrust, Configuration } from "../config/configuration.ts"
import { shown } from "../config/readConfig.ts"
import { stepsIn } from "../config/stepsIn.ts"
import { isMeant } from "../module/configured.ts"
import type { Loaded } from "../module/workflowModule.ts"
import { type Placed, placedIn } from "./inDefinition.ts"
import * as Result from "effect/Result"

/** The texts that a step sends. */
export const texts = ["prompt", "system"] as const
export type Text = (typeof texts)[number]

/** Where something that is set for a step stands, or would be set. */
export interface Place {
  readonly in: "file" | "configuration" | "definition" | "code"
  /** None for code that comes with the command. */
  readonly file: string | undefined
  /** Where in a file of configuration; of a definition, where the step stands. */
  readonly keys: ReadonlyArray<Key>
}

/** What tells where the settings of the steps of a workflow stand. */
export const placesOf = Effect.fnUntraced(function* (loaded: Loaded) {
  const self = yield* Configuration
  yield* checkTrust(self)
  const { project } = self
  const isOurs = yield* isMeant(self, loaded)
  const told = new Map(isOurs ? stepsIn(project?.config).map((one) => [one.path, one] as const) : [])
  const { module, program } = loaded
  const definition = module !== undefined && /\.(?:ya?ml|json)$/iu.test(module) ? module : undefined
  const placed = definition === undefined ? [] : placedInText(yield* textFile.named(definition))
  const configuration = project === undefined ? resolve("stepwright.yaml") : join(project.folder, fileOf(project.name))
  const code = module ?? (program === undefined ? undefined : resolve(program))
  /** Where a setting of a step stands. */
  const placeOf = (path: string, name: string): Place => {
    const own = told.get(path)
    const named = isText(name) ? own?.own[`${name}File`] : undefined
    if (named !== undefined) return { in: "file", file: resolve(project?.folder ?? ".", named), keys: [] }
    const inFile = {
      in: "configuration",
      file: configuration,
      keys: [...(own?.keys ?? ["steps", path]), name]
    } as const
    if (own !== undefined && Object.hasOwn(own.own, name)) return inFile
    const entry = placed.find((one) => one.path === path)
    if (definition !== undefined && entry !== undefined) {
      const file = isText(name) && typeof entry.body !== "string" ? entry.body[`${name}File`] : undefined
      return typeof file === "string"
        ? { in: "file", file: join(dirname(definition), file), keys: [] }
        : { in: "definition", file: definition, keys: entry.keys }
    }
    return isText(name) && definition === undefined && code !== undefined
      ? { in: "code", file: code, keys: [] }
      : inFile
  }
  return { placeOf, isOurs, project }
})

const isText = (name: string): name is Text => texts.some((text) => text === name)

const fileOf = (name: string) => name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1)

/** The steps of a definition, by its text. */
export const placedInText = (text: string): ReadonlyArray<Placed> => {
  const held = dataText.parse(text)
  return Result.isSuccess(held) ? placedIn(held.success.value) : []
}

/** Where the texts of each step stand. */
export const sourcesOf = Effect.fnUntraced(function* (loaded: Loaded) {
  const { placeOf } = yield* placesOf(loaded)
  const found = Workflow.steps(loaded.workflow).flatMap(({ path, step: { model } }) =>
    model === undefined
      ? []
      : texts.flatMap((text) =>
          text === "system" && model.system === undefined ? [] : [{ path, text, place: placeOf(path, text) }]
        )
  )
  return yield* Effect.forEach(found, ({ path, place, text }) =>
    Effect.map(place.file === undefined ? Effect.undefined : shown(place.file), (file) => ({
      path,
      text,
      in: place.in,
      ...(file !== undefined && { file })
    }))
  )
})
