import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Named, split as providerOf } from "../../internal/services/models.ts"
import type { ProjectConfig } from "../../ProjectConfig.ts"
import { type CliError, configuration } from "../base/cliError.ts"
import { split } from "../start/foreseen.ts"
import type { Configuration } from "./configuration.ts"
import { type ConfigFile, placeIn } from "./readConfig.ts"
import * as rows from "./rows.ts"

/** A value, and who says so. */
export interface Sourced {
  readonly value: unknown
  readonly source: "flag" | "environment" | "project" | "user" | "default"
  /** The variable, or the file with line and column. */
  readonly at: string
}

/** What a setting is by variables and files; `undefined` where none says. */
export const sourced = Effect.fnUntraced(function* (
  { project, user }: Pick<Configuration, "project" | "user">,
  name: rows.Name
): Effect.fn.Return<Sourced | undefined, CliError, Path.Path> {
  const row: rows.Row = rows.rows[name]
  const path = yield* Path.Path
  const text = (yield* Effect.orDie(Config.withDefault(Config.String(row.variable), ""))).trim()
  if (text !== "") return { value: yield* decoded(row, text), source: "environment", at: row.variable }
  const inFile = (file: ConfigFile<ProjectConfig> | undefined, source: "project" | "user") => {
    const value = file === undefined ? undefined : rows.valueAt(file.config, row.keys)
    if (file === undefined || value === undefined) return undefined
    return { value: placed(row, value, file.folder, path), source, at: placeIn(file, row.keys) }
  }
  const [own, other] = [inFile(project, "project"), inFile(user, "user")]
  const isRaised =
    row.isLimit === true &&
    Number(other?.value ?? Infinity) < Number(own?.value) &&
    project?.trusts?.(rows.limitOf(row, Number(own?.value))) !== true
  return isRaised ? other : (own ?? other)
})

const decoded = (row: rows.Row, text: string) => {
  const value = Schema.decodeResult(row.schema)(text)
  return Result.isSuccess(value)
    ? Effect.succeed(value.success)
    : Effect.fail(
        configuration(`${row.variable} cannot be used: ${value.failure.message}`, {
          target: row.variable,
          fix: "set it to that, or to nothing"
        })
      )
}

/** A path that a file says, from here; a program is looked for where programs are. */
const placed = (row: rows.Row, value: unknown, folder: string, path: Path.Path): unknown => {
  const { cache } = rows.rows
  if (row === cache && Predicate.isReadonlyObject(value) && typeof value["folder"] === "string") {
    return { ...value, folder: placed({ ...row, isPath: true }, value["folder"], folder, path) }
  }
  if (row.isPath !== true || typeof value !== "string") return value
  if (row === rows.rows.python && !/[/\\]/.test(value)) return value
  // what stands behind the file is no part of the path
  const { file, name } = row === rows.rows.workflow ? split(value) : { file: value }
  const there = path.resolve(folder, file)
  const from = path.relative(".", there)
  return `${from.startsWith("..") ? there : from === "" ? "." : from}${name === undefined ? "" : `#${name}`}`
}

/** The models that the files name; the project's come first. */
export const modelsIn = ({ project, user }: Configuration): Readonly<Record<string, Named>> => {
  const all: Readonly<Record<string, string | Named>> = { ...user?.config.models, ...project?.config.models }
  const named = (text: string, seen: ReadonlyArray<string> = []): Named => {
    const other = Object.hasOwn(all, text) ? all[text] : undefined
    if (typeof other === "object") return other
    // what the two files say of each other may have no end
    return other === undefined || seen.includes(text)
      ? (providerOf(text) ?? { model: text })
      : named(other, [...seen, text])
  }
  return Object.fromEntries(
    Object.entries(all).map(([alias, model]) => [alias, typeof model === "string" ? named(model) : model])
  )
}
