import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Struct from "effect/Struct"
import { type Answering, Answerer, type Options } from "../../internal/services/answering.ts"
import * as Prices from "@stepwright/llm/Prices"
import type { ProjectConfig } from "../../ProjectConfig.ts"
import type { CliError } from "../base/cliError.ts"
import * as textFile from "../base/textFile.ts"
import { type ConfigFile, problemAt, shown } from "./readConfig.ts"
import { refused } from "./refusal.ts"
import { checkTrust, Configuration } from "./configuration.ts"
import { modelsIn, type Sourced, sourced } from "./sourced.ts"
import * as rows from "./rows.ts"

/** The settings that variables and files may say in place of a flag. */
const names = Struct.keys(Struct.omit(rows.rows, ["out", "workflow", "store", "cache"]))

const answerer = Struct.keys(Answerer.fields)

const isAnswerer = (name: string) => answerer.some((one) => one === name)

/** Settings as they are by now. */
export type Effective<T> = T & Answering & Pick<Options, "models">

/**
 * What variables and files say of what was not told by flags. Who answers is told by one of them alone: whoever names a
 * model, a recording or a relay replaces all of that.
 */
export const said = Effect.fnUntraced(function* (
  told: Partial<Answering>
): Effect.fn.Return<ReadonlyArray<readonly [name: rows.Name, said: Sourced]>, CliError, Path.Path> {
  const self = yield* Configuration
  let answers: Sourced["source"] | undefined = answerer.some((name) => told[name] !== undefined) ? "flag" : undefined
  const found: Array<readonly [rows.Name, Sourced]> = []
  for (const name of names) {
    if (told[name] !== undefined) continue
    const value = yield* sourced(self, name)
    if (value === undefined) continue
    if (isAnswerer(name) && (answers ??= value.source) !== value.source) continue
    found.push([name, value])
  }
  return found
})

/** What is wrong with the table of prices that a file names. */
export const pricesMistakes = Effect.fnUntraced(function* (file: ConfigFile<ProjectConfig>) {
  const { prices } = file.config
  if (prices === undefined) return []
  const path = yield* Path.Path
  const name = yield* shown(path.resolve(file.folder, prices))
  const read = yield* Effect.result(Effect.andThen(textFile.named(name), Prices.fromFile(name)))
  if (read._tag === "Success") return []
  const { failure } = read
  return [problemAt(file, ["prices"], failure._tag === "PricesError" ? `${name}: ${failure.detail}` : failure.message)]
})

/** What was told by flags, and for what was not, what variables and files say. */
export const effective = Effect.fnUntraced(function* <T extends Partial<Answering>>(
  told: T
): Effect.fn.Return<Effective<T>, CliError, FileSystem.FileSystem | Path.Path> {
  const self = yield* Configuration
  yield* checkTrust(self)
  const all = yield* said(told)
  const [, prices] = all.find(([name]) => name === "prices") ?? []
  const file = prices?.source === "project" || prices?.source === "user" ? self[prices.source] : undefined
  const wrong = file === undefined ? [] : yield* pricesMistakes(file)
  if (file !== undefined && wrong.length > 0) return yield* refused(file.name, wrong)
  const found = Object.fromEntries(Array.from(all, ([name, { value }]) => [name, value]))
  const models = modelsIn(self)
  // each row is of the type of its field
  return { ...told, ...found, ...(Object.keys(models).length > 0 && { models }) } as Effective<T>
})

/** A setting that a run takes as it begins, and keeps. */
export const atBeginning = Effect.fnUntraced(function* (
  name: "out" | "workflow",
  told: string | undefined
): Effect.fn.Return<string | undefined, CliError, Path.Path> {
  if (told !== undefined) return told
  const self = yield* Configuration
  yield* checkTrust(self)
  const value = (yield* sourced(self, name))?.value
  return typeof value === "string" ? value : undefined
})
