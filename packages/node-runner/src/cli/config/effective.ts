import * as Effect from "effect/Effect"
import type * as Path from "effect/Path"
import * as Struct from "effect/Struct"
import { type Answering, Answerer, type Options } from "../../internal/services/answering.ts"
import type { CliError } from "../base/cliError.ts"
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

/** What was told by flags, and for what was not, what variables and files say. */
export const effective = Effect.fnUntraced(function* <T extends Partial<Answering>>(
  told: T
): Effect.fn.Return<Effective<T>, CliError, Path.Path> {
  const self = yield* Configuration
  yield* checkTrust(self)
  const found = Object.fromEntries(Array.from(yield* said(told), ([name, { value }]) => [name, value]))
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
