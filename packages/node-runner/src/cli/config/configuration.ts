import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isInside } from "../../internal/disk/realPath.ts"
import { storeFolder } from "../../internal/services/layers.ts"
import { type Named, split } from "../../internal/services/models.ts"
import type { Problem } from "../../internal/files/yamlText.ts"
import type { ProjectConfig, UserConfig } from "../../ProjectConfig.ts"
import { type CliError, configuration } from "../base/cliError.ts"
import { mistakesIn } from "./mistakes.ts"
import { needsOf } from "./needs.ts"
import * as readConfig from "./readConfig.ts"
import * as rows from "./rows.ts"

/** What the files of configuration say, where a command is called. */
export interface Configuration {
  readonly project: readConfig.ConfigFile<ProjectConfig> | undefined
  readonly user: readConfig.ConfigFile<UserConfig> | undefined
  /** What the project's file says that is used only once it is trusted, which it is not. */
  readonly needs: ReadonlyArray<Problem>
  /** The folder in which runs are kept. */
  readonly store: string
}

/** What there is without any. */
export const none: Configuration = { project: undefined, user: undefined, needs: [], store: storeFolder }

export const Configuration = Context.Reference<Configuration>("@stepwright/node-runner/Configuration", {
  defaultValue: () => none
})

type Needs = FileSystem.FileSystem | Path.Path

/** Reads the files. **Fails with** all that is wrong with one of them. */
export const read: Effect.Effect<Configuration, CliError, Needs> = Effect.gen(function* () {
  const project = yield* readConfig.ofProject
  const user = yield* readConfig.ofUser
  for (const file of [project, user]) {
    const mistakes = file === undefined ? [] : mistakesIn(file)
    if (file !== undefined && mistakes.length > 0) return yield* readConfig.refused(file.name, mistakes)
  }
  const needs = project === undefined || project.isTrusted ? [] : yield* needsOf(project)
  const self = { project, user, needs, store: storeFolder }
  const store = yield* sourced(self, "store")
  const path = yield* Path.Path
  const mayBeUsed =
    store?.source !== "project" ||
    project?.isTrusted === true ||
    (yield* isInside(project?.folder ?? ".", path.resolve(`${store.value}`)))
  return store === undefined || !mayBeUsed ? self : { ...self, store: `${store.value}` }
})

/** What a file does that is used only once it is trusted, in a line each. */
export const needsText = (name: string, needs: ReadonlyArray<Problem>): Effect.Effect<string> =>
  needs.length === 0
    ? Effect.succeed("")
    : Effect.map(Effect.flip(readConfig.refused(name, needs)), ({ message }) => message)

/** Refuses a project whose file asks for what it is not trusted with. */
export const checkTrust = ({ needs, project }: Configuration): Effect.Effect<void, CliError> => {
  if (needs.length === 0 || project === undefined) return Effect.void
  const { name } = project
  const fix = "look at it, and say `stepwright trust` if that is what you want"
  return Effect.flatMap(needsText(name, needs), (lines) =>
    Effect.fail(configuration(`${name} is not trusted, and does this:\n${lines}\n${name}`, { target: name, fix }))
  )
}

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
  const inFile = (file: readConfig.ConfigFile<ProjectConfig> | undefined, source: "project" | "user") => {
    const value = file === undefined ? undefined : rows.valueAt(file.config, row.keys)
    if (file === undefined || value === undefined) return undefined
    const { column, line } = file.placeOf(row.keys)
    return { value: placed(row, value, file.folder, path), source, at: `${file.name}:${line}:${column}` }
  }
  const [own, other] = [inFile(project, "project"), inFile(user, "user")]
  const isRaised =
    row.isLimit === true && project?.isTrusted === false && Number(other?.value ?? Infinity) < Number(own?.value)
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
  if (row.isPath !== true || typeof value !== "string") return value
  if (row === rows.rows.python && !/[/\\]/.test(value)) return value
  const there = path.resolve(folder, value)
  const from = path.relative(".", there)
  return from.startsWith("..") ? there : from === "" ? "." : from
}

/** The models that the files name; the project's come first. */
export const modelsIn = ({ project, user }: Configuration): Readonly<Record<string, Named>> => {
  const all: Readonly<Record<string, string | Named>> = { ...user?.config.models, ...project?.config.models }
  const named = (text: string, seen: ReadonlyArray<string> = []): Named => {
    const other = Object.hasOwn(all, text) ? all[text] : undefined
    if (typeof other === "object") return other
    // what the two files say of each other may have no end
    return other === undefined || seen.includes(text) ? (split(text) ?? { model: text }) : named(other, [...seen, text])
  }
  return Object.fromEntries(
    Object.entries(all).map(([alias, model]) => [alias, typeof model === "string" ? named(model) : model])
  )
}
